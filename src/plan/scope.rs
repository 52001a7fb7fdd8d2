//! What a restricted run leaves of a plan.

use super::policy::Scope;
use crate::model::{Action, AttributeChange, Change, Edit, Leaver, Plan, Rejected, RemovalReason, Schema};

/// Takes out everything that is not the business of this run.
pub(super) fn restrict(plan: &mut Plan, scope: Scope, schema: &Schema, leavers: &[Leaver]) {
    match scope {
        Scope::Everything => {}
        Scope::RemovalsOnly => {
            let mut unresolved = std::mem::take(&mut plan.unresolved);
            // Who was to lose access by the list and does not is the business of this run.
            unresolved.retain(|rejected| leavers.iter().any(|leaver| leaver.origin == rejected.at));
            keep(plan, only_disabled_or_listed);
            plan.unresolved = unresolved;
        }
        Scope::ExternalIdsOnly => keep(plan, only_the_external_id),
        Scope::LinksOnly => {
            let mut unresolved = std::mem::take(&mut plan.unresolved);
            unresolved.extend(plan.changes.iter().filter_map(carries_another_id));
            keep(plan, |action| only_the_link(action, schema));
            plan.unresolved = unresolved;
        }
    }
}

fn keep(plan: &mut Plan, rest: impl Fn(Action) -> Option<Action>) {
    let changes = std::mem::take(&mut plan.changes);
    plan.changes = changes
        .into_iter()
        .filter_map(|change| rest(change.action))
        .map(Change::from)
        .collect();
    plan.unresolved.clear();
    plan.warnings.clear();
}

/// Leaves nothing of an edit but whom it is about.
pub(super) fn only_the_person(edit: Edit) -> Edit {
    Edit {
        id_before: None,
        grant: Vec::new(),
        revoke: Vec::new(),
        returned: false,
        ..without_changes(edit, |_| false)
    }
}

/// Leaves out changes. The person then is as the account has them: a target may have to write a value that stays
/// together with one that changes.
fn without_changes(mut edit: Edit, stays: impl Fn(&AttributeChange) -> bool) -> Edit {
    let (stay, go): (Vec<_>, Vec<_>) = edit.attributes.into_iter().partition(stays);
    for change in go {
        edit.identity.attributes.set(change.attribute, change.before);
    }
    edit.attributes = stay;
    edit
}

fn only_disabled_or_listed(action: Action) -> Option<Action> {
    match &action {
        Action::Disable(removal) | Action::Delete(removal) if removal.reason != RemovalReason::Absent => {
            Some(action)
        }
        _ => None,
    }
}

fn only_the_external_id(action: Action) -> Option<Action> {
    let Action::Update(edit) = action else { return None };
    let id_before = edit.id_before.clone()?;
    Some(Action::Update(Edit {
        id_before: Some(id_before),
        ..only_the_person(edit)
    }))
}

/// An account that carries an id already is left alone.
fn only_the_link(action: Action, schema: &Schema) -> Option<Action> {
    match action {
        Action::Adopt(edit) if edit.id_before.as_deref() == Some("") => {
            let mark = |change: &AttributeChange| {
                let spec = schema.spec(change.attribute);
                spec.is_mark() || spec.provenance
            };
            Some(Action::Adopt(Edit {
                revoke: Vec::new(),
                ..without_changes(edit, mark)
            }))
        }
        _ => None,
    }
}

/// Whoever asks for links has to know where one is missing.
fn carries_another_id(change: &Change) -> Option<Rejected> {
    match &change.action {
        Action::Adopt(edit) if edit.id_before.as_deref().is_some_and(|id| !id.is_empty()) => {
            Some(Rejected::new(
                edit.identity.origin.clone(),
                Some(edit.identity.id.clone()),
                format!(
                    "account {} has this person's login name or address and carries another id",
                    edit.target_id
                ),
            ))
        }
        _ => None,
    }
}
