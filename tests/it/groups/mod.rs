//! People and groups of a directory, in one run.

mod active_directory;
mod converge;
mod grace;
mod killed;
mod members;
mod nesting;
mod not_found;
mod refusals;
mod requests;
pub(crate) mod stage;
mod undo;
