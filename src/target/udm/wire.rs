//! The JSON that UDM sends.

use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// A template: `…/add`.
#[derive(Debug, Deserialize)]
pub(super) struct Template {
    /// Where new objects are created; for containers, the base of the directory.
    #[serde(default)]
    pub(super) position: String,
    pub(super) properties: Map<String, Json>,
}

/// An object of a list, or a single one.
#[derive(Debug, Deserialize)]
pub(super) struct Object {
    pub(super) dn: String,
    /// The entryUUID.
    #[serde(default)]
    pub(super) uuid: String,
    #[serde(default)]
    pub(super) properties: Map<String, Json>,
}

/// What surrounds the objects of a list.
#[derive(Debug, Deserialize)]
pub(super) struct ListHead {
    pub(super) results: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Created {
    pub(super) dn: String,
    #[serde(default)]
    pub(super) uuid: String,
}

/// The answer to a change that was applied partly or not at all.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Warned {
    #[serde(rename = "_embedded")]
    embedded: Warnings,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Warnings {
    #[serde(rename = "udm:warning")]
    warnings: Vec<Message>,
}

#[derive(Debug, Deserialize)]
struct Message {
    message: String,
}

impl Warned {
    /// Returns whether a value that was to be removed from a list was not found in this spelling.
    pub(super) fn lacks_a_value(&self) -> bool {
        self.embedded
            .warnings
            .iter()
            .any(|warning| warning.message.starts_with("cannot remove "))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Refusal {
    pub(super) error: Error,
    #[serde(rename = "_embedded")]
    embedded: Errors,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Error {
    pub(super) message: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Errors {
    #[serde(rename = "udm:error")]
    errors: Vec<Located>,
}

/// An error about one part of a request.
#[derive(Debug, Deserialize)]
pub(super) struct Located {
    #[serde(default)]
    pub(super) location: Vec<String>,
    #[serde(default)]
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn located(&self) -> &[Located] {
        &self.embedded.errors
    }
}
