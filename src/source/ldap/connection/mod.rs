//! Connections: dialing, encryption, binding, and the checks of received bytes.

pub(super) mod ber;
pub(super) mod bind;
pub(super) mod connect;
pub(super) mod dial;
mod pump;
pub(super) mod tls;

#[cfg(test)]
use super::tests;
use super::{failure, references};
