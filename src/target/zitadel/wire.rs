//! The shapes of Zitadel's JSON. Defaults are left out by the server, unknown members are passed over, and 64-bit
//! numbers come as text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use super::written::{WriteDetails, time};

/// What surrounds the items of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListHead {
    pub(super) details: ListDetails,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ListDetails {
    #[serde(deserialize_with = "number")]
    pub(super) total_result: u64,
    /// When the last event happened that the list includes, of all organizations.
    #[serde(alias = "viewTimestamp", deserialize_with = "time")]
    pub(super) timestamp: Option<Timestamp>,
}

/// An item of `POST /v2/users`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct User {
    #[serde(rename = "userId")]
    pub(super) id: Box<str>,
    pub(super) details: ObjectDetails,
    pub(super) state: UserState,
    pub(super) username: Box<str>,
    /// A machine user has none.
    pub(super) human: Option<Human>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ObjectDetails {
    pub(super) resource_owner: Box<str>,
    pub(super) change_date: Option<Timestamp>,
}

/// The only state that counts is the one an administrator chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) enum UserState {
    #[serde(rename = "USER_STATE_INACTIVE")]
    Inactive,
    #[default]
    #[serde(other)]
    Other,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Human {
    pub(super) profile: Profile,
    pub(super) email: Email,
    pub(super) phone: Phone,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Profile {
    #[serde(rename = "givenName")]
    pub(super) given: Box<str>,
    #[serde(rename = "familyName")]
    pub(super) family: Box<str>,
    #[serde(rename = "nickName")]
    pub(super) nick: Box<str>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Email {
    pub(super) email: Box<str>,
    pub(super) is_verified: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Phone {
    pub(super) phone: Box<str>,
}

/// An item of `POST /v2/users`, with what only an undo wants to know.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct KeptUser {
    #[serde(rename = "userId")]
    pub(super) id: Box<str>,
    pub(super) human: KeptHuman,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct KeptHuman {
    pub(super) profile: KeptProfile,
    pub(super) email: Email,
    pub(super) phone: KeptPhone,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct KeptProfile {
    #[serde(rename = "displayName")]
    pub(super) display: Box<str>,
    #[serde(rename = "preferredLanguage")]
    pub(super) language: Box<str>,
    pub(super) gender: Box<str>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct KeptPhone {
    pub(super) is_verified: bool,
}

/// An item of `POST /management/v1/users/grants/_search`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Grant {
    pub(super) id: Box<str>,
    pub(super) user_id: Box<str>,
    pub(super) project_id: Box<str>,
    pub(super) state: GrantState,
    pub(super) role_keys: Vec<Box<str>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) enum GrantState {
    #[serde(rename = "USER_GRANT_STATE_INACTIVE")]
    Inactive,
    #[default]
    #[serde(other)]
    Other,
}

/// `GET /v2/users/{id}`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OneUser {
    pub(super) user: User,
}

/// An item of `POST /management/v1/users/{id}/metadata/_search`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata {
    pub(super) details: ObjectDetails,
    pub(super) key: Box<str>,
    #[serde(deserialize_with = "bytes")]
    pub(super) value: Vec<u8>,
}

/// `POST /auth/v1/permissions/zitadel/me/_search`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Permissions {
    pub(super) result: Vec<String>,
}

/// `GET /management/v1/orgs/me`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MyOrg {
    pub(super) org: Org,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Org {
    pub(super) id: String,
    pub(super) name: String,
}

/// An item of `POST /management/v1/projects/{id}/roles/_search`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Role {
    pub(super) key: String,
}

/// An item of `POST /management/v1/granted_projects/_search`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct GrantedProject {
    pub(super) project_id: String,
    pub(super) granted_role_keys: Vec<String>,
}

/// `GET /auth/v1/users/me`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Me {
    pub(super) user: MeUser,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MeUser {
    pub(super) id: String,
}

/// `POST /admin/v1/events/_search`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Events {
    pub(super) events: Vec<Event>,
}

/// Something that happened to a user. All that is left out means nothing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    pub(super) aggregate: Aggregate,
    #[serde(deserialize_with = "number")]
    pub(super) sequence: u64,
    pub(super) creation_date: Timestamp,
    #[serde(default)]
    pub(super) payload: Payload,
    #[serde(rename = "type")]
    pub(super) kind: EventType,
}

#[derive(Debug, Deserialize)]
pub(super) struct Aggregate {
    pub(super) id: Box<str>,
}

#[derive(Debug, Deserialize)]
pub(super) struct EventType {
    #[serde(rename = "type")]
    pub(super) kind: Box<str>,
}

/// The members of all payloads that are read: metadata's, and links'.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Payload {
    pub(super) key: Option<Box<str>>,
    /// In base64.
    pub(super) value: Box<str>,
    pub(super) idp_config_id: Option<Box<str>>,
    pub(super) user_id: Option<Box<str>>,
    pub(super) previous_id: Option<Box<str>>,
    pub(super) new_id: Option<Box<str>>,
}

/// An item of `POST /v2/users/{id}/links/_search`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Link {
    pub(super) idp_id: Box<str>,
    pub(super) user_id: Box<str>,
}

/// The same with what only an undo wants to know.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct KeptLink {
    pub(super) idp_id: Box<str>,
    pub(super) user_id: Box<str>,
    pub(super) user_name: Box<str>,
}

/// The answer to a create.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Created {
    pub(super) user_id: Box<str>,
    pub(super) details: WriteDetails,
}

/// The answer to a write.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    pub(super) details: WriteDetails,
}

/// Body of `POST /v2/users/human`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewUser<'a> {
    pub(super) organization: OrgId<'a>,
    pub(super) username: &'a str,
    pub(super) profile: NewProfile<'a>,
    pub(super) email: NewEmail<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<NewPhone<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) metadata: Vec<NewMetadata<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) idp_links: Vec<NewLink<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrgId<'a> {
    pub(super) org_id: &'a str,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct NewProfile<'a> {
    #[serde(rename = "givenName")]
    pub(super) given: &'a str,
    #[serde(rename = "familyName")]
    pub(super) family: &'a str,
    #[serde(rename = "nickName")]
    pub(super) nick: String,
    /// Zitadel makes one from the names of a new account, and leaves an old one alone.
    #[serde(rename = "displayName", skip_serializing_if = "Option::is_none")]
    pub(super) display: Option<String>,
    #[serde(rename = "preferredLanguage", skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gender: Option<&'a str>,
}

/// Exactly one of the ways to verify is set.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewEmail<'a> {
    pub(super) email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) is_verified: Option<bool>,
    /// `isVerified: false` would send no code on create; this does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) send_code: Option<Empty>,
    /// The code comes with the answer, and nothing is sent to the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) return_code: Option<Empty>,
}

/// `{}`
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Empty {}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewPhone<'a> {
    pub(super) phone: &'a str,
    /// `true` or left out, which sends a code. Zitadel refuses `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) is_verified: Option<bool>,
    /// The code comes with the answer, and nothing is sent to the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) return_code: Option<Empty>,
}

#[derive(Debug, Serialize)]
pub(super) struct NewMetadata<'a> {
    pub(super) key: &'a str,
    pub(super) value: String,
}

impl<'a> NewMetadata<'a> {
    pub(super) fn new(key: &'a str, value: &str) -> Self {
        Self {
            key,
            value: STANDARD.encode(value),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewLink<'a> {
    pub(super) idp_id: &'a str,
    pub(super) user_id: &'a str,
    pub(super) user_name: &'a str,
}

/// Body of `PUT /v2/users/human/{id}`.
#[derive(Debug, Default, Serialize)]
pub(super) struct ChangedUser<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) profile: Option<NewProfile<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<NewEmail<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<NewPhone<'a>>,
}

impl ChangedUser<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.username.is_none() && self.profile.is_none() && self.email.is_none() && self.phone.is_none()
    }
}

/// Reads a number that comes as text, or as a number.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u64),
        Text(Box<str>),
    }
    match Either::deserialize(deserializer)? {
        Either::Number(number) => Ok(number),
        Either::Text(text) => text.parse().map_err(serde::de::Error::custom),
    }
}

/// Reads bytes in base64.
fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
    STANDARD
        .decode(text.as_bytes())
        .map_err(|_| serde::de::Error::custom("not base64"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_str, from_value, json};

    /// A user as a real server lists it: no phone is an empty object, an unset flag is left out.
    #[test]
    fn a_listed_user_is_understood() {
        let user: User = from_str(
            r#"{"userId":"352","details":{"sequence":"4","changeDate":"2026-11-24T06:00:00.1Z","resourceOwner":"351",
            "creationDate":"2026-11-24T06:00:00Z"},"state":"USER_STATE_INACTIVE","username":"Bob@Example.org",
            "loginNames":["Bob@Example.org"],"preferredLoginName":"Bob@Example.org",
            "human":{"profile":{"givenName":"Bob","familyName":"Builder","nickName":"626f62",
            "displayName":"Builder, Bob","preferredLanguage":"und","gender":"GENDER_UNSPECIFIED"},
            "email":{"email":"Bob@Example.org"},"phone":{}}}"#,
        )
        .unwrap();
        assert_eq!(
            (&*user.id, &*user.details.resource_owner, user.state),
            ("352", "351", UserState::Inactive)
        );
        let human = user.human.unwrap();
        assert_eq!((&*human.profile.nick, &*human.phone.phone), ("626f62", ""));
        assert!(!human.email.is_verified);
    }

    /// What later servers may add or leave out is no error.
    #[test]
    fn the_unknown_is_passed_over() {
        let user: User =
            from_value(json!({"state": "USER_STATE_ASLEEP", "wings": 2, "machine": {"name": "m"}})).unwrap();
        assert_eq!(user.state, UserState::Other);
        assert!(user.human.is_none());
        let grant: Grant =
            from_value(json!({"roleKeys": ["User"], "state": "USER_GRANT_STATE_ASLEEP"})).unwrap();
        assert_eq!(grant.state, GrantState::Other);
    }

    /// Totals come as text, are taken as numbers too, and are left out when they are 0.
    #[test]
    fn totals_come_in_three_forms() {
        for (details, total) in [
            (
                json!({"totalResult": "7", "timestamp": "2026-11-24T06:00:00Z"}),
                7,
            ),
            (json!({"totalResult": 7}), 7),
            (json!({"viewTimestamp": "2026-11-24T06:00:00Z"}), 0),
        ] {
            let head: ListHead = from_value(json!({"details": details})).unwrap();
            assert_eq!(head.details.total_result, total);
        }
        assert!(from_value::<ListHead>(json!({"details": {"totalResult": "many"}})).is_err());
    }

    /// A code is asked for by leaving the verification out, and never by `false`, which Zitadel refuses.
    #[test]
    fn unset_members_are_not_sent() {
        let phone = NewPhone {
            phone: "+4912",
            is_verified: None,
            return_code: None,
        };
        assert_eq!(serde_json::to_value(phone).unwrap(), json!({"phone": "+4912"}));
        let email = NewEmail {
            email: "a@b.c",
            is_verified: None,
            send_code: Some(Empty {}),
            return_code: None,
        };
        assert_eq!(
            serde_json::to_value(email).unwrap(),
            json!({"email": "a@b.c", "sendCode": {}})
        );
        assert_eq!(serde_json::to_value(ChangedUser::default()).unwrap(), json!({}));
    }
}
