//! Commands that write nothing to the target.

pub(super) mod auth;
pub(super) mod check;
pub(super) mod configuration;
pub(super) mod diff_config;
pub(super) mod document;
pub(super) mod explain;
pub(super) mod users;
