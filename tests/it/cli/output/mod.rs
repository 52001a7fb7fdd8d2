//! What a run prints, logs, reports and tells others.

mod hidden;
pub(super) mod log;
pub(super) mod metrics;
pub(super) mod notify;
pub(super) mod outcomes;
mod progress;
pub(super) mod secrets;
pub(super) mod streams;
mod summary;
mod wrapping;
