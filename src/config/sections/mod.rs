//! One file per section of the configuration.

pub(super) mod address;
pub(super) mod attributes;
pub(super) mod credentials;
pub(super) mod ldap;
pub(super) mod metadata;
pub(super) mod notify;
pub(super) mod output;
pub(super) mod policy;
pub(super) mod provider;
pub(super) mod run;
pub(super) mod sources;
pub(super) mod udm;
pub(super) mod zitadel;
