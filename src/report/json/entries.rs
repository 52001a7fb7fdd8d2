//! Lists in the report: sources, skipped accounts, failed changes, records with remarks.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use crate::apply::{NotApplied, Unlinked};
use crate::config::SourceSettings;
use crate::model::{
    ActionKind, Change, ExternalId, Personal, RecordRef, Rejected, Schema, Skipped, SourceRead, Warning,
    Withheld,
};
use crate::report::absence::Missing;
use crate::report::describe::label::{full_name, known, label, login_name};
use crate::report::describe::show::Show;
use crate::report::origin::location;
use crate::target::TargetError;

/// One source.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct SourceReport {
    /// Its name in the configuration.
    pub name: String,
    /// `ldap`, `csv` or `ukt`.
    pub kind: &'static str,
    /// The server from which everything was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Records read, including rejected ones.
    pub read: usize,
    /// Number of rejected records.
    pub rejected: usize,
    /// Number of disabled people.
    #[serde(skip)]
    pub disabled: usize,
    /// Every record was read and belongs to a known person.
    pub complete: bool,
    /// Duration of the read.
    pub seconds: f64,
    /// Other resource types than people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<TypeRead>,
}

/// Records of one resource type other than people.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct TypeRead {
    /// Such as `group`.
    #[serde(rename = "type")]
    pub name: &'static str,
    /// Records read, including rejected ones.
    pub read: usize,
    /// Number of rejected records.
    pub rejected: usize,
    /// Every record was read and belongs to a known object.
    pub complete: bool,
}

impl SourceReport {
    /// Adds another resource type.
    pub(super) fn add(&mut self, name: &'static str, source: &SourceRead) {
        self.types.push(TypeRead {
            name,
            read: source.read,
            rejected: source.rejected,
            complete: source.complete,
        });
    }

    /// A source that was not read yet.
    pub(in crate::report) fn not_read(source: &SourceSettings) -> Self {
        Self {
            name: source.name.to_string(),
            kind: source.kind.name(),
            ..Self::default()
        }
    }
}

impl From<&SourceRead> for SourceReport {
    fn from(source: &SourceRead) -> Self {
        Self {
            name: source.name.to_string(),
            kind: source.kind,
            server: source.server.clone(),
            read: source.read,
            rejected: source.rejected,
            complete: source.complete,
            seconds: source.seconds,
            ..Self::default()
        }
    }
}

/// An account that could have been changed or removed and is not.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct KeptAccount {
    /// Omitted for people.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource: Option<&'static str>,
    /// The target id.
    pub account: String,
    /// The external id, in hex.
    pub id: Option<String>,
    /// Why it is unchanged.
    pub reason: Cow<'static, str>,
    /// The record that it may belong to: `FILE:LINE` or the name of the entry, and the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// How long its person has been missing, during the grace period.
    #[serde(flatten)]
    missing: Option<Missing>,
}

impl KeptAccount {
    pub(super) fn new(skipped: &Skipped, resource: Option<&'static str>) -> Self {
        Self {
            resource,
            account: skipped.target_id.to_string(),
            id: skipped.id.as_ref().map(|id| id.marked().to_string()),
            reason: skipped.reason.clone(),
            record: skipped.record.as_ref().map(ToString::to_string),
            missing: skipped.absence.map(Missing::from),
        }
    }
}

/// An action that a setting withholds.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct WithheldAction {
    /// Omitted for people.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource: Option<&'static str>,
    /// The withheld action.
    #[schemars(with = "String")]
    pub action: ActionKind,
    /// The external id, in hex.
    pub id: Option<String>,
    /// The target id, unless the account would be new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The setting, and its value.
    pub setting: String,
}

impl WithheldAction {
    pub(super) fn new(withheld: &Withheld, resource: Option<&'static str>) -> Self {
        let change = &withheld.change;
        Self {
            resource,
            action: change.kind,
            id: change.id().map(|id| id.marked().to_string()),
            account: change.target_id().map(ToString::to_string),
            setting: withheld.by.to_string(),
        }
    }
}

/// Prefix of the error of a change that was not sent to the target.
const NOT_STARTED: &str = "not started: ";

/// A change that failed.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Failure {
    /// Omitted for people.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource: Option<&'static str>,
    /// The external id, in hex.
    pub id: Option<String>,
    /// The external id as text, if it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_text: Option<String>,
    /// First and last name, if the target stores them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The login name, or the name of a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// The target id, unless the account would be new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// `FILE:LINE` (the header is line 1), or the name of the entry; for a removal, the target id.
    pub at: String,
    /// The person or group as in the plan, with personal values marked.
    #[serde(skip)]
    pub(in crate::report) label: String,
    /// The kind of change.
    #[schemars(with = "String")]
    pub action: ActionKind,
    /// What happened.
    pub error: String,
    /// The target's own id of the error.
    pub target_error_id: Option<String>,
    /// What to do next.
    pub hint: Option<String>,
}

impl Failure {
    /// Whether something was sent.
    pub(in crate::report) fn is_tried(&self) -> bool {
        !self.error.starts_with(NOT_STARTED)
    }

    /// The start of a line about it, and the reason.
    pub(in crate::report) fn summary(&self) -> (&'static str, &str) {
        match self.error.strip_prefix(NOT_STARTED) {
            Some(reason) => ("not started", reason),
            None => ("failed", &self.error),
        }
    }

    pub(in crate::report) fn new(
        change: &Change,
        (resource, schema): (Option<&'static str>, &Schema),
        not_applied: &NotApplied,
    ) -> Self {
        let (error, target_error): (String, Option<&TargetError>) = match not_applied {
            NotApplied::Failed(error) => (error.to_string(), Some(error)),
            NotApplied::NotStarted(reason) => (format!("{NOT_STARTED}{reason}"), None),
            NotApplied::Unlinked(_, Unlinked::Failed(error)) => {
                (format!("members were not added: {error}"), Some(error))
            }
            NotApplied::Unlinked(_, Unlinked::NotStarted(reason)) => {
                (format!("members were not added: {reason}"), None)
            }
            NotApplied::NotTakenBack(reason) => (format!("not undone: {reason}"), None),
        };
        Self {
            resource,
            id: change.id().map(|id| id.marked().to_string()),
            id_text: change
                .id()
                .and_then(|id| id.as_text())
                .map(|text| Personal(text).to_string()),
            name: known(change)
                .find_map(|attributes| full_name(attributes, schema))
                .map(|name| Personal(name).to_string()),
            login: known(change)
                .find_map(|attributes| login_name(attributes, schema))
                .map(|login| Personal(login).to_string()),
            account: change.target_id().map(ToString::to_string),
            at: location(change),
            label: label(change, schema, Show::Names),
            action: change.kind,
            error,
            target_error_id: target_error.and_then(|error| Some(error.error_id.as_deref()?.to_owned())),
            hint: target_error.and_then(|error| error.hint.clone()),
        }
    }
}

/// A remark about one record.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Note {
    /// The source's name.
    pub source: String,
    /// `FILE:LINE` (the header is line 1), or the name of the entry.
    pub at: String,
    /// The external id, in hex, if it is known.
    pub id: Option<String>,
    /// What is wrong, or a warning.
    pub reason: String,
    /// The report of the previous run does not contain it; omitted if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<bool>,
}

impl Note {
    fn new(at: &RecordRef, id: Option<&ExternalId>, reason: &str) -> Self {
        Self {
            source: at.source.to_string(),
            at: at.marked_at(),
            id: id.map(|id| id.marked().to_string()),
            reason: reason.to_owned(),
            new: None,
        }
    }
}

impl From<&Rejected> for Note {
    fn from(rejected: &Rejected) -> Self {
        Self::new(&rejected.at, rejected.id.as_ref(), &rejected.reason)
    }
}

impl From<&Warning> for Note {
    fn from(warning: &Warning) -> Self {
        Self::new(&warning.at, warning.id.as_ref(), &warning.reason)
    }
}
