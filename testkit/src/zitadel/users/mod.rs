//! The users: their API and their sessions.

pub(super) mod read;
pub(super) mod sessions;
pub(super) mod write;
