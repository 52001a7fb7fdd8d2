//! The users list with its filters, and one user.

pub(in crate::zitadel) mod filters;
pub(in crate::zitadel) mod filters_input;
pub(in crate::zitadel) mod json;
pub(in crate::zitadel) mod list;
pub(in crate::zitadel) mod list_v1;
