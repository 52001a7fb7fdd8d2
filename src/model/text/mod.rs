//! Texts and their readers: when two are the same, which characters are invisible, what identifies a person.

pub(super) mod comparable;
pub(super) mod counted;
pub(super) mod personal;
pub(super) mod unseen;
