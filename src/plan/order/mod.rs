//! Orders the changes. A change waits for
//!
//! - the changes that give up the login name or another unique value that it takes,
//! - the creation of each object that it refers to,
//! - if it is a delete, the changes that remove references to the object.
//!
//! If accounts exchange names in a circle, one of them gets a temporary login name first; other values are cleared
//! first. If objects refer to each other in a circle, one of them gets the references to new objects in a second
//! step.

mod dependencies;
mod schedule;
pub(super) mod values;

pub use self::dependencies::{Dependency, Phase, Stage, phase, writes_links_later};
pub use self::schedule::Schedule;
use crate::model::{AttributeSet, Catalog, Change, Existing, Plan, Purpose, Schema, TargetId};

/// Sorts changes by phase, then by id, so that the result does not depend on the order of the input.
pub(super) fn sort(catalog: &Catalog, changes: &mut [Change]) {
    let key = |change: &Change| (phase(catalog, change), change.resource);
    changes.sort_by(|a, b| (key(a), a.id(), a.target_id()).cmp(&(key(b), b.id(), b.target_id())));
}

/// Puts the changes of a plan in the order in which they are applied, and decides which accounts get a temporary login
/// name. Call it once, when the plan contains all of its changes and no others: each change that is removed afterwards
/// may be one that another waits for.
pub fn arrange(catalog: &Catalog, plan: &mut Plan) {
    let changes = &mut plan.changes;
    sort(catalog, changes);
    for change in changes.iter_mut() {
        change.links_later = change.nests_last;
        if let Some(edit) = change.edit_mut() {
            edit.temporary_login = None;
            edit.emptied_first = AttributeSet::default();
        }
    }
    for (index, attribute) in values::stepping_aside(&values::handovers(catalog, changes)) {
        let schema = catalog.schema(changes[index].resource);
        if let Some(edit) = changes[index].edit_mut() {
            if schema.purpose(attribute) == Purpose::Login {
                edit.temporary_login = Some(temporary_name(&edit.target_id));
            } else {
                edit.emptied_first.insert(attribute);
            }
        }
    }
    let mut schedule = Schedule::of(catalog, changes);
    while let Some(index) = schedule.circle() {
        changes[index].links_later = true;
        schedule = Schedule::of(catalog, changes);
    }
    let mut sorted: Vec<Option<Change>> = std::mem::take(changes).into_iter().map(Some).collect();
    let indexes = schedule.stages.iter().filter_map(|stage| match stage {
        Stage::Changes(indexes) => Some(indexes),
        Stage::TemporaryLogin(_) | Stage::Links(_) => None,
    });
    changes.extend(indexes.flatten().filter_map(|index| sorted[*index].take()));
}

/// Returns whether an interrupted run left the account with a temporary login name.
pub(super) fn has_temporary_login(schema: &Schema, account: &Existing) -> bool {
    *account.login(schema) == *temporary_name(&account.target_id)
}

/// A login name that no other account can need, because target ids are unique.
pub(super) fn temporary_name(account: &TargetId) -> Box<str> {
    format!("directory-sync-renaming-{account}").into()
}
