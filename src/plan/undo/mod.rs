//! Plans an undo from what the earlier run was about to do and from the current accounts. Values are compared one by
//! one, so an interrupted run or undo is not a special case.

mod account;
mod edit;
mod past;
mod unknown_roles;

use self::edit::Reversal;
pub use self::past::{CHANGED_SINCE, FailedCheck, Now, Past, Subject, Undone};
pub use self::unknown_roles::{NotGiven, give_only};
use crate::model::{
    ActionKind, Catalog, Change, Existing, Lifecycle, Purpose, Schema, TargetId, UNFINISHED, Value, Write,
};

const GONE: &str = "the account no longer exists";
const BY_OTHERS: &str = "an administrator has deactivated the account since the run";

/// Removes those namesakes of a deleted account whose own undo gives up what they share with it: the run had passed
/// it on.
pub fn drop_released_namesakes<'a>(
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
        let after = |purpose, current| match change.edit().and_then(|edit| edit.change_of(schema, purpose)) {
            Some(change) => change.after.as_ref().map_or("", Value::as_text),
            None => current,
        };
        let login_after = after(Purpose::Login, account.login(schema));
        let keeps_id = !text.is_empty() && after(Purpose::ExternalId, account.id_text(schema)) == text;
        change.kind != ActionKind::Delete && (keeps_id || login_after.to_lowercase() == login.to_lowercase())
    });
}

/// The change that reverses a past change. `failed_checks` are the failed checks of [`Past::checks`].
pub fn undo(catalog: &Catalog, past: &Past, now: &Now<'_>, failed_checks: &[FailedCheck<'_>]) -> Undone {
    let schema = catalog.schema(past.change.resource);
    if past.account(now).is_some_and(Existing::is_protected) {
        return Undone::Refused("it is the account that directory-sync signs in with");
    }
    let undone = match &past.change.write {
        Write::Create(creation) => account::unmake(schema, past, creation, now, failed_checks),
        Write::Delete(before) => account::remake(schema, past, before, now),
        Write::Edit(edit) => match now.account {
            Some(account) => bring_back(schema, past, edit, account, failed_checks),
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

/// Reverses a change of an account that existed before and after.
fn bring_back(
    schema: &Schema,
    past: &Past,
    edit: &crate::model::Edit,
    account: &Existing,
    failed_checks: &[FailedCheck<'_>],
) -> Result<Undone, &'static str> {
    if past.change.kind == ActionKind::MarkAbsent && !failed_checks.is_empty() {
        // A later run has its own reasons.
        return Ok(Undone::Already);
    }
    if changes_state(past)
        && account.lifecycle == Lifecycle::Disabled
        && is_unmarked(schema, edit, failed_checks)
    {
        return Err(BY_OTHERS);
    }
    let mut reversal = Reversal::of(schema, past, edit, account, failed_checks)?;
    if completes_creation(schema, edit) {
        // The result of an earlier run stays: the account was never meant to be active.
        reversal.without_mark(schema);
    } else {
        reversal.state(edit, account);
    }
    Ok(reversal.done(schema))
}

/// Returns whether the run deactivated an account that an earlier run had created for that.
pub(super) fn completes_creation(schema: &Schema, edit: &crate::model::Edit) -> bool {
    let mark = edit.change_of(schema, Purpose::DisabledByUs);
    let before = mark.and_then(|mark| mark.before.as_ref());
    before.is_some_and(|before| before.as_text() == UNFINISHED)
}

fn changes_state(past: &Past) -> bool {
    matches!(past.change.kind, ActionKind::Deactivate | ActionKind::Reactivate)
}

/// Returns whether the account has no deactivation mark of this tool.
fn is_unmarked(schema: &Schema, edit: &crate::model::Edit, failed_checks: &[FailedCheck<'_>]) -> bool {
    edit.change_of(schema, Purpose::DisabledByUs)
        .is_none_or(|change| {
            edit::on_demand_now(schema.spec(change.attribute), change, failed_checks).is_none()
        })
}

/// What an undo cannot restore, of a past change.
pub fn lost_for_good(catalog: &Catalog, change: &Change) -> Option<&'static str> {
    let schema = catalog.schema(change.resource);
    if change.kind == ActionKind::Delete {
        return Some(catalog.losses(change.resource).by_delete);
    }
    let edit = change.edit()?;
    let returned = edit.change_of(schema, Purpose::MissingSince);
    let returned = returned.is_some_and(|marker| marker.after.is_none());
    let sessions = ends_sessions(catalog, change);
    match (returned, sessions) {
        (true, false) => Some(MARKER),
        (false, true) => Some(SESSIONS),
        (true, true) => Some(MARKER_AND_SESSIONS),
        (false, false) => None,
    }
}

/// Returns whether a change ends the sessions of its account.
pub fn ends_sessions(catalog: &Catalog, change: &Change) -> bool {
    let schema = catalog.schema(change.resource);
    let edit = change.edit();
    edit.is_some_and(|edit| edit.change_of(schema, Purpose::SignOut).is_some())
}

const MARKER: &str = "the start of its person's absence; `policy.grace` starts again";
const SESSIONS: &str = "the sessions, which are ended: its person has to sign in again";
const MARKER_AND_SESSIONS: &str = "the start of its person's absence; `policy.grace` starts again; and the sessions, \
                                   which are ended: its person has to sign in again";

/// What an undo does not restore, of a change of its plan.
pub fn not_restored(catalog: &Catalog, change: &Change) -> Option<&'static str> {
    let losses = catalog.losses(change.resource);
    match change.kind {
        ActionKind::Create => Some(losses.by_remake),
        ActionKind::Delete => Some(losses.by_unmake),
        _ => None,
    }
}
