//! Configurations: the content of one, and the differences between the plans of two.

pub(in crate::report) mod diff;
pub(in crate::report) mod show;
