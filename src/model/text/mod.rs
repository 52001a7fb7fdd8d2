//! Texts: when two are equal, which characters are invisible, and which parts identify a person.

pub(super) mod comparable;
pub(super) mod counted;
pub(super) mod foreign;
pub(super) mod known;
pub(super) mod personal;
pub(super) mod unseen;
