//! The HTTP clients, repeated requests, and request rates.

mod flow;
mod limit;
mod mask;
mod no_answer;
mod pace;
mod paced;
mod retry;
mod splitter;
mod trace;

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};

use crate::model::Personal;
use crate::tls::{self, Expiry, TlsError};

pub(crate) use flow::Flow;
pub use flow::{BodyError, GRACE};
pub use limit::Limiter;
pub use mask::Secrets;
pub(crate) use no_answer::{is_silence, no_answer};
pub(crate) use pace::{AdaptiveLimit, Sample};
pub(crate) use paced::paced;
pub use retry::{Backoff, retry, retry_after};
pub(crate) use splitter::Splitter;
pub use trace::traceparent;

/// Why the HTTP client could not be created.
#[derive(Debug, thiserror::Error)]
pub enum HttpSetupError {
    /// No trusted certificates.
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
}

/// The innermost error. The outer ones repeat the address with its query.
pub(crate) fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause
}

/// A client that trusts the system's certificate authorities and uses the proxy variables. `connect` limits
/// connecting, `silence` the time without a byte of a reply.
/// It follows no redirect, because a redirect would turn a `POST` into a `GET`. `shown` records when the server's
/// certificates expire.
pub fn client_without_redirects(
    connect: Duration,
    silence: Duration,
    shown: Expiry,
) -> Result<reqwest::Client, HttpSetupError> {
    Ok(builder(connect, silence, shown)?
        .redirect(reqwest::redirect::Policy::none())
        .build()?)
}

/// Like [`client`], but follows redirects only to the same server, and not from TLS to plain text. Another redirect
/// is returned as the answer.
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

/// What a client trusts.
#[derive(Clone, Debug, Default)]
pub struct Trust<'a> {
    /// Certificate authorities in addition to the system's, PEM.
    pub certificates: Option<&'a Path>,
    /// Any certificate is accepted.
    pub accepts_any_certificate: bool,
    /// Records when the server's certificates expire.
    pub shown: Expiry,
}

/// Like [`client_without_redirects`], with its own trust, for a service that sends more than a hundred header lines.
pub fn client_of_many_headers(
    connect: Duration,
    silence: Duration,
    trust: Trust<'_>,
) -> Result<reqwest::Client, HttpSetupError> {
    let tls = if trust.accepts_any_certificate {
        tls::client_config_without_checks()?
    } else {
        tls::client_config_with(trust.certificates, trust.shown)?
    };
    Ok(configured(tls, connect, silence)
        .http1_max_headers(MOST_HEADERS)
        .redirect(reqwest::redirect::Policy::none())
        .build()?)
}

/// Ten times what a server with very many links sends.
const MOST_HEADERS: usize = 4096;

/// Longer chains are circles.
const MOST_REDIRECTS: usize = 5;

/// The longest answer that is read into memory: four times the limit of a known gateway.
pub const LONGEST_BODY: usize = 16 << 20;

/// The body of a reply, truncated after [`LONGEST_BODY`] bytes. No valid answer is longer, and a truncated one is
/// invalid JSON.
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

/// Logs one line per request for `-vv`: the address and the status. The contents may be personal, and are not logged.
pub fn trace(
    operation: &'static str,
    method: &reqwest::Method,
    path: &str,
    reply: &Result<reqwest::Response, reqwest::Error>,
) {
    let path = &*marked_path(path);
    match reply {
        Ok(reply) => tracing::trace!(operation, %method, path, status = reply.status().as_u16(), "request"),
        // The outer error repeats the address.
        Err(error) => {
            let error = innermost(error);
            tracing::trace!(operation, %method, path, %error, "request");
        }
    }
}

/// The path with marks around DNs and addresses, which are readable in them. Ids of the target are not personal.
fn marked_path(path: &str) -> String {
    let parts = path.split('/').map(|part| {
        let plain = percent_encoding::percent_decode_str(part).decode_utf8_lossy();
        if plain.contains(['=', '@']) {
            Personal(plain).to_string()
        } else {
            part.to_owned()
        }
    });
    parts.collect::<Vec<_>>().join("/")
}
