//! Requests to Zitadel: signing in, sending, repeating, and reading answers and errors.

pub(super) mod api;
pub(super) mod call;
pub(super) mod error;
pub(super) mod error_ids;
pub(super) mod reply;
mod sign_in;
pub(super) mod transport;
pub(super) mod unreachable;
