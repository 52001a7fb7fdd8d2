//! Texts and their readers: when two are the same, what nobody sees, what tells who somebody is.

pub(super) mod comparable;
pub(super) mod counted;
pub(super) mod personal;
pub(super) mod unseen;
