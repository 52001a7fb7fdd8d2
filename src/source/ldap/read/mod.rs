//! Searches: in pages, with references to other servers, and with attributes in parts.

pub(super) mod limits;
pub(super) mod one_entry;
mod paging;
pub(super) mod range;
pub(super) mod search;

#[cfg(test)]
use super::tests;
use super::{ber, connect, entry, failure};
