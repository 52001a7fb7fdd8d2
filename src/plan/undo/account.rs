//! Reverses creations and deletions of accounts.

use super::edit::{Reversal, SOURCE};
use super::past::{CHANGED_SINCE, FailedCheck, Now, Past, Undone};
use crate::model::{
    Attributes, Change, Creation, Desired, Existing, Lifecycle, Mutability, Purpose, Removal, RemovalReason,
    Schema, Value,
};

const TWICE: &str =
    "several accounts have its id or login name, so it is not known which of them the run created";
const TAKEN: &str = "another account has its id or login name now";
const LACKS: &str = "the account was recreated without everything that it had; restore its links, roles in other \
     projects and metadata by hand from the file (`kept`)";

/// Deletes an account that the run created, if it has not changed since.
pub(super) fn unmake(
    schema: &Schema,
    past: &Past,
    made: &Creation,
    now: &Now<'_>,
    failed_checks: &[FailedCheck<'_>],
) -> Result<Undone, &'static str> {
    if past.made.is_none() && now.namesakes.len() > 1 {
        return Err(TWICE);
    }
    let Some(account) = past.account(now) else {
        return Ok(Undone::Already);
    };
    if !failed_checks.is_empty() || !is_as_made(schema, past, made, account) {
        return Err(CHANGED_SINCE);
    }
    let removal = Removal {
        reason: RemovalReason::Undone,
        requires: Vec::new(),
    };
    Ok(Undone::Change(Box::new(Change::delete(account.clone(), removal))))
}

/// An interrupted run may have left out the roles and the deactivation. A phone number may have been refused.
fn is_as_made(schema: &Schema, past: &Past, made: &Creation, account: &Existing) -> bool {
    let interrupted = past.made.is_none() && made.desired.lifecycle == Lifecycle::Disabled;
    listed(schema).all(|(index, spec)| {
        let (current, wanted) = (account.attributes.get(index), made.attributes.get(index));
        match (spec.purpose, current, wanted) {
            (Purpose::Access, current, wanted) => is_part(current, wanted),
            (Purpose::Login | Purpose::ExternalId, current, wanted) => current == wanted,
            (_, Some(current), Some(wanted)) => current.equals(wanted, spec.equality),
            (_, None, Some(_)) => !spec.required,
            (_, None, None) => true,
            (_, Some(_), None) => false,
        }
    }) && (account.lifecycle == made.desired.lifecycle || interrupted)
}

fn is_part(current: Option<&Value>, of: Option<&Value>) -> bool {
    let of = Value::texts_of(of);
    Value::texts_of(current).iter().all(|text| of.contains(text))
}

/// The writable attributes that the list shows.
fn listed(
    schema: &Schema,
) -> impl Iterator<Item = (crate::model::AttributeIndex, &crate::model::AttributeSpec)> {
    schema
        .iter()
        .filter(|(_, spec)| spec.is_listed() && spec.mutability != Mutability::ReadOnly)
}

/// Recreates an account that the run deleted, or completes one that an earlier undo has begun to recreate.
pub(super) fn remake(
    schema: &Schema,
    past: &Past,
    before: &Existing,
    now: &Now<'_>,
) -> Result<Undone, &'static str> {
    if now.account.is_some() {
        return Ok(Undone::Already);
    }
    match now.namesakes[..] {
        [] => Ok(Undone::Change(Box::new(made_again(schema, past, before)))),
        [account] if is_made_again(schema, before, account) => match completed(schema, past, before, account)
        {
            Undone::Already if now.lacks => Err(LACKS),
            undone => Ok(undone),
        },
        _ => Err(TAKEN),
    }
}

fn made_again(schema: &Schema, past: &Past, before: &Existing) -> Change {
    let mut attributes = Attributes::default();
    for (index, value) in before.attributes.iter() {
        let is_written = schema.spec(index).mutability != Mutability::ReadOnly;
        attributes.set(index, is_written.then(|| value.clone()));
    }
    let desired = Desired::of_account(before, schema, SOURCE);
    Change {
        restore: Some(past.details.clone().into()),
        ..Change::create(desired, attributes)
    }
}

fn is_made_again(schema: &Schema, before: &Existing, account: &Existing) -> bool {
    listed(schema).all(|(index, spec)| {
        let (before, current) = (before.attributes.get(index), account.attributes.get(index));
        match spec.purpose {
            Purpose::Access => true,
            Purpose::Login | Purpose::ExternalId => before == current,
            _ => before == current || current.is_none(),
        }
    })
}

/// Deactivation and roles are the last steps of a creation.
fn completed(schema: &Schema, past: &Past, before: &Existing, account: &Existing) -> Undone {
    let mut reversal = Reversal::nothing(schema, past, account);
    if let Some(access) = schema.find(Purpose::Access) {
        let now = account.attributes.get(access).cloned();
        let texts = before.attributes.texts(access).iter();
        let after = Value::set(texts.chain(account.attributes.texts(access)).cloned());
        if after != now {
            reversal.put(access, now, after);
        }
    }
    if before.lifecycle == Lifecycle::Disabled && account.lifecycle == Lifecycle::Active {
        reversal.edit.lifecycle = Some(Lifecycle::Disabled);
    }
    reversal.done(schema)
}
