//! Who calls, and what they may do.

pub(super) mod caller;
pub(super) mod endpoint;
pub(super) mod organization;
pub(super) mod token;
