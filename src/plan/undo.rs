//! A plan that takes an earlier run back, worked out from what that run was about to do and the accounts as they are
//! now. Values are compared one by one, so that a run, or an undo, that did not come to its end is no special case.

mod account;
mod edit;
mod note;
mod roles;

use self::edit::Reversal;
pub use self::roles::{NotGiven, give_only};
use crate::model::{
    Account, Action, AttributeIndex, AttributeSpec, Change, Detail, Expected, ExternalId, Lifecycle,
    Mutability, Schema, TargetId, Value,
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
    pub names: Option<(Box<str>, Box<str>)>,
}

/// The accounts of a past change as they are now.
#[derive(Clone, Debug, Default)]
pub struct Now<'a> {
    /// The account with the id.
    pub account: Option<&'a Account>,
    /// Those that carry the text in the place of the external id, or the login name; each once.
    pub namesakes: Vec<&'a Account>,
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
    pub fn subject(&self, schema: &Schema) -> Subject<'_> {
        match &self.change.action {
            Action::Create { .. } => Subject {
                account: self.made.as_ref(),
                names: Some((
                    self.change.id_text(),
                    self.change.login(schema).unwrap_or_default(),
                )),
            },
            Action::Delete(removal) => Subject {
                account: Some(&removal.account.target_id),
                names: Some(names(
                    removal.account.id_text.clone(),
                    removal.account.login.clone(),
                )),
            },
            _ => Subject {
                account: self.change.target_id(),
                names: None,
            },
        }
    }

    /// The account that [`Past::questions`] and [`undo`] are about.
    pub fn account<'a>(&self, now: &Now<'a>) -> Option<&'a Account> {
        match (&self.change.action, &self.made) {
            (Action::Create { .. }, None) => account::only(&now.namesakes),
            _ => now.account,
        }
    }

    /// The account that seems to have been made again after this deleted it: what else it holds has to be known.
    pub fn remade<'a>(&self, now: &Now<'a>) -> Option<&'a Account> {
        let is_deleted = matches!(self.change.action, Action::Delete(_)) && now.account.is_none();
        account::only(&now.namesakes).filter(|_| is_deleted)
    }

    /// What the account list does not show and has to be known: is what the run wrote still there?
    pub fn questions(&self, schema: &Schema, account: &Account) -> Vec<Expected<'_>> {
        let disabled = account.lifecycle == Lifecycle::Disabled;
        let mut questions = match &self.change.action {
            Action::Create { attributes, .. } => unlisted(schema)
                // An account that was made again has its links from elsewhere.
                .filter(|(index, spec)| {
                    spec.mutability != Mutability::WithId || attributes.get(*index).is_some()
                })
                .map(|(index, _)| expected(index, attributes.get(index)))
                .collect(),
            Action::Note(_) => note::QUESTIONS.to_vec(),
            Action::Disable(_) | Action::Enable(_) if disabled => vec![Expected::DisabledByUs],
            // A mark on an active account is what a deactivation, or its undo, left when it was interrupted.
            Action::Disable(_) => vec![Expected::NotDisabledByUs],
            Action::Delete(_) | Action::Adopt(_) | Action::Update(_) | Action::Enable(_) => Vec::new(),
        };
        let changed = self.change.edit().into_iter().flat_map(|edit| &edit.attributes);
        let changed = changed.filter(|change| !schema.spec(change.attribute).listed);
        questions.extend(changed.map(|change| edit::asked(schema.spec(change.attribute), change)));
        questions
    }
}

/// Leaves out of the namesakes of an account that was deleted those whose own change takes what they share with it: the run
/// had passed it on.
pub fn leave_out_who_gives_way<'a>(
    schema: &Schema,
    past: &Past,
    now: &mut Now<'_>,
    change_of: impl Fn(&TargetId) -> Option<&'a Change>,
) {
    let Some((text, login)) = past.subject(schema).names else {
        return;
    };
    now.namesakes.retain(|account| {
        let Some(change) = change_of(&account.target_id) else {
            return true;
        };
        let is_deleted = matches!(change.action, Action::Delete(_));
        let login_after = change.login(schema).unwrap_or_else(|| account.login.clone());
        let keeps_id = !text.is_empty() && change.id_text() == text;
        !is_deleted && (keeps_id || login_after.to_lowercase() == login.to_lowercase())
    });
}

/// What takes a past change back. `unheld` are those of the account's [`Past::questions`] that do not hold.
pub fn undo(schema: &Schema, past: &Past, now: &Now<'_>, unheld: &[Unheld<'_>]) -> Undone {
    if past.account(now).is_some_and(|account| account.protected) {
        return Undone::Refused("it is the account this tool runs as");
    }
    let undone = match &past.change.action {
        Action::Create { .. } => account::unmake(schema, past, now, unheld),
        Action::Delete(removal) => account::remake(schema, past, removal, now),
        Action::Note(note) => note::take_back(schema, past, note, now, unheld),
        Action::Disable(_) | Action::Adopt(_) | Action::Update(_) | Action::Enable(_) => match now.account {
            Some(account) => bring_back(schema, past, account, unheld),
            None => Err(GONE),
        },
    };
    undone.unwrap_or_else(Undone::Refused)
}

/// Takes back what was done to an account that existed before and after.
fn bring_back(
    schema: &Schema,
    past: &Past,
    account: &Account,
    unheld: &[Unheld<'_>],
) -> Result<Undone, &'static str> {
    let is_unheld = |mark| unheld.iter().any(|(expected, _)| *expected == mark);
    let disabled = account.lifecycle == Lifecycle::Disabled;
    let by_others = disabled && is_unheld(Expected::DisabledByUs);
    let mut reversal = Reversal::of(schema, past, account, unheld)?;
    match &past.change.action {
        Action::Disable(_) | Action::Enable(_) if by_others => Err(BY_OTHERS),
        Action::Disable(_) => {
            reversal.edit.enable = disabled || is_unheld(Expected::NotDisabledByUs);
            Ok(reversal.enabled())
        }
        Action::Enable(edit) => Ok(match edit.before.as_deref().map(|before| before.lifecycle) {
            Some(Lifecycle::Disabled) if !disabled => reversal.disabled(account),
            _ => reversal.updated(),
        }),
        _ => Ok(reversal.updated()),
    }
}

/// What of a change no undo brings back.
pub fn lost_for_good(change: &Change) -> Option<&'static str> {
    let returned = match &change.action {
        Action::Delete(_) => {
            return Some(
                "the account's id, password, second factors, passkeys, sessions, memberships and deactivated roles; an \
                 undo makes the account again without them",
            );
        }
        Action::Disable(removal) => removal.returned,
        _ => change.edit().is_some_and(|edit| edit.returned),
    };
    returned.then_some("since when its person was missing; its grace (`policy.grace`) begins anew")
}

/// What an undo does not bring back, of a change of its plan.
pub fn not_restored(change: &Change) -> Option<&'static str> {
    match change.action {
        Action::Create { .. } => Some(
            "the account is made again under another id, without password, second factors, passkeys, sessions, \
             memberships and deactivated roles",
        ),
        Action::Delete(_) => {
            Some("what its person has set since: password, second factors, passkeys, sessions")
        }
        _ => None,
    }
}

/// A text that is no id may be a nickname that many people have.
fn names(id_text: Box<str>, login: Box<str>) -> (Box<str>, Box<str>) {
    let is_id = ExternalId::from_hex(&id_text).is_some();
    (if is_id { id_text } else { "".into() }, login)
}

fn unlisted(schema: &Schema) -> impl Iterator<Item = (AttributeIndex, &AttributeSpec)> {
    schema.iter().filter(|(_, spec)| !spec.listed)
}

fn expected(index: AttributeIndex, value: Option<&Value>) -> Expected<'_> {
    match value {
        Some(value) => Expected::Value(index, value),
        None => Expected::Absent(index),
    }
}
