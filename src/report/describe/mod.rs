//! What text, JSON and page say about a change alike.

pub(super) mod details;
pub(super) mod label;
pub(super) mod show;
