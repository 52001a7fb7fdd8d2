//! Requests that got no answer at all.

use super::innermost;
use crate::tls::{self, Peer};

/// Why there is no answer, in words.
#[derive(Debug)]
pub(crate) struct NoAnswer {
    /// What happened, with the address.
    pub(crate) what: String,
    /// What to do about a certificate or a handshake.
    pub(crate) hint: Option<String>,
    /// The next try would end in the same way.
    pub(crate) is_lasting: bool,
    /// The server is another one than the trusted certificates say.
    pub(crate) is_stranger: bool,
    /// There was a connection, and nothing came over it.
    pub(crate) is_silence: bool,
}

/// Takes the reason from the bottom of the chain. `url` is what messages may show of the address.
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
        // What cannot even be written down, or is another server, will not get better.
        is_lasting: error.is_builder() || speaks_no_tls || is_stranger,
        is_stranger,
        is_silence: is_silence(error),
    }
}

/// Whether there was a connection, and nothing came over it.
pub(crate) fn is_silence(error: &reqwest::Error) -> bool {
    error.is_timeout() && !error.is_connect()
}
