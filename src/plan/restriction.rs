//! Restricts a plan to some kinds of changes.

use super::diff;
use super::policy::Restriction;
use crate::model::{
    ActionKind, AttributeChange, Change, Edit, Leaver, Plan, Purpose, Rejected, RemovalReason, Schema, Write,
};

/// Removes all other changes from the plan.
pub(super) fn restrict(plan: &mut Plan, restriction: Restriction, schema: &Schema, leavers: &[Leaver]) {
    match restriction {
        Restriction::None => {}
        Restriction::RemovalsOnly => {
            let mut unresolved = std::mem::take(&mut plan.unresolved);
            // Entries of a list of leavers that were not applied belong to this run.
            unresolved.retain(|rejected| leavers.iter().any(|leaver| leaver.origin == rejected.at));
            filter_changes(plan, only_disabled_or_listed);
            plan.unresolved = unresolved;
        }
        Restriction::ExternalIdsOnly => filter_changes(plan, |change| only_the_external_id(change, schema)),
        Restriction::LinksOnly => {
            let mut unresolved = std::mem::take(&mut plan.unresolved);
            let carries = |change| carries_another_id(change, schema);
            unresolved.extend(plan.changes.iter().filter_map(carries));
            filter_changes(plan, |change| only_the_link(change, schema));
            plan.unresolved = unresolved;
        }
    }
}

fn filter_changes(plan: &mut Plan, rest: impl Fn(Change) -> Option<Change>) {
    let changes = std::mem::take(&mut plan.changes);
    plan.changes = changes.into_iter().filter_map(rest).collect();
    plan.unresolved.clear();
    plan.warnings.clear();
}

/// Reduces an edit to the records that this tool keeps for itself.
pub(super) fn only_bookkeeping(schema: &Schema, edit: Edit) -> Edit {
    without_changes(edit, |change| schema.purpose(change.attribute).is_bookkeeping())
}

/// Removes changes. The desired person is changed accordingly, because a target may have to write an unchanged value
/// together with a changed one.
fn without_changes(mut edit: Edit, stays: impl Fn(&AttributeChange) -> bool) -> Edit {
    let (stay, go): (Vec<_>, Vec<_>) = edit.changes.into_iter().partition(stays);
    for change in go {
        edit.desired.attributes.set(change.attribute, change.before);
    }
    edit.changes = stay;
    edit
}

fn only_disabled_or_listed(change: Change) -> Option<Change> {
    let reason = change.reason()?;
    (reason != RemovalReason::Absent).then_some(change)
}

fn only_the_external_id(change: Change, schema: &Schema) -> Option<Change> {
    let id = schema.find(Purpose::ExternalId)?;
    let edit = into_edit(change, ActionKind::Update)?;
    edit.change(id)?;
    let mut edit = without_changes(edit, |change| change.attribute == id);
    edit.lifecycle = None;
    Some(Change::edit_as(ActionKind::Update, edit))
}

/// An account that already has an external id is left unchanged.
fn only_the_link(change: Change, schema: &Schema) -> Option<Change> {
    let mut edit = into_edit(change, ActionKind::Adopt)?;
    edit.change_of(schema, Purpose::ExternalId)
        .filter(|change| change.before.is_none())?;
    edit = without_changes(edit, |change| {
        let purpose = schema.purpose(change.attribute);
        let ties = [
            Purpose::ExternalId,
            Purpose::OwnershipProof,
            Purpose::Provider,
            Purpose::Access,
        ];
        ties.contains(&purpose) || purpose.is_bookkeeping()
    });
    diff::keep_access(schema, &mut edit);
    Some(Change::edit_as(ActionKind::Adopt, edit))
}

fn into_edit(change: Change, kind: ActionKind) -> Option<Edit> {
    match change.write {
        Write::Edit(edit) if change.kind == kind => Some(*edit),
        _ => None,
    }
}

/// `link-ids` reports accounts that already have another id.
fn carries_another_id(change: &Change, schema: &Schema) -> Option<Rejected> {
    let edit = change.edit().filter(|_| change.kind == ActionKind::Adopt)?;
    let id = edit.change_of(schema, Purpose::ExternalId)?;
    id.before.as_ref()?;
    Some(Rejected::new(
        edit.desired.origin.clone(),
        Some(edit.desired.id.clone()),
        format!(
            "account {} has this person's login name or address and has another id",
            edit.target_id
        ),
    ))
}
