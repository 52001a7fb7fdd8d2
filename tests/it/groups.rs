//! People and groups of a directory, in one run.

mod converge;
mod members;
mod nesting;
mod refusals;
mod stage;
mod undo;
