//! Plan files, undo files and the other files that a run writes.

pub(super) mod files;
pub(super) mod forged;
pub(super) mod forged_edits;
pub(super) mod planned;
pub(super) mod waiting;
