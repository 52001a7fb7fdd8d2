//! Runs that fail, or do a part of what is wanted: each message says where and what to do.

pub(super) mod configuration;
pub(super) mod failures;
pub(super) mod mocks;
pub(super) mod preflight;
pub(super) mod rejected;
pub(super) mod unreadable;
