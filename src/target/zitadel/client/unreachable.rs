//! Calls that got no answer at all.

use super::error::{Failure, Sign};
use crate::http::{BodyError, innermost};
use crate::target::{TargetError, TargetErrorKind as Kind, Wrote};
use crate::tls::{self, Peer};

const SILENT: &str = "it took the connection and sent nothing: check that `zitadel.url` has the port of a Zitadel, and whether it, \
                      its database or a proxy before it has too much to do";

/// The same, for a reply that broke off.
pub(in crate::target::zitadel) fn broke_off(
    operation: &'static str,
    url: &str,
    error: &BodyError,
) -> TargetError {
    match error {
        BodyError::Failed(error) => unreachable(operation, url, error),
        BodyError::TooSlow { .. } => TargetError {
            kind: Kind::Unreachable,
            operation,
            what: format!("{url}: {error}"),
            error_id: None,
            hint: Some("check the network, and whether a proxy before Zitadel holds its answers back".into()),
            wrote: Wrote::Unknown,
        },
    }
}

/// No answer to a call, of which it may have asked for too much.
pub(in crate::target::zitadel) fn silent(
    operation: &'static str,
    url: &str,
    error: &reqwest::Error,
) -> Failure {
    Failure {
        error: unreachable(operation, url, error),
        sign: is_silence(error).then_some(Sign::TooSlow),
    }
}

/// Whether there was a connection, and nothing came over it.
fn is_silence(error: &reqwest::Error) -> bool {
    error.is_timeout() && !error.is_connect()
}

/// No answer at all, with the reason at the bottom of the chain.
pub(in crate::target::zitadel) fn unreachable(
    operation: &'static str,
    url: &str,
    error: &reqwest::Error,
) -> TargetError {
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
        Some(hint) => hint,
        None if is_silence(error) => SILENT.to_owned(),
        None => "check `zitadel.url`, the network and the proxy variables".to_owned(),
    };
    TargetError {
        kind,
        operation,
        what,
        error_id: None,
        hint: Some(hint),
        wrote: Wrote::Unknown,
    }
}
