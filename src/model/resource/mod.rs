//! Objects: their values and ownership, as desired and as existing.

pub(super) mod attributes;
pub(super) mod desired;
pub(super) mod existing;
pub(super) mod ownership;
