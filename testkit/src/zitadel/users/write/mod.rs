//! Creating, changing and deleting users.

pub(in crate::zitadel) mod change;
pub(in crate::zitadel) mod contacts;
pub(in crate::zitadel) mod create;
pub(in crate::zitadel) mod edit;
pub(in crate::zitadel) mod input;
pub(in crate::zitadel) mod lifecycle;
pub(in crate::zitadel) mod links;
pub(in crate::zitadel) mod new_human;
