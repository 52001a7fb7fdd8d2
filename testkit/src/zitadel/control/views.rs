//! Plain data that tests put in and take out: seeds, views, the log of writes, queued codes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::zitadel::state::entities::UserState;

/// A user to be put in before a test; the server's rules do not apply to it, except the unique sets.
#[derive(Debug, Clone, Default)]
pub struct UserSeed {
    /// The id; a new one where `None`.
    pub id: Option<String>,
    /// The organization; the synced one where `None`.
    pub organization: Option<String>,
    /// A machine user: only the user name counts then.
    pub machine: bool,
    /// The state; active where `None`.
    pub state: Option<UserState>,
    /// The user name; the e-mail address where empty.
    pub username: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Nickname: the place of the hex-encoded external id.
    pub nick_name: String,
    /// Display name; given and family name where empty.
    pub display_name: String,
    /// E-mail address, stored unchanged.
    pub email: String,
    /// Whether the address counts as verified.
    pub email_verified: bool,
    /// Phone number, stored unchanged, in E.164.
    pub phone: String,
    /// Whether the number counts as verified.
    pub phone_verified: bool,
    /// Preferred language; `und` where empty.
    pub language: String,
    /// Metadata keys and raw values.
    pub metadata: Vec<(String, Vec<u8>)>,
    /// Links: identity provider, external id, display name.
    pub links: Vec<(String, String, String)>,
    /// Roles on the project of the options, granted by the user's organization.
    pub roles: Vec<String>,
}

/// One user as the server stores it now, whatever its lists show.
///
/// Serialized without the id, which differs from run to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserView {
    /// The user id.
    #[serde(skip)]
    pub id: String,
    /// Name of the owning organization.
    pub organization: String,
    /// `USER_STATE_…`
    pub state: UserState,
    /// The user name.
    pub username: String,
    /// A machine user has no profile.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub machine: bool,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Nickname.
    pub nick_name: String,
    /// Display name; of a machine its name.
    pub display_name: String,
    /// Preferred language, `und` where none is set.
    pub language: String,
    /// E-mail address.
    pub email: String,
    /// Whether the address is verified.
    pub email_verified: bool,
    /// E.164, empty where there is none.
    pub phone: String,
    /// Whether the number is verified.
    pub phone_verified: bool,
    /// Metadata; values that are not UTF-8 are shown as `base64:…`.
    pub metadata: BTreeMap<String, String>,
    /// Identity-provider links.
    pub links: Vec<LinkView>,
    /// Role grants in order of their creation.
    pub grants: Vec<GrantView>,
}

/// A link to an identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkView {
    /// The provider's id.
    #[serde(skip)]
    pub idp_id: String,
    /// The external user id.
    pub user_id: String,
    /// The name shown for it.
    pub user_name: String,
}

/// A grant of project roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GrantView {
    /// The grant's id.
    #[serde(skip)]
    pub id: String,
    /// The project's name, or its id where it is not known.
    pub project: String,
    /// Keys of the roles.
    pub roles: Vec<String>,
    /// `false` for a deactivated grant.
    pub active: bool,
}

/// One write request in the order of arrival.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WriteRecord {
    /// Method and path pattern, e.g. `PUT /v2/users/human/{userId}`.
    pub operation: String,
    /// The path as sent.
    pub path: String,
    /// The body, null where it was empty or no JSON.
    pub body: serde_json::Value,
    /// The HTTP status of the answer; 0 where none was sent.
    pub status: u16,
}

/// Where a verification code went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Channel {
    /// Queued as a mail.
    Mail,
    /// Queued as a text message.
    Sms,
    /// Returned in the reply (`returnCode`), nothing queued.
    Reply,
}

/// A verification code that the server made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// The user.
    pub user_id: String,
    /// How it leaves the server.
    pub channel: Channel,
    /// The address or number.
    pub recipient: String,
    /// Six characters.
    pub code: String,
}
