//! In which order changes are shown and applied.

use crate::model::{Action, Change};

/// A group of changes that may run at once; the next group starts when all of it are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// People who leave go first: that they lose access is what matters most.
    Removals,
    /// Login names that become free for others.
    Renames,
    /// New people, who may take a name that has just become free.
    Creates,
    /// Everything else.
    Updates,
}

/// All phases in order.
pub const PHASES: [Phase; 4] = [Phase::Removals, Phase::Renames, Phase::Creates, Phase::Updates];

/// The phase of a change.
pub fn phase(change: &Change) -> Phase {
    match &change.action {
        Action::Disable(_) | Action::Delete(_) => Phase::Removals,
        Action::Create { .. } => Phase::Creates,
        // A set-once or personal detail can wait; an address is the login name somebody else may be waiting for.
        Action::Adopt(edit) | Action::Update(edit) | Action::Enable(edit) => {
            let renames = edit.attributes.iter().any(|change| change.renames);
            if renames { Phase::Renames } else { Phase::Updates }
        }
    }
}

/// Sorts changes by phase, then by id, so that the same input in any order makes the same plan.
pub(super) fn arrange(changes: &mut [Change]) {
    changes.sort_by(|a, b| (phase(a), a.id(), a.target_id()).cmp(&(phase(b), b.id(), b.target_id())));
}
