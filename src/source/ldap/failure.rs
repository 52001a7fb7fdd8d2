//! Why a directory could not be read, and what to do.

use std::borrow::Cow;
use std::io;

use ldap3::{LdapError, LdapResult};

use crate::http::Secrets;
use crate::model::{BEGIN, END, foreign};
use crate::tls::{self, Peer};

/// What happened, and what to do next. The source adds its name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) what: String,
    pub(super) hint: Option<String>,
}

impl Failure {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: None,
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sets a hint if there is no better one.
    pub(super) fn hint_if_none(self, hint: &str) -> Self {
        let hint = self.hint.unwrap_or_else(|| hint.to_owned());
        Self {
            hint: Some(hint),
            ..self
        }
    }

    /// Removes secrets that a server has repeated.
    pub(super) fn without(self, secrets: &Secrets) -> Self {
        let mask = |text: String| {
            // A mark inside a secret would hide it from the search.
            let plain = text.replace([BEGIN, END], "");
            match secrets.mask(&plain) {
                Cow::Borrowed(_) => text,
                Cow::Owned(masked) => foreign(&masked),
            }
        };
        Self {
            what: mask(self.what),
            hint: self.hint.map(mask),
        }
    }

    /// Adds the location.
    pub(super) fn at(mut self, step: &str) -> Self {
        self.what = format!("{step}: {}", self.what);
        self
    }
}

/// Describes an error of the LDAP crate about a connection.
pub(super) fn connection(error: &LdapError) -> Failure {
    match error {
        LdapError::Io { source } => io_error(source),
        other => Failure::new(other.to_string()),
    }
}

/// Describes an error of a socket, which may contain one of TLS.
pub(super) fn io_error(error: &io::Error) -> Failure {
    if let Some(inner) = tls::tls_error(error) {
        let words = tls::explain(inner, Peer::Directory);
        return Failure {
            what: format!("TLS: {}", words.what),
            hint: words.hint,
        };
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            Failure::new("connection refused").hint("check host and port in `url`, and that the server runs")
        }
        io::ErrorKind::ConnectionReset => Failure::new("the server reset the connection")
            .hint("check that `ldap://` or `ldaps://` fits the port in `url`"),
        _ => Failure::new(error.to_string()).hint("check host and port in `url`, and the network"),
    }
}

/// Describes a failed TLS handshake.
pub(super) fn handshake_error(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Failure::new("the server ended the TLS handshake").hint(
            "a plain LDAP port needs an `ldap://` address (with `tls.danger_use_start_tls` for TLS); an old server \
             may not know TLS 1.2, or no cipher suite with ECDHE, or have a key on the curve P-521",
        ),
        _ => io_error(error),
    }
}

/// The server's answer: name, code and text.
pub(super) fn answer(result: &LdapResult) -> String {
    answer_of(result.rc, &result.text)
}

/// The server's answer, from its parts.
pub(super) fn answer_of(code: u32, text: &str) -> String {
    let name = code_name(code);
    match text.trim_matches(['\0', '\n', ' ']) {
        "" => format!("server answered {name} ({code})"),
        text => format!("server answered {name} ({code}): {}", foreign(text)),
    }
}

fn code_name(code: u32) -> &'static str {
    match code {
        0 => "success",
        1 => "operationsError",
        2 => "protocolError",
        3 => "timeLimitExceeded",
        4 => "sizeLimitExceeded",
        7 => "authMethodNotSupported",
        8 => "strongerAuthRequired",
        10 => "referral",
        11 => "adminLimitExceeded",
        12 => "unavailableCriticalExtension",
        13 => "confidentialityRequired",
        18 => "inappropriateMatching",
        21 => "invalidAttributeSyntax",
        32 => "noSuchObject",
        34 => "invalidDNSyntax",
        48 => "inappropriateAuthentication",
        49 => "invalidCredentials",
        50 => "insufficientAccessRights",
        51 => "busy",
        52 => "unavailable",
        53 => "unwillingToPerform",
        80 => "other",
        _ => "an error",
    }
}

#[cfg(test)]
mod tests {
    use super::super::hints::{SUB_CODES, bind_hint, login_hint, search_hint};
    use super::*;

    fn result(rc: u32, text: &str) -> LdapResult {
        LdapResult {
            rc,
            matched: String::new(),
            text: text.to_owned(),
            refs: vec!["ldap://other".to_owned()],
            ctrls: Vec::new(),
        }
    }

    /// When a person's password is tried, the message is about that person, not about configuration keys.
    #[test]
    fn a_refused_login_is_reported_in_words() {
        for (code, words) in SUB_CODES {
            let text = format!(
                "80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data {code}, v2580"
            );
            let what = format!("binding at ldap://dc as `CN=Ada`: {}", answer_of(49, &text));
            let expected = format!("{words} (Active Directory, data {code})");
            assert_eq!(login_hint(&what), Some(expected));
        }
        let other = "the password is wrong, or the account has none or is locked";
        for text in ["", "data 999, v1"] {
            assert_eq!(login_hint(&answer_of(49, text)).as_deref(), Some(other));
        }
        assert_eq!(login_hint(&answer_of(51, "data 52e, v1")), None);
    }

    #[test]
    fn active_directory_says_why_a_bind_was_refused() {
        for (code, words) in [
            ("525", "no such user"),
            ("52e", "the password is wrong"),
            ("530", "may not log in at this time"),
            ("531", "may not log in from this machine"),
            ("532", "has expired"),
            ("533", "is disabled"),
            ("701", "account has expired"),
            ("773", "must be changed"),
            ("775", "is locked"),
        ] {
            let text = format!(
                "80090308: LdapErr: DSID-0C09050F, comment: AcceptSecurityContext error, data {code}, v4563\0"
            );
            let hint = bind_hint(&result(49, &text), false);
            assert!(hint.contains(words) && hint.contains(code), "{code}: {hint}");
        }
        assert_eq!(
            bind_hint(&result(49, "data xyz"), false),
            "check `bind_dn` and `bind_password`"
        );
        assert_eq!(
            bind_hint(&result(49, ""), false),
            "check `bind_dn` and `bind_password`"
        );
    }

    #[test]
    fn a_refused_certificate_is_not_a_wrong_password() {
        for code in [7, 48, 49] {
            assert!(bind_hint(&result(code, ""), true).contains("SASL EXTERNAL"));
        }
        assert!(bind_hint(&result(8, ""), true).contains("`ldaps://`"));
    }

    #[test]
    fn encryption_is_asked_for_where_it_is_missed() {
        for code in [8, 13] {
            assert!(bind_hint(&result(code, ""), false).contains("`ldaps://`"));
            assert!(search_hint(&result(code, ""), "").contains("`ldaps://`"));
        }
    }

    #[test]
    fn limits_are_lifted_for_the_account_that_reads() {
        let hint = |code, dn| search_hint(&result(code, ""), dn);
        assert!(hint(4, "cn=sync").contains("`limits dn.exact=\"cn=sync\" size=unlimited time=unlimited`"));
        assert!(hint(3, "").ends_with("`limits anonymous time=unlimited`"));
        assert!(hint(10, "").ends_with("ldap://other"));
    }

    #[test]
    fn an_answer_is_name_code_and_text() {
        assert_eq!(answer(&result(32, "")), "server answered noSuchObject (32)");
        assert_eq!(
            answer(&result(99, "busy\0")),
            "server answered an error (99): busy"
        );
    }
}
