//! Metadata and links, which the list of accounts does not show.

pub(super) mod batches;
pub(super) mod confirm;
pub(super) mod event_log;
pub(super) mod filter;
pub(super) mod holding;
pub(super) mod shared;
pub(super) mod values;
