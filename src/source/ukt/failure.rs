//! Failed calls to the UKT endpoint.

use crate::http::{self};
use crate::tls::{self, Peer};
use reqwest::StatusCode;
use std::error::Error as _;
use std::time::Duration;

/// Why there is no token or list.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) what: String,
    pub(super) hint: String,
    /// The minimum pause before the next try, if it may be temporary.
    pub(super) again: Option<Duration>,
    /// The token was refused, and not at the first try.
    pub(super) token_was_refused_late: bool,
}

impl Failure {
    /// A permanent failure.
    pub(super) fn new(what: String, hint: String) -> Self {
        Self {
            what,
            hint,
            again: None,
            token_was_refused_late: false,
        }
    }

    pub(super) fn passing(what: String, hint: String) -> Self {
        Self {
            again: Some(Duration::ZERO),
            ..Self::new(what, hint)
        }
    }
}

pub(super) fn refusal_hint(status: StatusCode, key: &str) -> String {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST => {
            "check `client_id`, `client_secret`, `scope` and `grant_type`".to_owned()
        }
        StatusCode::NOT_FOUND => format!("check `{key}`"),
        StatusCode::TOO_MANY_REQUESTS => "the server is asked too often; try again later".to_owned(),
        status if status.is_server_error() => {
            "the server has a problem of its own; try again later".to_owned()
        }
        _ => format!("check `{key}` and the client's rights"),
    }
}

/// The innermost cause. reqwest's own text repeats the address with its query.
pub(super) fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it stayed silent for too long (`timeout`)".to_owned();
    }
    if let Some(error) = tls::tls_error(error) {
        return format!("TLS: {}", tls::explain(error, Peer::Service).what);
    }
    match error.source() {
        Some(_) => http::innermost(error).to_string(),
        None => "the connection failed".to_owned(),
    }
}
