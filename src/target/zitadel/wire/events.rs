//! The server's events about its users.

use jiff::Timestamp;
use serde::Deserialize;

use super::number;

/// `POST /admin/v1/events/_search`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Events {
    pub(crate) events: Vec<Event>,
}

/// An event of a user. Events of other types are ignored.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    pub(crate) aggregate: Aggregate,
    #[serde(deserialize_with = "number")]
    pub(crate) sequence: u64,
    pub(crate) creation_date: Timestamp,
    #[serde(default)]
    pub(crate) payload: Payload,
    #[serde(rename = "type")]
    pub(crate) kind: EventType,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Aggregate {
    pub(crate) id: Box<str>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct EventType {
    #[serde(rename = "type")]
    pub(crate) kind: Box<str>,
}

/// The members of all payloads that are read: of metadata, and of links.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Payload {
    pub(crate) key: Option<Box<str>>,
    /// In base64.
    pub(crate) value: Box<str>,
    pub(crate) idp_config_id: Option<Box<str>>,
    pub(crate) user_id: Option<Box<str>>,
    pub(crate) previous_id: Option<Box<str>>,
    pub(crate) new_id: Option<Box<str>>,
}
