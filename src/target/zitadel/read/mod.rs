//! Reads the organization: accounts, roles, metadata, and what its lists do not show yet.

pub(super) mod accounts;
pub(super) mod grant_list;
pub(super) mod handover;
pub(super) mod lists;
pub(super) mod metadata;
pub(super) mod name_conflict;
pub(super) mod not_listed;
pub(super) mod policy;
pub(super) mod prepare;
pub(super) mod snapshot;
pub(super) mod stale_list;
pub(super) mod user_pages;
