//! Connections: dialing, encryption, binding, and the checks of received bytes.

pub(super) mod ber;
pub(super) mod bind;
pub(super) mod connect;
pub(super) mod dial;
mod pump;
pub(super) mod references;
pub(super) mod tls;

use super::failure;
#[cfg(test)]
use super::tests;
