//! What the state is made of: organizations, projects, users, grants.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Organization {
    pub(crate) name: String,
    /// Its only domain, primary and verified.
    pub(crate) domain: String,
    pub(crate) created: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Project {
    pub(crate) name: String,
    pub(crate) org: String,
    pub(crate) created: i64,
    pub(crate) roles: BTreeMap<String, Role>,
    /// Grants of the project to other organizations, by their id.
    pub(crate) grants: BTreeMap<String, ProjectGrant>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) display_name: String,
    pub(crate) created: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ProjectGrant {
    pub(crate) org: String,
    pub(crate) roles: Vec<String>,
    pub(crate) created: i64,
}

/// The state of a user, as the API names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum UserState {
    /// `USER_STATE_ACTIVE`
    Active,
    /// `USER_STATE_INACTIVE`
    Inactive,
    /// `USER_STATE_LOCKED`
    Locked,
    /// `USER_STATE_INITIAL`: imported by the v1 API without a password, can only be deleted.
    Initial,
}

impl UserState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Active => "USER_STATE_ACTIVE",
            Self::Inactive => "USER_STATE_INACTIVE",
            Self::Locked => "USER_STATE_LOCKED",
            Self::Initial => "USER_STATE_INITIAL",
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) org: String,
    pub(crate) state: UserState,
    pub(crate) username: String,
    pub(crate) kind: Kind,
    /// Number of events of the user.
    pub(crate) sequence: u64,
    /// Time of the last event.
    pub(crate) touched: i64,
    /// Sequence and time of the last event that shows in lists.
    pub(crate) shown_sequence: u64,
    pub(crate) changed: i64,
    pub(crate) created: i64,
    pub(crate) metadata: BTreeMap<String, Entry>,
    pub(crate) links: Vec<Link>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Kind {
    Human(Box<Human>),
    Machine { name: String },
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Human {
    pub(crate) given_name: String,
    pub(crate) family_name: String,
    pub(crate) nick_name: String,
    pub(crate) display_name: String,
    pub(crate) language: String,
    pub(crate) gender: usize,
    pub(crate) email: String,
    pub(crate) email_verified: bool,
    /// E.164, empty where there is none.
    pub(crate) phone: String,
    pub(crate) phone_verified: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    #[serde(with = "base64_bytes")]
    pub(crate) value: Vec<u8>,
    pub(crate) sequence: u64,
    pub(crate) created: i64,
    pub(crate) changed: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) idp: String,
    pub(crate) user_id: String,
    pub(crate) user_name: String,
}

impl Link {
    /// The unique key: external ids differ only by more than letter case.
    pub(crate) fn key(&self) -> String {
        format!("{}\u{0}{}", self.idp, fold(&self.user_id))
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the API calls it so")]
pub(crate) struct Grant {
    pub(crate) id: String,
    /// The organization that owns the grant.
    pub(crate) org: String,
    pub(crate) user: String,
    pub(crate) project: String,
    pub(crate) project_grant: String,
    pub(crate) roles: Vec<String>,
    pub(crate) active: bool,
    pub(crate) sequence: u64,
    pub(crate) created: i64,
    pub(crate) changed: i64,
}

impl Grant {
    pub(crate) fn key(&self) -> String {
        format!(
            "{}\u{0}{}\u{0}{}\u{0}{}",
            self.org, self.user, self.project, self.project_grant
        )
    }
}

impl User {
    pub(crate) fn human(&self) -> Option<&Human> {
        match &self.kind {
            Kind::Human(human) => Some(human),
            Kind::Machine { .. } => None,
        }
    }

    pub(crate) fn display_name(&self) -> &str {
        match &self.kind {
            Kind::Human(human) => &human.display_name,
            Kind::Machine { name } => name,
        }
    }
}

/// Permissions of one user.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Membership {
    /// In the whole instance; empty where the user is no member of it.
    pub(crate) instance: Vec<String>,
    pub(crate) orgs: BTreeMap<String, Vec<String>>,
}

/// A registered public key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) user: String,
    /// Microseconds since 1970.
    pub(crate) expires: i64,
    /// PKCS#1 DER.
    #[serde(with = "base64_bytes")]
    pub(crate) public: Vec<u8>,
}

/// An access token or personal access token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) user: String,
    /// Microseconds since 1970.
    pub(crate) expires: i64,
    /// Whether the API is in its audience.
    pub(crate) for_api: bool,
    /// Personal access tokens survive a deactivation of their user.
    pub(crate) personal: bool,
}

/// What the users list answers when it is filtered by metadata.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FilterAnswers {
    /// What is true.
    #[default]
    Truth,
    /// Nobody holds what is asked for.
    Nobody,
    /// Everybody does.
    Everybody,
    /// As many accounts as were asked about, and none of them.
    Strangers,
}

/// Somebody is signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) user: String,
    pub(crate) sequence: u64,
    pub(crate) created: i64,
    /// Terminated sessions are not shown, and can be terminated again.
    pub(crate) ended: bool,
}

/// Lower case per code point, without a change of length in characters: `İ` becomes `i`, not `i̇`.
///
/// Go's `strings.ToLower` does this; `str::to_lowercase` maps some characters to two.
pub(crate) fn fold(text: &str) -> String {
    text.chars()
        .map(|c| c.to_lowercase().next().unwrap_or(c))
        .collect()
}

/// Metadata values as base64 in a saved state.
pub(crate) mod base64_bytes {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD.decode(text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Unique names are compared per code point: no full case folding, no normalisation.
    #[test]
    fn names_are_folded_per_code_point() {
        assert_eq!(fold("JÜRGEN"), fold("Jürgen"));
        assert_ne!(fold("Ju\u{308}rgen"), fold("Jürgen"));
        assert_ne!(fold("straße"), fold("STRASSE"));
        assert_ne!(fold("ırmak"), fold("irmak"));
        assert_ne!(fold("İzmir"), fold("i\u{307}zmir"));
    }
}
