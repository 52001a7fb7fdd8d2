//! Plans and undo data in files.

pub mod plan_file;
pub mod undo_file;
