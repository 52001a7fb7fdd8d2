//! What is written on accounts, and what is not.

pub(super) mod cells;
pub(super) mod localpart;
pub(super) mod order;
pub(super) mod sessions;
