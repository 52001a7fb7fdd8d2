//! The requests of a change, in their order. The cost is computed from the same list that is sent.

use super::super::rules::catalog::{GROUP, POSITION, USER};
use super::super::state::UdmTarget;
use crate::model::{ActionKind, Change, Creation, Edit, Existing, Removal, RemovalReason, TypeId, Write};
use crate::target::Cost;

pub(in crate::target::udm) enum Step<'a> {
    /// Checks that the object still has the values that its removal requires.
    LookAgain(&'a Existing, &'a Removal),
    Create(&'a Creation),
    /// Moves it back to the container. A move changes no properties.
    Move(&'a Edit),
    /// All values that one request can write.
    Patch(&'a Edit),
    Delete(&'a Existing),
}

impl UdmTarget {
    /// The requests of a change if all of them succeed.
    pub(in crate::target::udm) fn steps<'a>(&self, change: &'a Change) -> Vec<Step<'a>> {
        let again = |account: &'a Existing| {
            let removal = change
                .removal
                .as_ref()
                .filter(|removal| is_doubtful(change, removal));
            removal.map(|removal| Step::LookAgain(account, removal))
        };
        match &change.write {
            Write::Create(creation) => vec![Step::Create(creation)],
            Write::Delete(account) => again(account)
                .into_iter()
                .chain([Step::Delete(account)])
                .collect(),
            Write::Edit(edit) => {
                let mut steps = Vec::from_iter(edit.before.as_deref().and_then(again));
                steps.extend(self.moves(change, edit).then_some(Step::Move(edit)));
                steps.extend(self.patches(change, edit).then_some(Step::Patch(edit)));
                steps
            }
        }
    }

    fn moves(&self, change: &Change, edit: &Edit) -> bool {
        let position = self.catalog.schema(change.resource).index(POSITION);
        position.is_some_and(|position| edit.change(position).is_some())
    }

    fn patches(&self, change: &Change, edit: &Edit) -> bool {
        edit.lifecycle.is_some()
            || edit
                .changes
                .iter()
                .any(|one| self.is_written(change.resource, edit, one))
    }

    /// Cost of a change if all requests succeed, without missing containers.
    pub(in crate::target::udm) fn foresee(&self, change: &Change) -> Cost {
        let aside = change.edit().is_some_and(Edit::steps_aside);
        Cost {
            requests: self.steps(change).len() as u64 + u64::from(aside),
            ..Cost::default()
        }
    }
}

impl UdmTarget {
    /// Cost of missing containers that the changes need.
    pub(in crate::target::udm) fn foresee_containers(&self, changes: &[Change]) -> Cost {
        let needs = |resource: &TypeId| {
            let mut new = changes.iter().filter(|change| change.creation().is_some());
            new.any(|change| change.resource == *resource)
        };
        let types: Vec<TypeId> = [USER, GROUP].into_iter().filter(needs).collect();
        let prepared = self.prepared.borrow();
        let containers = prepared
            .as_ref()
            .map_or(0, |prepared| prepared.to_make(&types).len());
        Cost {
            requests: containers as u64,
            ..Cost::default()
        }
    }
}

/// Returns whether the object is read again before it is removed: its absence marker may have been removed.
fn is_doubtful(change: &Change, removal: &Removal) -> bool {
    let by_undo = change.kind == ActionKind::Deactivate && removal.reason == RemovalReason::Undone;
    !removal.requires.is_empty() && !by_undo
}
