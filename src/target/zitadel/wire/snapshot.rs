//! The server's answers that only an undo needs.

use serde::Deserialize;

use super::received::Email;

/// An item of `POST /v2/users`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct FullUser {
    #[serde(rename = "userId")]
    pub(crate) id: Box<str>,
    pub(crate) human: SnapshotHuman,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SnapshotHuman {
    pub(crate) profile: SnapshotProfile,
    pub(crate) email: Email,
    pub(crate) phone: SnapshotPhone,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SnapshotProfile {
    #[serde(rename = "displayName")]
    pub(crate) display: Box<str>,
    #[serde(rename = "preferredLanguage")]
    pub(crate) language: Box<str>,
    pub(crate) gender: Box<str>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct SnapshotPhone {
    pub(crate) is_verified: bool,
}

/// An item of `POST /v2/users/{id}/links/_search`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct FullLink {
    pub(crate) idp_id: Box<str>,
    pub(crate) user_id: Box<str>,
    pub(crate) user_name: Box<str>,
}
