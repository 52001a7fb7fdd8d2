//! Keys and certificates with an expiry, in a report.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::time::seconds;
use crate::credential::Credential;

/// A key or a certificate that the run used.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct CredentialReport {
    /// `key`, `tls_ldap`, `tls_target`.
    pub what: &'static str,
    /// The id of the key, the name of the source, or the address of the target.
    pub name: String,
    /// Its last second.
    #[serde(serialize_with = "seconds")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub expires: Timestamp,
}

impl From<&Credential> for CredentialReport {
    fn from(credential: &Credential) -> Self {
        Self {
            what: credential.kind.name(),
            name: credential.name.clone(),
            expires: credential.expires,
        }
    }
}
