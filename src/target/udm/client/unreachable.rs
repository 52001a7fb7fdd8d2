//! Calls that got no answer, or not all of it.

use crate::http::{BodyError, innermost};
use crate::target::{TargetError, TargetErrorKind as Kind, Wrote};
use crate::tls::{self, Peer};

/// A reply that broke off.
pub(super) fn broke_off(operation: &'static str, url: &str, error: &BodyError) -> TargetError {
    match error {
        BodyError::Failed(error) => unreachable(operation, url, error),
        BodyError::TooSlow { .. } => lost(
            Kind::Unreachable,
            operation,
            format!("{}: {error}", place(url)),
            SLOW.to_owned(),
        ),
    }
}

const SLOW: &str = "check the network, and whether a proxy before UDM holds its answers back";
const SILENT: &str = "it took the connection and sent nothing: check that `udm.url` has the port of a UDM, and whether the server \
                      or its LDAP server has too much to do; `udm.read_timeout` says how long is waited";

/// No answer at all, with the reason at the bottom of the chain.
pub(super) fn unreachable(operation: &'static str, url: &str, error: &reqwest::Error) -> TargetError {
    let url = place(url);
    let tls = tls::tls_error(error);
    let words = tls.map(|error| tls::explain(error, Peer::Service));
    let what = match &words {
        _ if error.is_timeout() => format!("{url} did not answer in time"),
        Some(words) => format!("{url} cannot be reached: TLS: {}", words.what),
        None => format!("{url} cannot be reached: {}", innermost(error)),
    };
    let speaks_no_tls = matches!(tls, Some(rustls::Error::InvalidMessage(_)));
    let is_stranger = matches!(tls, Some(rustls::Error::InvalidCertificate(_)));
    // What cannot even be written down, or is another server, will not get better.
    let kind = if error.is_builder() || speaks_no_tls || is_stranger {
        Kind::Misconfigured
    } else {
        Kind::Unreachable
    };
    let hint = match words.and_then(|words| words.hint) {
        Some(hint) if is_stranger => {
            format!("name the CA of the server in `udm.tls.server_certificate`, or {hint}")
        }
        Some(hint) => hint,
        None if is_stranger => "name the CA of the server in `udm.tls.server_certificate`".to_owned(),
        None if error.is_timeout() && !error.is_connect() => SILENT.to_owned(),
        None => "check `udm.url`, the network and the proxy variables".to_owned(),
    };
    lost(kind, operation, what, hint)
}

/// Addresses below the base hold names of people.
fn place(url: &str) -> &str {
    [
        "users/user/",
        "groups/group/",
        "container/ou/",
        "object/",
        "mail/domain/",
    ]
    .iter()
    .find_map(|below| url.find(below).map(|at| &url[..at]))
    .unwrap_or(url)
}

fn lost(kind: Kind, operation: &'static str, what: String, hint: String) -> TargetError {
    TargetError {
        kind,
        operation,
        what,
        error_id: None,
        hint: Some(hint),
        wrote: Wrote::Unknown,
    }
}
