//! Faults on demand: wrong answers, lost answers, late answers, and hooks around writes.

use std::time::Duration;

use crate::faults;

pub use crate::faults::Moment;

/// Which requests a fault hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matches {
    /// Every request.
    Any,
    /// Every request that changes something if it succeeds.
    Writes,
    /// Requests with this method (any where empty) whose path starts like this.
    Path {
        /// `POST`, …; empty for any.
        method: String,
        /// Start of the path as sent, without the query.
        prefix: String,
    },
    /// Requests of this very path that change nothing.
    Reads(String),
    /// The n-th request since the start or the last reset of the counts, from 1.
    NthRequest(u64),
    /// The n-th write since the start or the last reset of the counts, from 1.
    NthWrite(u64),
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// Another answer; the request is not processed.
    Answer {
        /// HTTP status.
        status: u16,
        /// Headers, `content-type` among them.
        headers: Vec<(String, String)>,
        /// The body.
        body: String,
    },
    /// The connection is reset, nothing is processed.
    Reset,
    /// The request is processed, then the connection is reset.
    LoseReply,
    /// The connection is reset at once, and the request is processed after so many further requests, or when
    /// [`crate::zitadel::ZitadelDouble::process_late`] is called: a client that gave up, and a server that did not.
    Late(u64),
    /// The request is processed after a while.
    Delay(Duration),
    /// The request is processed, but the body of the answer is cut in the middle, with the status kept.
    Garbage,
    /// The request is processed, and then the items of the list in its answer come again and again without end.
    Endless,
    /// The request is processed, and its answer comes a byte at a time, each after so long.
    Drip(Duration),
    /// The request is refused with this status and with all that it was sent with, in several encodings; it is not processed.
    Echo(u16),
    /// The request gets the answer of the first one that this fault hit at its path: a proxy that keeps answers.
    Kept,
}

/// A fault of this double.
pub type Fault = faults::Fault<Matches, FaultKind>;

impl Fault {
    /// Hits one request of this method and path.
    pub fn once(method: &str, prefix: &str, kind: FaultKind) -> Self {
        let (method, prefix) = (method.to_owned(), prefix.to_owned());
        Self::one(Matches::Path { method, prefix }, kind)
    }

    /// Hits the n-th write, from 1.
    pub fn nth_write(n: u64, kind: FaultKind) -> Self {
        Self::one(Matches::NthWrite(n), kind)
    }

    /// Hits everything until the faults are cleared.
    pub fn always(kind: FaultKind) -> Self {
        Self::one(Matches::Any, kind).times(u64::MAX)
    }
}

impl FaultKind {
    /// A JSON answer in the shape of the gateway, without details.
    pub fn status(status: u16) -> Self {
        let code = match status {
            400 => 3,
            401 => 16,
            403 => 7,
            404 => 5,
            409 => 6,
            429 => 8,
            501 => 12,
            503 => 14,
            504 => 4,
            _ => 13,
        };
        Self::json(status, format!(r#"{{"code":{code},"message":"injected"}}"#))
    }

    /// A JSON answer.
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self::Answer {
            status,
            headers,
            body: body.into(),
        }
    }

    /// 429 of a quota or rate limit; Zitadel itself never sends `Retry-After`, a proxy may.
    pub fn too_many_requests(retry_after: Option<u64>) -> Self {
        let body = r#"{"code":8,"message":"Quota.Access.Exhausted (QUOTA-vjAy8)","details":[{"@type":"type.googleapis.com/zitadel.v1.ErrorDetail","id":"QUOTA-vjAy8","message":"Quota.Access.Exhausted"}]}"#;
        let mut kind = Self::json(429, body);
        if let (Self::Answer { headers, .. }, Some(seconds)) = (&mut kind, retry_after) {
            headers.push(("retry-after".to_owned(), seconds.to_string()));
        }
        kind
    }

    /// The 404 of a server that is too slow or does not know its host: no details, and no user is missing.
    pub fn not_found_without_id() -> Self {
        let text = "unable to set instance using origin &{localhost:8080  http} (ExternalDomain is localhost): \
            ID=QUERY-d3fas Message=An internal error occurred";
        Self::json(404, format!(r#"{{"code":5,"message":"{text}"}}"#))
    }

    /// An answer of a proxy in between.
    pub fn html(status: u16) -> Self {
        let (status, headers, body) = faults::page(status);
        Self::Answer {
            status,
            headers,
            body,
        }
    }
}
