//! From an address to a connection on which one may ask: dial, encrypt, bind; and bytes that are looked at on their way in.

pub(super) mod ber;
pub(super) mod bind;
pub(super) mod connect;
pub(super) mod dial;
mod pump;
pub(super) mod tls;

#[cfg(test)]
use super::tests;
use super::{failure, references};
