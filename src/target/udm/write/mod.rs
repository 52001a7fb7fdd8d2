//! Writes changes.

mod aside;
pub(super) mod body;
mod change;
mod create;
mod look;
pub(super) mod members;
mod operation;
mod password;
mod patch;
mod place;
mod steps;
