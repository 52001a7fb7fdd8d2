//! How long a person has been missing.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::Absence;

/// When a person went missing, and how many runs have found it, including this one.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub(super) struct Missing {
    missing_since: String,
    missing_runs: u32,
}

impl From<Absence> for Missing {
    fn from(absence: Absence) -> Self {
        Self {
            missing_since: since(absence.since),
            missing_runs: absence.runs,
        }
    }
}

/// The start of an absence, RFC 3339.
pub(super) fn since(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| "an impossible time".to_owned(), |time| time.to_string())
}
