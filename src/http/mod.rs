//! The one HTTP client, how often it asks again, and how fast.

mod flow;
mod limit;
mod mask;
mod no_answer;
mod pace;
mod retry;
mod splitter;
mod trace;

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};

use crate::tls::{self, Expiry, TlsError};

pub(crate) use flow::Flow;
pub use flow::{BodyError, GRACE};
pub use limit::Limiter;
pub use mask::Secrets;
pub(crate) use no_answer::{is_silence, no_answer};
pub(crate) use pace::{AdaptiveLimit, Seen};
pub use retry::{Backoff, retry};
pub(crate) use splitter::Splitter;
pub use trace::traceparent;

/// Why there is no HTTP client.
#[derive(Debug, thiserror::Error)]
pub enum HttpSetupError {
    /// No trusted certificates.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The client could not be put together.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
}

/// The error at the bottom of the chain: those above it repeat the address, query and all.
pub(crate) fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause
}

/// A client that trusts the system's certificate authorities, honours the proxy variables, gives up connecting after
/// `connect` and a reply after `silence` without a byte of it.
pub fn client(connect: Duration, silence: Duration) -> Result<reqwest::Client, HttpSetupError> {
    Ok(builder(connect, silence, Expiry::default())?.build()?)
}

/// Like [`client`], for a service that never redirects: a redirect would turn a `POST` into a `GET`.
/// `shown` takes in when the certificates of the server end.
pub fn client_without_redirects(
    connect: Duration,
    silence: Duration,
    shown: Expiry,
) -> Result<reqwest::Client, HttpSetupError> {
    Ok(builder(connect, silence, shown)?
        .redirect(reqwest::redirect::Policy::none())
        .build()?)
}

/// Like [`client`], following redirects to the same server only, and not out of TLS; another one is the answer itself.
pub fn client_within_origin(connect: Duration, silence: Duration) -> Result<reqwest::Client, HttpSetupError> {
    let within = reqwest::redirect::Policy::custom(|attempt| {
        let from = attempt.previous().last().map(url::Url::origin);
        let stays = from.is_some_and(|from| from == attempt.url().origin());
        if stays && attempt.previous().len() <= MOST_REDIRECTS {
            attempt.follow()
        } else {
            attempt.stop()
        }
    });
    Ok(builder(connect, silence, Expiry::default())?
        .redirect(within)
        .build()?)
}

/// Whom a client trusts.
#[derive(Clone, Debug, Default)]
pub struct Trust<'a> {
    /// Certificate authorities beside the system's, PEM.
    pub certificates: Option<&'a Path>,
    /// Any certificate is accepted.
    pub anybody: bool,
    /// Takes in when the certificates of the server end.
    pub shown: Expiry,
}

/// Like [`client_without_redirects`], with a trust of its own, for a service that sends more than a hundred header lines.
pub fn client_of_many_headers(
    connect: Duration,
    silence: Duration,
    trust: Trust<'_>,
) -> Result<reqwest::Client, HttpSetupError> {
    let tls = if trust.anybody {
        tls::client_config_without_checks()?
    } else {
        tls::client_config_with(trust.certificates, trust.shown)?
    };
    Ok(configured(tls, connect, silence)
        .http1_max_headers(MOST_HEADERS)
        .redirect(reqwest::redirect::Policy::none())
        .build()?)
}

/// What a server with very many links to say sends, times ten.
const MOST_HEADERS: usize = 4096;

/// Longer chains go round in circles.
const MOST_REDIRECTS: usize = 5;

/// What `Retry-After` asks for: a number of seconds, or the time until a date.
pub fn retry_after(headers: &reqwest::header::HeaderMap) -> Option<Duration> {
    let text = headers.get(reqwest::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(
        until
            .duration_since(jiff::Timestamp::now())
            .try_into()
            .unwrap_or_default(),
    )
}

/// The longest answer that is taken in as a whole: four times what a gateway is known to let through.
pub const LONGEST_BODY: usize = 16 << 20;

/// The body of a reply, cut after [`LONGEST_BODY`] bytes: no answer is that long, and what is cut is no JSON.
pub async fn body(mut reply: reqwest::Response) -> Result<Vec<u8>, BodyError> {
    let (mut body, mut flow) = (Vec::new(), Flow::new(GRACE));
    while body.len() < LONGEST_BODY
        && let Some(chunk) = flow.next(&mut reply).await?
    {
        body.extend_from_slice(chunk.as_ref());
    }
    Ok(body)
}

fn builder(
    connect: Duration,
    silence: Duration,
    shown: Expiry,
) -> Result<reqwest::ClientBuilder, HttpSetupError> {
    Ok(configured(tls::client_config(shown)?, connect, silence))
}

fn configured(tls: rustls::ClientConfig, connect: Duration, silence: Duration) -> reqwest::ClientBuilder {
    let trace = traceparent().and_then(|trace| HeaderValue::try_from(trace).ok());
    let trace = trace.map(|trace| (HeaderName::from_static("traceparent"), trace));
    reqwest::Client::builder()
        .default_headers(trace.into_iter().collect())
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("directory-sync/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(connect)
        .read_timeout(silence)
}

/// One line for each request, for `-vv`: where it went, and what came back. What was sent and read may be personal, and is not
/// in it.
pub fn trace(
    operation: &'static str,
    method: &reqwest::Method,
    path: &str,
    reply: &Result<reqwest::Response, reqwest::Error>,
) {
    match reply {
        Ok(reply) => tracing::trace!(operation, %method, path, status = reply.status().as_u16(), "request"),
        Err(error) => tracing::trace!(operation, %method, path, %error, "request"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both forms of the header are understood; a date that has passed means at once.
    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let header = |text: &str| {
            let mut headers = reqwest::header::HeaderMap::new();
            headers.insert("retry-after", text.parse().unwrap());
            retry_after(&headers)
        };
        assert_eq!(header("7"), Some(Duration::from_secs(7)));
        assert_eq!(header("Sat, 01 Jan 2000 00:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(header("soon"), None);
    }
}
