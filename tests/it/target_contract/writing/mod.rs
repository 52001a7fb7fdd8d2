//! Writing, and what it costs.

pub(super) mod cost;
pub(super) mod roundtrip;
pub(super) mod sessions;
pub(super) mod write;
