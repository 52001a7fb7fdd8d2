//! The expiry of keys and certificates that a run uses.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::{Diagnosis, SourceRead};

/// A key or a certificate with an expiry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    pub kind: CredentialKind,
    /// Its name, or the name of the source whose server uses it.
    pub name: String,
    /// Its last second.
    pub expires: Timestamp,
}

/// Kinds of credentials. Their names are labels of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// The key of the service account.
    Key,
    /// A certificate of a directory, or the client certificate for it.
    TlsLdap,
    /// A certificate of the target.
    TlsTarget,
}

impl CredentialKind {
    /// `key`, `tls_ldap`, `tls_target`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::TlsLdap => "tls_ldap",
            Self::TlsTarget => "tls_target",
        }
    }
}

/// A credential that expires within this time is warned about.
const NOTICE: Duration = Duration::from_secs(14 * DAY);
const DAY: u64 = 24 * 60 * 60;

impl Credential {
    /// The certificate of a source's server.
    pub fn of_directory(source: &str, expires: Timestamp) -> Self {
        Self {
            kind: CredentialKind::TlsLdap,
            name: source.to_owned(),
            expires,
        }
    }

    /// The certificate with which a source was reached, if there was one.
    pub fn of_source(source: &SourceRead) -> Option<Self> {
        let end = Timestamp::from_second(source.certificate_ends?).ok()?;
        Some(Self::of_directory(&source.name, end))
    }

    /// A warning, if it expires soon.
    pub fn warning(&self, now: Timestamp) -> Option<String> {
        let left = self.expires.duration_since(now);
        if left > NOTICE.try_into().unwrap_or_default() {
            return None;
        }
        let day = self.expires.strftime("%Y-%m-%d");
        let what = match self.kind {
            CredentialKind::Key => format!("the key `{}` of the service account", self.name),
            CredentialKind::TlsLdap => "a TLS certificate of the directory or of this client".to_owned(),
            CredentialKind::TlsTarget => format!("the TLS certificate of {}", self.name),
        };
        let when = match u64::try_from(left.as_secs()) {
            Ok(seconds) => format!("expires on {day}, in {} days", seconds / DAY),
            Err(_) => format!("expired on {day}"),
        };
        Some(format!("{what} {when}: replace it before the runs fail"))
    }

    /// Its result for `check`.
    pub fn diagnosis(&self, now: Timestamp) -> Diagnosis {
        let (subject, seen) = match self.kind {
            CredentialKind::Key => ("target: key", format!("`{}` ", self.name)),
            CredentialKind::TlsLdap => ("TLS certificate", String::new()),
            CredentialKind::TlsTarget => ("target: TLS certificate", String::new()),
        };
        let subject = match self.kind {
            CredentialKind::TlsLdap => format!("source `{}`: {subject}", self.name),
            CredentialKind::Key | CredentialKind::TlsTarget => subject.to_owned(),
        };
        let seen = match self.warning(now) {
            Some(warning) => format!("warning: {warning}"),
            None => format!("{seen}expires on {}", self.expires.strftime("%Y-%m-%d")),
        };
        Diagnosis::ok(subject, seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_comes_two_weeks_before_the_end() {
        let credential = Credential {
            kind: CredentialKind::Key,
            name: "k1".into(),
            expires: "2026-12-15T12:00:00Z".parse().unwrap(),
        };
        let at = |now: &str| credential.warning(now.parse().unwrap());
        assert_eq!(at("2026-12-01T11:59:59Z"), None);
        assert_eq!(
            at("2026-12-05T13:00:00Z").unwrap(),
            "the key `k1` of the service account expires on 2026-12-15, in 9 days: replace it before the runs fail"
        );
        assert_eq!(
            at("2026-12-16T00:00:00Z").unwrap(),
            "the key `k1` of the service account expired on 2026-12-15: replace it before the runs fail"
        );
    }
}
