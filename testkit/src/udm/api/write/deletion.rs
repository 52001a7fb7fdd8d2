//! Deleting objects (recorded: delete, group-nesting).

use super::super::{Call, object};
use super::conditions;
use super::plan::{Plan, Removal};
use super::step::Step;
use crate::udm::answer::Answer;
use crate::udm::directory::{Entry, Id};
use crate::udm::errors::Failure;
use crate::udm::locks::Locked;
use crate::udm::schema::Kind;
use crate::udm::state::State;

/// `DELETE …/<DN>`; containers go with everything in them unless `recursive` is off.
pub(in super::super) fn delete(
    state: &mut State,
    call: &Call<'_>,
    kind: &str,
    dn: &str,
) -> Result<Step, Failure> {
    if !call.incoming.body.is_empty() {
        let reason = "Safe HTTP method should not contain request body/Content-Type header.";
        return Err(Failure::bad_request(reason));
    }
    let id = object::addressed(state, kind, dn)?.id;
    conditions::if_match(state, call, dn)?;
    let recursive = call
        .value("recursive")
        .is_none_or(|value| !matches!(value, "false" | "0" | "off" | ""));
    Ok(Step::Write(Box::new(Plan::Removal(Removal {
        id,
        dn: dn.to_owned(),
        recursive,
    }))))
}

pub(super) fn carry_out(state: &mut State, removal: &Removal) -> Result<Answer, Failure> {
    let Some(entry) = state.directory.get(removal.id) else {
        return Err(Failure::plain(400, format!("No such object: {}.", removal.dn)));
    };
    refuse_primary_group(state, entry)?;
    let key = entry.key.clone();
    if !removal.recursive && state.directory.has_children(&key) {
        return Err(Failure::ldap(
            "Operation not allowed on non-leaf: subordinate objects must be deleted first.",
        ));
    }
    let below = state.directory.ids_below(&key).into_iter().rev();
    for id in below.chain([removal.id]) {
        remove(state, id);
    }
    Ok(Answer::empty(204))
}

/// The default group, and a primary group of a user, cannot be deleted.
fn refuse_primary_group(state: &State, entry: &Entry) -> Result<(), Failure> {
    if entry.kind != Kind::Group {
        return Ok(());
    }
    let reason = if state.directory.domain_users == Some(entry.id) {
        "It is used as univentionDefaultGroup".to_owned()
    } else if state
        .directory
        .entries()
        .any(|user| user.primary == Some(entry.id))
    {
        entry
            .values
            .get("gidNumber")
            .map(ToString::to_string)
            .unwrap_or_default()
    } else {
        return Ok(());
    };
    Err(Failure::plain(400, format!("This is a primary group: {reason}.")))
}

/// Takes one entry out. The locks of its name and address go with a user, the one of the identifier stays (recorded:
/// locks/j again, d again).
pub(crate) fn remove(state: &mut State, id: Id) {
    let now = state.now();
    state.directory.change(id, |entry| entry.modified = now);
    let Some(entry) = state.directory.remove(id) else {
        return;
    };
    if entry.kind == Kind::User {
        state.locks.release(Locked::Username, entry.text("username"));
    }
    state
        .locks
        .release(Locked::Mail, entry.text("mailPrimaryAddress"));
    state.locks.release(Locked::Mail, entry.text("mailAddress"));
}
