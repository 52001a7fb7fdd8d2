//! A change of an earlier run, and the current state of its account.

use crate::model::{
    ActionKind, AttributeChange, AttributeIndex, AttributeSpec, Catalog, Change, Detail, Existing, Expected,
    ExternalId, Mutability, Purpose, Schema, TargetId, Value, Write,
};

/// Why a change is not undone.
pub const CHANGED_SINCE: &str = "changed by others since the run";
/// A change of an earlier run, with the snapshot for its undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// What the run was about to do.
    pub change: Change,
    /// Values of the account that the change would lose.
    pub details: Vec<Detail>,
    /// The account that the change created, if the run recorded it.
    pub made: Option<TargetId>,
}

/// How the account of a past change is found.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// Its target id, if known.
    pub account: Option<&'a TargetId>,
    /// The text of its external id, or an empty text, and its login name: for an account that was created or deleted.
    pub names: Option<(&'a str, &'a str)>,
}

/// The current accounts for a past change.
#[derive(Clone, Debug, Default)]
pub struct Now<'a> {
    /// The account with the target id.
    pub account: Option<&'a Existing>,
    /// The accounts with the external id or the login name, each once.
    pub namesakes: Vec<&'a Existing>,
    /// The recreated account lacks a former value that no list shows.
    pub lacks: bool,
}

/// Result of undoing a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// Everything is already as before the run.
    Already,
    /// This change is needed.
    Change(Box<Change>),
    /// Nothing may be done, for this reason.
    Refused(&'static str),
}

/// A failed check, and the account's value.
pub type FailedCheck<'a> = (Expected<'a>, Option<Value>);

impl Past {
    /// How the account is found.
    pub fn subject(&self, catalog: &Catalog) -> Subject<'_> {
        let schema = catalog.schema(self.change.resource);
        match &self.change.write {
            Write::Create(creation) => {
                let text = |purpose| creation.attributes.text_of(schema, purpose).unwrap_or_default();
                Subject {
                    account: self.made.as_ref(),
                    names: Some((text(Purpose::ExternalId), text(Purpose::Login))),
                }
            }
            Write::Delete(account) => Subject {
                account: Some(&account.target_id),
                names: Some(names(account, schema)),
            },
            Write::Edit(edit) => Subject {
                account: Some(&edit.target_id),
                names: None,
            },
        }
    }

    /// The account that [`Past::checks`] and [`undo`] refer to.
    pub fn account<'a>(&self, now: &Now<'a>) -> Option<&'a Existing> {
        match (&self.change.write, &self.made) {
            (Write::Create(_), None) => only(&now.namesakes),
            _ => now.account,
        }
    }

    /// The account that was apparently recreated after its deletion. Its other values have to be read.
    pub fn remade<'a>(&self, now: &Now<'a>) -> Option<&'a Existing> {
        let is_deleted = self.change.kind == ActionKind::Delete && now.account.is_none();
        only(&now.namesakes).filter(|_| is_deleted)
    }

    /// The checks whether the values that the run wrote still exist, as far as the account list does not show them.
    pub fn checks(&self, catalog: &Catalog) -> Vec<Expected<'_>> {
        let schema = catalog.schema(self.change.resource);
        match &self.change.write {
            Write::Create(creation) => on_demand(schema)
                // A recreated account has other links.
                .filter(|(index, spec)| {
                    spec.mutability != Mutability::WithId || creation.attributes.get(*index).is_some()
                })
                .map(|(index, _)| expected(index, creation.attributes.get(index)))
                .collect(),
            Write::Edit(edit) => {
                let on_demand = edit.changes.iter().filter(|change| {
                    let spec = schema.spec(change.attribute);
                    !spec.is_listed() && spec.purpose != Purpose::SignOut
                });
                on_demand
                    .map(|change| asked(schema.spec(change.attribute), change))
                    .collect()
            }
            Write::Delete(_) => Vec::new(),
        }
    }
}

/// The account, if there is exactly one.
pub(super) fn only<'a>(accounts: &[&'a Existing]) -> Option<&'a Existing> {
    match accounts {
        [account] => Some(account),
        _ => None,
    }
}

/// The check whether the value that the run wrote still exists.
pub(super) fn asked<'a>(spec: &AttributeSpec, change: &'a AttributeChange) -> Expected<'a> {
    match (&change.after, &change.before) {
        (None, Some(before)) if spec.mutability == Mutability::WithId => {
            Expected::Value(change.attribute, before)
        }
        (after, _) => expected(change.attribute, after.as_ref()),
    }
}

/// A text that is not an id was chosen by a person, and many may have the same.
fn names<'a>(account: &'a Existing, schema: &Schema) -> (&'a str, &'a str) {
    let text = account.id_text(schema);
    let is_id = ExternalId::from_hex(text).is_some();
    (if is_id { text } else { "" }, account.login(schema))
}

/// Attributes that are not this tool's own records, and that the list does not show.
fn on_demand(schema: &Schema) -> impl Iterator<Item = (AttributeIndex, &AttributeSpec)> {
    schema
        .iter()
        .filter(|(_, spec)| !spec.is_listed() && !spec.purpose.is_bookkeeping())
}

pub(super) fn expected(index: AttributeIndex, value: Option<&Value>) -> Expected<'_> {
    match value {
        Some(value) => Expected::Value(index, value),
        None => Expected::Absent(index),
    }
}
