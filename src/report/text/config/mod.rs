//! Configurations: what one of them says, and what differs between the plans of two.

pub(in crate::report) mod diff;
pub(in crate::report) mod show;
