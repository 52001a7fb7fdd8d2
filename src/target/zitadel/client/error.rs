//! Failed calls: the table of error ids, and a rule for answers without an id.

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;

use super::error_ids::MEANINGS;
use super::transport::Transport;
use crate::model::foreign;
use crate::target::{TargetError, TargetErrorKind as Kind};

/// If a server asks for a longer pause than this, the call fails.
pub(in crate::target::zitadel) const PATIENCE: Duration = Duration::from_secs(300);

/// A cause that only the caller can react to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::target::zitadel) enum Sign {
    /// The reply exceeds the gateway's limit of 4 MiB: ask for fewer items.
    ReplyTooLarge,
    /// The server or a proxy took too long: ask for fewer items.
    TooSlow,
    /// The server does not support a filter of the request.
    UnknownFilter,
    /// The server or a proxy does not support Connect.
    NoConnect,
}

#[derive(Clone, Debug)]
pub(in crate::target::zitadel) struct Failure {
    pub(in crate::target::zitadel) error: TargetError,
    pub(in crate::target::zitadel) sign: Option<Sign>,
}

impl Failure {
    pub(in crate::target::zitadel) fn is(&self, id: &str) -> bool {
        self.error.error_id.as_deref() == Some(id)
    }
}

impl From<TargetError> for Failure {
    fn from(error: TargetError) -> Self {
        Self { error, sign: None }
    }
}

impl From<Failure> for TargetError {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

/// Treats these refusals as success.
pub(in crate::target::zitadel) fn accept<T: Default>(
    result: Result<T, Failure>,
    ids: &[&str],
) -> Result<T, Failure> {
    match result {
        Err(failure) if ids.iter().any(|id| failure.is(id)) => Ok(T::default()),
        other => other,
    }
}

/// The body of every error, over the REST gateway and over Connect.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    message: String,
    details: Vec<Detail>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail {
    id: String,
    /// Where Connect has the id, unless the server is configured to omit it.
    debug: Debug,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Debug {
    id: String,
}

impl Body {
    /// The id of the error. Without details, Connect still has it at the end of the message.
    fn error_id(&self, transport: Transport) -> Option<&str> {
        let ids = self
            .details
            .iter()
            .flat_map(|detail| [&detail.id, &detail.debug.id]);
        let detailed = ids.map(String::as_str).find(|id| !id.is_empty());
        detailed.or_else(|| match transport {
            Transport::Rest => None,
            Transport::Connect => trailing_id(&self.message),
        })
    }
}

/// Extracts `V3-DKcYh` from `User already exists (V3-DKcYh)`.
fn trailing_id(message: &str) -> Option<&str> {
    let (_, id) = message.strip_suffix(')')?.rsplit_once('(')?;
    let is_id = id.contains('-')
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_id.then_some(id)
}

/// An answer with an error status.
pub(in crate::target::zitadel) struct Answer<'a> {
    pub(in crate::target::zitadel) operation: &'static str,
    pub(in crate::target::zitadel) url: &'a str,
    pub(in crate::target::zitadel) status: StatusCode,
    pub(in crate::target::zitadel) retry_after: Option<Duration>,
    pub(in crate::target::zitadel) transport: Transport,
    pub(in crate::target::zitadel) body: &'a [u8],
}

/// Hint for an answer that Zitadel never gives.
pub(in crate::target::zitadel) const IS_THIS_ZITADEL: &str =
    "check `zitadel.url`: is this a Zitadel, and does a proxy in between let its API through?";

impl Answer<'_> {
    /// Converts the answer to an error.
    pub(in crate::target::zitadel) fn failure(&self) -> Failure {
        let Ok(body) = serde_json::from_slice::<Body>(self.body) else {
            let too_slow = (self.status == StatusCode::GATEWAY_TIMEOUT).then_some(Sign::TooSlow);
            return Failure {
                error: self.not_json(),
                sign: self.lacks_connect("").then_some(Sign::NoConnect).or(too_slow),
            };
        };
        let error_id = body.error_id(self.transport);
        let known = error_id.and_then(|id| {
            MEANINGS.iter().find(|entry| {
                entry.id == id && entry.status.is_none_or(|status| status == self.status.as_u16())
            })
        });
        let sign = self.sign(&body.message, error_id);
        let kind = match (known, sign) {
            (_, Some(Sign::ReplyTooLarge | Sign::UnknownFilter | Sign::NoConnect)) => Kind::Protocol,
            (Some(entry), _) => entry.kind,
            (None, _) => by_status(self.status, error_id.is_some()),
        };
        let kind = self.asked_to_wait(kind);
        // The id at the end of the message is shown separately.
        let message = error_id.map_or(body.message.as_str(), |id| {
            body.message.trim_end_matches(&format!("({id})")).trim_end()
        });
        let what = format!("{} {}", self.status.as_u16(), without_values(message));
        let mut error = TargetError::new(kind, self.operation, what);
        error.error_id = error_id.map(Into::into);
        error.hint = known.and_then(|entry| entry.hint).map(str::to_owned);
        Failure {
            error: quote_wait(error),
            sign,
        }
    }

    /// A server that says when to retry is throttling, not unreachable.
    fn asked_to_wait(&self, kind: Kind) -> Kind {
        let is_busy = self.status == StatusCode::SERVICE_UNAVAILABLE && self.retry_after.is_some();
        match kind {
            Kind::Throttled { .. } => Kind::Throttled {
                after: self.retry_after,
            },
            Kind::Unreachable if is_busy => Kind::Throttled {
                after: self.retry_after,
            },
            kind => kind,
        }
    }

    /// These refusals have no id. No other texts are interpreted.
    fn sign(&self, message: &str, error_id: Option<&str>) -> Option<Sign> {
        match self.status.as_u16() {
            429 if message.contains("larger than max") => Some(Sign::ReplyTooLarge),
            504 => Some(Sign::TooSlow),
            400 if error_id.is_none() && message.contains("value is required") => Some(Sign::UnknownFilter),
            _ if error_id.is_none() && self.lacks_connect(message) => Some(Sign::NoConnect),
            _ => None,
        }
    }

    /// Returns whether a server without Connect answers like this. A 404 with another message has another cause.
    fn lacks_connect(&self, message: &str) -> bool {
        self.transport == Transport::Connect
            && match self.status.as_u16() {
                403 | 404 => matches!(message, "" | "Not Found"),
                405 | 415 | 501 => true,
                _ => false,
            }
    }

    /// Error for a page of a proxy, or of a server that is not Zitadel.
    pub(in crate::target::zitadel) fn not_json(&self) -> TargetError {
        let kind = self.asked_to_wait(match self.status.as_u16() {
            429 => Kind::Throttled { after: None },
            408 | 500..=599 => Kind::Unreachable,
            _ => Kind::Protocol,
        });
        let form = if self.body.trim_ascii_start().starts_with(b"<") {
            "HTML"
        } else {
            "something other than JSON"
        };
        let hint = match (kind, self.status.as_u16()) {
            (Kind::Throttled { .. }, _) => {
                "a proxy before Zitadel lets no more requests through for now; run again later"
            }
            (_, 504) => {
                "Zitadel took longer than a proxy before it waits; raise the proxy's time limit, or find out what \
                         keeps Zitadel busy"
            }
            _ => IS_THIS_ZITADEL,
        };
        quote_wait(
            TargetError::new(
                kind,
                self.operation,
                format!("{} answered {} with {form}", self.url, self.status.as_u16()),
            )
            .hint(hint),
        )
    }
}

/// Adds the requested pause to the message.
pub(in crate::target::zitadel) fn quote_wait(error: TargetError) -> TargetError {
    let Kind::Throttled { after: Some(after) } = error.kind else {
        return error;
    };
    let seconds = after.as_secs();
    let error = error.adding(format_args!("the server asks to wait {seconds} s"));
    if after <= PATIENCE {
        return error;
    }
    error.hint(format!(
        "run again after {seconds} s, and send fewer requests with `apply.rate_limit`"
    ))
}

/// The kind of error by status alone.
fn by_status(status: StatusCode, has_id: bool) -> Kind {
    match status.as_u16() {
        401 | 403 => Kind::Unauthorized,
        // A 404 without an id is an unreachable server, never a missing user.
        404 if !has_id => Kind::Unreachable,
        409 => Kind::Conflict,
        400 => Kind::InvalidAttribute { attribute: None },
        429 => Kind::Throttled { after: None },
        408 | 499 | 500 | 502..=504 => Kind::Unreachable,
        _ => Kind::Protocol,
    }
}

/// Removes quoted parts and addresses from a text of the server, and marks the rest, because it may be personal data.
pub(in crate::target::zitadel) fn without_values(text: &str) -> String {
    let unquoted: String = text
        .split('"')
        .enumerate()
        .map(|(index, part)| if index % 2 == 0 { part } else { "…" })
        .collect();
    let words: Vec<&str> = unquoted
        .split_whitespace()
        .map(|word| if word.contains('@') { "…" } else { word })
        .collect();
    let short: String = words.join(" ").chars().take(400).collect();
    foreign(&short)
}

#[cfg(test)]
mod tests;
