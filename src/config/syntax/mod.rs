//! The small languages of values: names, filters, expressions, templates of LDAP. Pure.

pub(super) mod dn;
pub(super) mod expression;
pub(super) mod filter;
pub(super) mod template;
