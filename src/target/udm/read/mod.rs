//! Reads what is there.

mod check;
pub(super) mod find;
mod objects;
mod prepare;
