//! What UDM sends.

use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// A template: `…/add`.
#[derive(Debug, Deserialize)]
pub(super) struct Template {
    /// Where new objects go; of containers it is the base of the directory.
    #[serde(default)]
    pub(super) position: String,
    pub(super) properties: Map<String, Json>,
}

/// One object of a list, or by itself.
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

/// A new object.
#[derive(Debug, Deserialize)]
pub(super) struct Created {
    pub(super) dn: String,
    #[serde(default)]
    pub(super) uuid: String,
}

/// What a change that did nothing, or not all, says.
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
    /// Whether a value that was to be taken out of a list was not in it, as it was spelled.
    pub(super) fn lacks_a_value(&self) -> bool {
        self.embedded
            .warnings
            .iter()
            .any(|warning| warning.message.starts_with("cannot remove "))
    }
}

/// A refusal.
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

/// What is wrong with one part of a request.
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
