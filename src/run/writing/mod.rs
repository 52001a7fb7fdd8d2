//! From a plan to its result: show, approve, ask, store the snapshot, apply, verify.

pub(super) mod approval;
pub(super) mod confirmation;
pub(super) mod saved_plan;
pub(super) mod stages;
pub(super) mod undo_log;
pub(super) mod verify;
