//! The organization, and what goes wrong on the way to it.

pub(super) mod faults;
pub(super) mod organization;
pub(super) mod tricks;
