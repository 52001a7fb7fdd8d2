//! Faults on demand, among them what was recorded while parts of a real server were away.

use std::time::Duration;

use super::locks::Locked;
use crate::faults;

pub use crate::faults::Moment;

/// Which requests a fault hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matches {
    /// Every request.
    Any,
    /// Every request that changes something if it succeeds.
    Writes,
    /// Requests with this method (any where empty) whose pattern starts like this, as in
    /// [`super::UdmDouble::request_counts`]: `users/user/{dn}`, `groups/group/`, …
    Pattern {
        /// `POST`, …; empty for any.
        method: String,
        /// Start of the pattern.
        prefix: String,
    },
    /// Requests whose decoded path holds this text.
    PathHolds(String),
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
    /// The request is processed, and gets another answer.
    DoneBut {
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
    /// The request is processed after a while.
    Delay(Duration),
    /// Nothing is processed and nothing is ever answered.
    Silent,
    /// The request is processed, the answer breaks off in the middle of its body.
    CutBody,
    /// The request is processed, the body of its answer is no JSON.
    Garbage,
    /// A value is locked for five minutes by a request that never ended; the request gets 503.
    Killed(Locked, String),
}

/// A fault of this double.
pub type Fault = faults::Fault<Matches, FaultKind>;

impl Fault {
    /// Hits one request of this method and pattern.
    pub fn once(method: &str, prefix: &str, kind: FaultKind) -> Self {
        let (method, prefix) = (method.to_owned(), prefix.to_owned());
        Self::one(Matches::Pattern { method, prefix }, kind)
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
    /// An error document of the server with a message of its own.
    pub fn refused(status: u16, message: &str) -> Self {
        let (headers, body) = document(status, "", message, false);
        Self::Answer {
            status,
            headers,
            body,
        }
    }

    /// The write is done, yet refused with a message, as with a nested group that gets a comma in its name (recorded:
    /// group-rename/rename to a name with comma).
    pub fn done_but_refused(status: u16, message: &str) -> Self {
        let (headers, body) = document(status, "", message, false);
        Self::DoneBut {
            status,
            headers,
            body,
        }
    }

    /// The directory server is away: who was known gets 401 (recorded: outages/directory server away: read).
    pub fn directory_away() -> Self {
        let headers = vec![
            ("content-type".to_owned(), "text/html; charset=UTF-8".to_owned()),
            (
                "www-authenticate".to_owned(),
                "Basic realm=\"Univention Directory Manager\"".to_owned(),
            ),
        ];
        Self::Answer {
            status: 401,
            headers,
            body: String::new(),
        }
    }

    /// The directory server is away: who was not known yet (recorded: outages/directory server away, other user).
    pub fn directory_away_for_newcomers() -> Self {
        let message = "Cannot connect to the LDAP service.\nThe following steps can help to solve this problem:\n * \
            Check if enough hard disk space and free RAM is available on this server or free some resources\n * \
            Restart the LDAP service on the Primary Directory Node either via \"service slapd restart\" on command \
            line or with the UMC module \"System services\"";
        let (mut headers, body) = document(503, "Service Unavailable", message, true);
        headers.push(("retry-after".to_owned(), "15".to_owned()));
        Self::Answer {
            status: 503,
            headers,
            body,
        }
    }

    /// The worker of the gateway starts, or has stopped (recorded: outages/gateway is up, its worker is still
    /// starting). The type is sent twice, and the body is a JSON text.
    pub fn worker_away() -> Self {
        let headers = vec![
            ("content-type".to_owned(), "text/html; charset=UTF-8".to_owned()),
            ("content-type".to_owned(), "application/json".to_owned()),
            ("retry-after".to_owned(), "3".to_owned()),
        ];
        let body = "\"The service could not be reached. Please retry in a few seconds or contact an Administrator to \
            restart the service.\"";
        Self::Answer {
            status: 503,
            headers,
            body: body.to_owned(),
        }
    }

    /// The licence has no room for more users. From the source, never recorded: the recorded server had no licence
    /// check.
    pub fn licence_exceeded() -> Self {
        Self::refused(400, "Too many users.")
    }

    /// The licence is over: nothing can be created or changed. From the source, never recorded.
    pub fn licence_expired() -> Self {
        Self::refused(400, "The license is expired.")
    }

    /// The object was changed in between.
    pub fn precondition_failed() -> Self {
        let reason =
            "The resource has meanwhile been changed. If-Match \"x\" does not match entity tag \"y\".";
        Self::refused(412, &format!("HTTP 412: Precondition Failed ({reason})"))
    }

    /// A page of a proxy in between.
    pub fn html(status: u16) -> Self {
        let (status, headers, body) = faults::page(status);
        Self::Answer {
            status,
            headers,
            body,
        }
    }
}

fn document(status: u16, title: &str, message: &str, traceback: bool) -> (Vec<(String, String)>, String) {
    let mut error = serde_json::json!({"code": status, "title": title, "message": message, "error": {}});
    if traceback {
        error["traceback"] = "…".into();
    }
    let title = format!("HTTP-Error {status}: {title}");
    let body = serde_json::json!({"error": error, "_links": {"self": [{"title": title, "href": ""}]}});
    (
        vec![("content-type".to_owned(), "application/json".to_owned())],
        body.to_string(),
    )
}
