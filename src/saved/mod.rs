//! Plans and undo data that are kept in files.

pub mod plan_file;
pub mod undo_file;
