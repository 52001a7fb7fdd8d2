//! Role grants of users.

pub(super) mod authorizations;
pub(super) mod change;
pub(super) mod search;
