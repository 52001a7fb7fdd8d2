//! A plan that takes an earlier run back, worked out from what that run was about to do and the accounts as they are
//! now. Values are compared one by one, so that a run, or an undo, that did not come to its end is no special case.

mod account;
mod edit;
mod roles;

use self::edit::Reversal;
pub use self::roles::{NotGiven, give_only};
use crate::model::{
    ActionKind, AttributeIndex, AttributeSpec, Catalog, Change, Detail, Existing, Expected, ExternalId,
    Lifecycle, Mutability, Purpose, Schema, TargetId, Value, Write,
};

/// Why a change is left as it is.
pub const CHANGED_SINCE: &str = "somebody has changed since what the run wrote";
const GONE: &str = "the account is gone since";
const BY_OTHERS: &str = "an administrator deactivated the account since";

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
            (Write::Create(_), None) => account::only(&now.namesakes),
            _ => now.account,
        }
    }

    /// The account that seems to have been made again after this deleted it: what else it holds has to be known.
    pub fn remade<'a>(&self, now: &Now<'a>) -> Option<&'a Existing> {
        let is_deleted = self.change.kind == ActionKind::Delete && now.account.is_none();
        account::only(&now.namesakes).filter(|_| is_deleted)
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
                let unlisted = edit
                    .changes
                    .iter()
                    .filter(|change| !schema.spec(change.attribute).is_listed());
                unlisted
                    .map(|change| edit::asked(schema.spec(change.attribute), change))
                    .collect()
            }
            Write::Delete(_) => Vec::new(),
        }
    }
}

/// Leaves out of the namesakes of an account that was deleted those whose own change takes what they share with it: the run
/// had passed it on.
pub fn leave_out_who_gives_way<'a>(
    catalog: &Catalog,
    past: &Past,
    now: &mut Now<'_>,
    change_of: impl Fn(&TargetId) -> Option<&'a Change>,
) {
    let schema = catalog.schema(past.change.resource);
    let Some((text, login)) = past.subject(catalog).names else {
        return;
    };
    now.namesakes.retain(|account| {
        let Some(change) = change_of(&account.target_id) else {
            return true;
        };
        let after = |purpose, held| match change.edit().and_then(|edit| edit.change_of(schema, purpose)) {
            Some(change) => change.after.as_ref().map_or("", Value::as_text),
            None => held,
        };
        let login_after = after(Purpose::Login, account.login(schema));
        let keeps_id = !text.is_empty() && after(Purpose::ExternalId, account.id_text(schema)) == text;
        change.kind != ActionKind::Delete && (keeps_id || login_after.to_lowercase() == login.to_lowercase())
    });
}

/// What takes a past change back. `unheld` are those of the account's [`Past::questions`] that do not hold.
pub fn undo(catalog: &Catalog, past: &Past, now: &Now<'_>, unheld: &[Unheld<'_>]) -> Undone {
    let schema = catalog.schema(past.change.resource);
    if past.account(now).is_some_and(Existing::is_protected) {
        return Undone::Refused("it is the account this tool runs as");
    }
    let undone = match &past.change.write {
        Write::Create(creation) => account::unmake(schema, past, creation, now, unheld),
        Write::Delete(before) => account::remake(schema, past, before, now),
        Write::Edit(edit) => match now.account {
            Some(account) => bring_back(schema, past, edit, account, unheld),
            None if past.change.kind == ActionKind::MarkAbsent => Ok(Undone::Already),
            None => Err(GONE),
        },
    };
    match undone.unwrap_or_else(Undone::Refused) {
        Undone::Change(mut change) => {
            change.resource = past.change.resource;
            Undone::Change(change)
        }
        undone => undone,
    }
}

/// Takes back what was done to an account that existed before and after.
fn bring_back(
    schema: &Schema,
    past: &Past,
    edit: &crate::model::Edit,
    account: &Existing,
    unheld: &[Unheld<'_>],
) -> Result<Undone, &'static str> {
    if past.change.kind == ActionKind::MarkAbsent && !unheld.is_empty() {
        // A later run has its own reasons.
        return Ok(Undone::Already);
    }
    if changes_state(past) && account.lifecycle == Lifecycle::Disabled && is_unmarked(schema, edit, unheld) {
        return Err(BY_OTHERS);
    }
    let mut reversal = Reversal::of(schema, past, edit, account, unheld)?;
    reversal.state(edit, account);
    Ok(reversal.done(schema))
}

fn changes_state(past: &Past) -> bool {
    matches!(past.change.kind, ActionKind::Deactivate | ActionKind::Reactivate)
}

/// Whether the account lacks the mark of a deactivation by this tool.
fn is_unmarked(schema: &Schema, edit: &crate::model::Edit, unheld: &[Unheld<'_>]) -> bool {
    edit.change_of(schema, Purpose::DisabledByUs)
        .is_none_or(|change| edit::unlisted_now(schema.spec(change.attribute), change, unheld).is_none())
}

/// What of a change no undo brings back.
pub fn lost_for_good(catalog: &Catalog, change: &Change) -> Option<&'static str> {
    let schema = catalog.schema(change.resource);
    if change.kind == ActionKind::Delete {
        return Some(
            "the account's id, password, second factors, passkeys, sessions, memberships and deactivated roles; an \
             undo makes the account again without them",
        );
    }
    let marker = change.edit()?.change_of(schema, Purpose::MissingSince)?;
    marker
        .after
        .is_none()
        .then_some("since when its person was missing; its grace (`policy.grace`) begins anew")
}

/// What an undo does not bring back, of a change of its plan.
pub fn not_restored(change: &Change) -> Option<&'static str> {
    match change.kind {
        ActionKind::Create => Some(
            "the account is made again under another id, without password, second factors, passkeys, sessions, \
             memberships and deactivated roles",
        ),
        ActionKind::Delete => {
            Some("what its person has set since: password, second factors, passkeys, sessions")
        }
        _ => None,
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

fn expected(index: AttributeIndex, value: Option<&Value>) -> Expected<'_> {
    match value {
        Some(value) => Expected::Value(index, value),
        None => Expected::Absent(index),
    }
}
