//! Results of applied changes.

use crate::target::{Applied, TargetError};

/// Result of one change.
#[derive(Debug)]
pub struct Outcome {
    /// Index of the change in the plan.
    pub index: usize,
    pub result: Result<Applied, NotApplied>,
}

/// Why a change was not applied.
#[derive(Debug)]
pub enum NotApplied {
    /// The target refused it or could not be reached.
    Failed(TargetError),
    /// The run stopped before it.
    NotStarted(&'static str),
    /// Everything was applied, except references that are added in a second step.
    Unlinked(Applied, Unlinked),
    /// The change belongs to an earlier run, so an undo of this one does not revert it.
    NotTakenBack(&'static str),
}

/// Why references were not added in a second step.
#[derive(Debug)]
pub enum Unlinked {
    /// The target refused it or could not be reached.
    Failed(TargetError),
    /// The run stopped before it.
    NotStarted(&'static str),
}

impl Outcome {
    /// Whether something was sent for it.
    pub(super) fn was_started(&self) -> bool {
        !matches!(
            self.result,
            Err(NotApplied::NotStarted(_) | NotApplied::Unlinked(_, Unlinked::NotStarted(_)))
        )
    }

    /// The result of the change, or of its first step.
    pub fn applied(&self) -> Option<&Applied> {
        match &self.result {
            Ok(applied) | Err(NotApplied::Unlinked(applied, _)) => Some(applied),
            Err(NotApplied::Failed(_) | NotApplied::NotStarted(_) | NotApplied::NotTakenBack(_)) => None,
        }
    }
}
