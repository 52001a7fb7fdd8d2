//! Signing in, and what is checked before anything is read.

pub(super) mod client_secret;
pub(super) mod clock;
pub(super) mod prepare;
