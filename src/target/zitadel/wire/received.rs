//! The server's answers about accounts, roles and itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use reqwest::StatusCode;
use serde::{Deserialize, Deserializer};

use super::number;
use super::profile::Profile;
use crate::target::zitadel::wire::written::{WriteDetails, time};

/// What surrounds the items of a list. Every list has details, even an empty one.
#[derive(Debug, Deserialize)]
pub(crate) struct ListHead {
    pub(crate) details: ListDetails,
}

/// An answer that may be an error, whatever its status.
#[derive(Debug, Deserialize)]
pub(crate) struct Disguised {
    code: Code,
    #[serde(rename = "message")]
    _message: Box<str>,
}

/// The code of an error: a number over REST, its name over Connect.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Code {
    Number(u16),
    Name(Box<str>),
}

impl Disguised {
    /// The status that belongs to the error in gRPC's table; `None` if the code means success.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        const STATUS: [(u16, &str, u16); 16] = [
            (1, "canceled", 499),
            (2, "unknown", 500),
            (3, "invalid_argument", 400),
            (4, "deadline_exceeded", 504),
            (5, "not_found", 404),
            (6, "already_exists", 409),
            (7, "permission_denied", 403),
            (8, "resource_exhausted", 429),
            (9, "failed_precondition", 400),
            (10, "aborted", 409),
            (11, "out_of_range", 400),
            (12, "unimplemented", 501),
            (13, "internal", 500),
            (14, "unavailable", 503),
            (15, "data_loss", 500),
            (16, "unauthenticated", 401),
        ];
        let known = STATUS.iter().find(|(number, name, _)| match &self.code {
            Code::Number(code) => code == number,
            Code::Name(code) => **code == **name,
        });
        let is_ok = matches!(self.code, Code::Number(0));
        let status = known.map_or(500, |(_, _, status)| *status);
        StatusCode::from_u16(status).ok().filter(|_| !is_ok)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ListDetails {
    #[serde(deserialize_with = "number")]
    pub(crate) total_result: u64,
    /// Time of the last event that the list includes, of all organizations.
    #[serde(alias = "viewTimestamp", deserialize_with = "time")]
    pub(crate) timestamp: Option<Timestamp>,
}

/// An item of `POST /v2/users`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct User {
    #[serde(rename = "userId")]
    pub(crate) id: Box<str>,
    pub(crate) details: ObjectDetails,
    pub(crate) state: UserState,
    pub(crate) username: Box<str>,
    /// A machine user has none.
    pub(crate) human: Option<Human>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ObjectDetails {
    pub(crate) resource_owner: Box<str>,
    pub(crate) change_date: Option<Timestamp>,
}

/// Only the states that an administrator sets are distinguished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum UserState {
    #[serde(rename = "USER_STATE_INACTIVE")]
    Inactive,
    #[default]
    #[serde(other)]
    Other,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Human {
    pub(crate) profile: Profile,
    pub(crate) email: Email,
    pub(crate) phone: Phone,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Email {
    pub(crate) email: Box<str>,
    pub(crate) is_verified: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Phone {
    pub(crate) phone: Box<str>,
}

/// An item of `POST /management/v1/users/grants/_search`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Grant {
    pub(crate) id: Box<str>,
    pub(crate) user_id: Box<str>,
    pub(crate) project_id: Box<str>,
    pub(crate) state: GrantState,
    pub(crate) role_keys: Vec<Box<str>>,
    pub(crate) user_type: UserType,
    /// The organization of the user, in later versions.
    pub(crate) granted_org_id: Box<str>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum UserType {
    #[serde(rename = "TYPE_MACHINE")]
    Machine,
    #[default]
    #[serde(other)]
    Other,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum GrantState {
    #[serde(rename = "USER_GRANT_STATE_INACTIVE")]
    Inactive,
    #[default]
    #[serde(other)]
    Other,
}

/// `GET /v2/users/{id}`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OneUser {
    pub(crate) user: User,
}

/// An item of `POST /management/v1/users/{id}/metadata/_search`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Metadata {
    pub(crate) details: ObjectDetails,
    pub(crate) key: Box<str>,
    #[serde(deserialize_with = "bytes")]
    pub(crate) value: Vec<u8>,
}

/// `GET /management/v1/metadata/{key}`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OneMetadata {
    pub(crate) metadata: Metadata,
}

/// `POST /auth/v1/permissions/zitadel/me/_search`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Permissions {
    pub(crate) result: Vec<String>,
}

/// `GET /management/v1/orgs/me`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MyOrg {
    pub(crate) org: Org,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Org {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// An item of `POST /management/v1/projects/{id}/roles/_search`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Role {
    pub(crate) key: String,
}

/// An item of `POST /management/v1/granted_projects/_search`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct GrantedProject {
    pub(crate) project_id: String,
    pub(crate) granted_role_keys: Vec<String>,
}

/// `GET /auth/v1/users/me`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Me {
    pub(crate) user: MeUser,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MeUser {
    pub(crate) id: String,
}

/// An item of `POST /v2/users/{id}/links/_search`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Link {
    pub(crate) idp_id: Box<str>,
    pub(crate) user_id: Box<str>,
}

impl Link {
    /// Returns whether it leads to this user. Zitadel compares links ignoring letter case.
    pub(crate) fn is_of(&self, user_id: &str) -> bool {
        self.user_id.to_lowercase() == user_id.to_lowercase()
    }
}

/// The answer to a create.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Created {
    pub(crate) user_id: Box<str>,
    pub(crate) details: WriteDetails,
}

/// The answer to a write.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    pub(crate) details: WriteDetails,
}

/// Reads bytes in base64.
fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
    STANDARD
        .decode(text.as_bytes())
        .map_err(|_| serde::de::Error::custom("not base64"))
}

#[cfg(test)]
mod tests;
