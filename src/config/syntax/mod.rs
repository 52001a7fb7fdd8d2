//! The small languages of values: LDAP names, filters, expressions and templates. Pure.

pub(super) mod dn;
pub(super) mod expression;
pub(super) mod filter;
pub(super) mod template;
