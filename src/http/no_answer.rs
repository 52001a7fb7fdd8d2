//! Requests without an answer.

use super::innermost;
use crate::tls::{self, Peer};

/// Why there is no answer.
#[derive(Debug)]
pub(crate) struct NoAnswer {
    /// What happened, with the address.
    pub(crate) what: String,
    /// What to do about a certificate or a handshake.
    pub(crate) hint: Option<String>,
    /// The next try would fail too.
    pub(crate) is_lasting: bool,
    /// The server's certificate is not trusted.
    pub(crate) is_stranger: bool,
    /// There was a connection, but no answer.
    pub(crate) is_silence: bool,
}

/// Takes the reason from the innermost error. `url` is the part of the address that messages may show.
pub(crate) fn no_answer(url: &str, error: &reqwest::Error) -> NoAnswer {
    let tls = tls::tls_error(error);
    let words = tls.map(|error| tls::explain(error, Peer::Service));
    let what = match &words {
        _ if error.is_timeout() => format!("{url} did not answer in time"),
        Some(words) => format!("{url} cannot be reached: TLS: {}", words.what),
        None => format!("{url} cannot be reached: {}", innermost(error)),
    };
    let speaks_no_tls = matches!(tls, Some(rustls::Error::InvalidMessage(_)));
    let is_stranger = matches!(tls, Some(rustls::Error::InvalidCertificate(_)));
    NoAnswer {
        what,
        hint: words.and_then(|words| words.hint),
        // An invalid request, or an untrusted server, will not succeed later.
        is_lasting: error.is_builder() || speaks_no_tls || is_stranger,
        is_stranger,
        is_silence: is_silence(error),
    }
}

/// Returns whether there was a connection, but no answer.
pub(crate) fn is_silence(error: &reqwest::Error) -> bool {
    error.is_timeout() && !error.is_connect()
}
