//! Metadata of users and of the organization.

pub(super) mod organization;
mod search;
pub(super) mod user;
pub(super) mod user_v1;
