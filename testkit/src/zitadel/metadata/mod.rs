//! Metadata of users and of the organization.

pub(super) mod organization;
pub(super) mod user;
pub(super) mod user_v1;
