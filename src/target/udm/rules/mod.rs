//! Which values UDM stores, and which values are equal. Pure.

pub(super) mod catalog;
pub(super) mod key;
pub(super) mod markers;
pub(super) mod name;
pub(super) mod normalize;
pub(super) mod ownership;
mod photo;
pub(super) mod properties;
pub(super) mod types;
pub(super) mod values;
