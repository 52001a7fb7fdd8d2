//! When two texts are the same to a reader.

pub(super) mod comparable;
pub(super) mod unseen;
