//! From a plan to its result: show, approve, ask, store the snapshot, apply, verify.

pub(super) mod approval;
pub(super) mod carry_out;
pub(super) mod question;
pub(super) mod saved_plan;
pub(super) mod undo_log;
pub(super) mod verify;
