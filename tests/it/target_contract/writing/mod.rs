//! Writing, and what it costs.

pub(super) mod cost;
mod proxy;
pub(super) mod roundtrip;
pub(super) mod sessions;
pub(super) mod write;
