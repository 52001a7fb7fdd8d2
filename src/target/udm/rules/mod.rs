//! What UDM stores, and when two values are the same. Pure.

pub(super) mod catalog;
pub(super) mod key;
pub(super) mod name;
pub(super) mod normalize;
pub(super) mod notes;
mod photo;
pub(super) mod properties;
pub(super) mod types;
pub(super) mod values;
