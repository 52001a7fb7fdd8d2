//! Calls that got no answer at all.

use crate::http::innermost;
use crate::target::{TargetError, TargetErrorKind as Kind};
use crate::tls::{self, Peer};

/// No answer at all, with the reason at the bottom of the chain.
pub(super) fn unreachable(operation: &'static str, url: &str, error: &reqwest::Error) -> TargetError {
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
    let hint = words
        .and_then(|words| words.hint)
        .unwrap_or_else(|| "check `zitadel.url`, the network and the proxy variables".to_owned());
    TargetError {
        kind,
        operation,
        what,
        error_id: None,
        hint: Some(hint),
    }
}
