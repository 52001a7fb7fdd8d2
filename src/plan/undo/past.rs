//! What an earlier run did to one account, and what is known of the account now.

use crate::model::{
    ActionKind, AttributeChange, AttributeIndex, AttributeSpec, Catalog, Change, Detail, Existing, Expected,
    ExternalId, Mutability, Purpose, Schema, TargetId, Value, Write,
};

/// Why a change is left as it is.
pub const CHANGED_SINCE: &str = "changed by others since the run";
/// One change of an earlier run, and what was kept for the day it has to be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// What the run was about to do.
    pub change: Change,
    /// What the account held that the change would lose.
    pub details: Vec<Detail>,
    /// The account that the change made, if the run came so far as to say so.
    pub made: Option<TargetId>,
}

/// By what the account of a past change is found.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// Its id, if that is known.
    pub account: Option<&'a TargetId>,
    /// The text of its external id, or nothing, and its login name: of an account that was made or deleted.
    pub names: Option<(&'a str, &'a str)>,
}

/// The accounts of a past change as they are now.
#[derive(Clone, Debug, Default)]
pub struct Now<'a> {
    /// The account with the id.
    pub account: Option<&'a Existing>,
    /// Those that carry the text in the place of the external id, or the login name; each once.
    pub namesakes: Vec<&'a Existing>,
    /// The account was made again, without something that it had and that no list shows.
    pub lacks: bool,
}

/// What undoing a change comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// Everything is as it was before the run.
    Already,
    /// This has to be done.
    Change(Box<Change>),
    /// Nothing may be done, for this reason.
    Refused(&'static str),
}

/// An expectation that does not hold, and what the account holds instead.
pub type Unheld<'a> = (Expected<'a>, Option<Value>);

impl Past {
    /// By what its account is found.
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

    /// The account that [`Past::questions`] and [`undo`] are about.
    pub fn account<'a>(&self, now: &Now<'a>) -> Option<&'a Existing> {
        match (&self.change.write, &self.made) {
            (Write::Create(_), None) => only(&now.namesakes),
            _ => now.account,
        }
    }

    /// The account that seems to have been made again after this deleted it: what else it holds has to be known.
    pub fn remade<'a>(&self, now: &Now<'a>) -> Option<&'a Existing> {
        let is_deleted = self.change.kind == ActionKind::Delete && now.account.is_none();
        only(&now.namesakes).filter(|_| is_deleted)
    }

    /// What the account list does not show and has to be known: is what the run wrote still there?
    pub fn questions(&self, catalog: &Catalog) -> Vec<Expected<'_>> {
        let schema = catalog.schema(self.change.resource);
        match &self.change.write {
            Write::Create(creation) => unlisted(schema)
                // An account that was made again has its links from elsewhere.
                .filter(|(index, spec)| {
                    spec.mutability != Mutability::WithId || creation.attributes.get(*index).is_some()
                })
                .map(|(index, _)| expected(index, creation.attributes.get(index)))
                .collect(),
            Write::Edit(edit) => {
                let unlisted = edit.changes.iter().filter(|change| {
                    let spec = schema.spec(change.attribute);
                    !spec.is_listed() && spec.purpose != Purpose::SignOut
                });
                unlisted
                    .map(|change| asked(schema.spec(change.attribute), change))
                    .collect()
            }
            Write::Delete(_) => Vec::new(),
        }
    }
}

/// The account, if there is only one.
pub(super) fn only<'a>(accounts: &[&'a Existing]) -> Option<&'a Existing> {
    match accounts {
        [account] => Some(account),
        _ => None,
    }
}

/// The question whether what the run wrote is still there.
pub(super) fn asked<'a>(spec: &AttributeSpec, change: &'a AttributeChange) -> Expected<'a> {
    match (&change.after, &change.before) {
        (None, Some(before)) if spec.mutability == Mutability::WithId => {
            Expected::Value(change.attribute, before)
        }
        (after, _) => expected(change.attribute, after.as_ref()),
    }
}

/// A text that is no id may be a nickname that many people have.
fn names<'a>(account: &'a Existing, schema: &Schema) -> (&'a str, &'a str) {
    let text = account.id_text(schema);
    let is_id = ExternalId::from_hex(text).is_some();
    (if is_id { text } else { "" }, account.login(schema))
}

/// What this tool does not keep for itself, and the list does not show.
fn unlisted(schema: &Schema) -> impl Iterator<Item = (AttributeIndex, &AttributeSpec)> {
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
