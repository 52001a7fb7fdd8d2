//! Failed calls: the table of error ids, and a rule for answers without one.

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;

use super::meaning::MEANINGS;
use crate::target::{TargetError, TargetErrorKind as Kind};

/// Something an answer says that only the place of the call can act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// The reply is over the gateway's limit of 4 MiB: ask for fewer at a time.
    ReplyTooLarge,
    /// The server does not know a filter of the request.
    UnknownFilter,
}

/// A failed call.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) error: TargetError,
    pub(super) sign: Option<Sign>,
}

impl Failure {
    pub(super) fn is(&self, id: &str) -> bool {
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

/// Takes some refusals for success.
pub(super) fn accept<T: Default>(result: Result<T, Failure>, ids: &[&str]) -> Result<T, Failure> {
    match result {
        Err(failure) if ids.iter().any(|id| failure.is(id)) => Ok(T::default()),
        other => other,
    }
}

/// The shape of every error of the REST gateway.
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
}

/// An answer that is no success.
pub(super) struct Answer<'a> {
    pub(super) operation: &'static str,
    pub(super) url: &'a str,
    pub(super) status: StatusCode,
    pub(super) retry_after: Option<Duration>,
    pub(super) body: &'a [u8],
}

impl Answer<'_> {
    /// What it means.
    pub(super) fn failure(&self) -> Failure {
        let Ok(body) = serde_json::from_slice::<Body>(self.body) else {
            return self.not_json().into();
        };
        let error_id = body
            .details
            .iter()
            .map(|detail| &detail.id)
            .find(|id| !id.is_empty());
        let known = error_id.and_then(|id| {
            MEANINGS.iter().find(|entry| {
                entry.id == id && entry.status.is_none_or(|status| status == self.status.as_u16())
            })
        });
        // The only two texts that are read: the gateway gives these refusals no id.
        let sign = match self.status.as_u16() {
            429 if body.message.contains("larger than max") => Some(Sign::ReplyTooLarge),
            400 if error_id.is_none() && body.message.contains("value is required") => {
                Some(Sign::UnknownFilter)
            }
            _ => None,
        };
        let kind = match (known, sign) {
            (_, Some(_)) => Kind::Protocol,
            (Some(entry), None) => entry.kind,
            (None, None) => by_status(self.status, error_id.is_some()),
        };
        let kind = match kind {
            Kind::Throttled { .. } => Kind::Throttled {
                after: self.retry_after,
            },
            kind => kind,
        };
        // The id stands at the end of the message and is shown on its own.
        let message = error_id.map_or(body.message.as_str(), |id| {
            body.message.trim_end_matches(&format!("({id})")).trim_end()
        });
        Failure {
            error: TargetError {
                kind,
                operation: self.operation,
                what: format!("{} {}", self.status.as_u16(), without_values(message)),
                error_id: error_id.cloned(),
                hint: known.and_then(|entry| entry.hint).map(str::to_owned),
            },
            sign,
        }
    }

    /// A page of a proxy, or of something that is no Zitadel at all.
    pub(super) fn not_json(&self) -> TargetError {
        let kind = match self.status.as_u16() {
            429 => Kind::Throttled {
                after: self.retry_after,
            },
            408 | 500..=599 => Kind::Unreachable,
            _ => Kind::Protocol,
        };
        let form = if self.body.trim_ascii_start().starts_with(b"<") {
            "HTML"
        } else {
            "something other than JSON"
        };
        TargetError {
            kind,
            operation: self.operation,
            what: format!("{} answered {} with {form}", self.url, self.status.as_u16()),
            error_id: None,
            hint: Some(
                "check `zitadel.url`: is this a Zitadel, and does a proxy in between let its API through?"
                    .into(),
            ),
        }
    }
}

/// What a status means when nothing more is known.
fn by_status(status: StatusCode, has_id: bool) -> Kind {
    match status.as_u16() {
        401 | 403 => Kind::Unauthorized,
        // A 404 without an id is a server that lost its way, never a user who is gone.
        404 if !has_id => Kind::Unreachable,
        409 => Kind::Conflict,
        400 => Kind::InvalidAttribute { attribute: None },
        429 => Kind::Throttled { after: None },
        408 | 499 | 500 | 502..=504 => Kind::Unreachable,
        _ => Kind::Protocol,
    }
}

/// The server's words without what could be a person's data: quoted parts and addresses.
pub(super) fn without_values(text: &str) -> String {
    let unquoted: String = text
        .split('"')
        .enumerate()
        .map(|(place, part)| if place % 2 == 0 { part } else { "…" })
        .collect();
    let words: Vec<&str> = unquoted
        .split_whitespace()
        .map(|word| if word.contains('@') { "…" } else { word })
        .collect();
    words.join(" ").chars().take(400).collect()
}

#[cfg(test)]
mod tests {
    use super::super::meaning::{bad, id};
    use super::*;

    fn failure(status: u16, body: &str) -> Failure {
        Answer {
            operation: "create_user",
            url: "https://z.example/v2/users/human",
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: None,
            body: body.as_bytes(),
        }
        .failure()
    }

    fn body(code: u8, message: &str, id: &str) -> String {
        format!(
            r#"{{"code":{code},"message":"{message} ({id})","details":[{{"@type":"type.googleapis.com/zitadel.v1.ErrorDetail","id":"{id}","message":"{message}"}}]}}"#
        )
    }

    /// Ids decide, not texts: the same words under another id mean nothing.
    #[test]
    fn the_id_decides() {
        let taken = failure(409, &body(6, "User already exists", id::TAKEN));
        assert_eq!(taken.error.kind, Kind::Conflict);
        assert_eq!(
            taken.error.to_string(),
            "create_user: 409 User already exists (V3-DKcYh)"
        );
        let phone = failure(400, &body(3, "Telefon ist ungültig", id::PHONE_INVALID));
        assert_eq!(phone.error.kind, bad("phone"));
        let other = failure(400, &body(3, "Phone is invalid PHONE-so0wa", "OTHER-1"));
        assert_eq!(other.error.kind, Kind::InvalidAttribute { attribute: None });
    }

    /// One id, two meanings: with 400 there is no phone, with 404 no user.
    #[test]
    fn the_status_tells_two_meanings_apart() {
        let none = failure(400, &body(9, "Phone not found", id::NO_PHONE));
        let gone = failure(404, &body(5, "User could not be found", id::NO_PHONE));
        assert_eq!(none.error.kind, Kind::Protocol);
        assert_eq!(gone.error.kind, Kind::NotFound);
    }

    /// A 404 that names no error is no proof that somebody is gone.
    #[test]
    fn a_404_without_an_id_is_no_proof() {
        let lost = failure(
            404,
            r#"{"code":5,"message":"unable to set instance using origin https://z.example"}"#,
        );
        assert_eq!(lost.error.kind, Kind::Unreachable);
        let odd = failure(404, &body(5, "Odd", "ODD-1"));
        assert_eq!(odd.error.kind, Kind::Protocol);
    }

    /// The two refusals that have no id are told from real limits and real mistakes.
    #[test]
    fn two_texts_are_signs() {
        for text in [
            "grpc: received message after decompression larger than max 4194304",
            "grpc: received message larger than max (4543688 vs. 4194304)",
        ] {
            let large = failure(429, &format!(r#"{{"code":8,"message":"{text}"}}"#));
            assert_eq!(large.sign, Some(Sign::ReplyTooLarge));
        }
        let limit = failure(429, r#"{"code":8,"message":"slow down"}"#);
        assert_eq!(
            (limit.error.kind, limit.sign),
            (Kind::Throttled { after: None }, None)
        );
        let filter = failure(
            400,
            r#"{"code":3,"message":"invalid ListUsersRequest.Queries[2]: embedded message failed validation | caused by: invalid SearchQuery.Query: value is required"}"#,
        );
        assert_eq!(filter.sign, Some(Sign::UnknownFilter));
    }

    /// A web page is no answer; behind a 502 it is a proxy that will recover.
    #[test]
    fn a_web_page_is_named_with_its_address() {
        let page = failure(200, "<!DOCTYPE html><html></html>").error;
        assert_eq!(page.kind, Kind::Protocol);
        assert!(
            page.what
                .contains("https://z.example/v2/users/human answered 200 with HTML")
        );
        assert_eq!(failure(502, "<html>").error.kind, Kind::Unreachable);
    }

    /// Nobody's address ends up in a log because the server repeated it.
    #[test]
    fn values_are_left_out() {
        assert_eq!(
            without_values("mail: expected single address, got \"ada lovelace\" for ada@example.org"),
            "mail: expected single address, got … for …"
        );
    }
}
