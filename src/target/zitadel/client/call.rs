//! What distinguishes one request to Zitadel from another.

use reqwest::{Method, StatusCode};
use serde::Serialize;

use super::error::Answer;
use super::transport::Transport;

/// Upper bound for lists without a limit, such as roles of a project or metadata of a user.
const MOST: usize = 100_000;

/// One request.
pub(in crate::target::zitadel) struct Call {
    pub(in crate::target::zitadel) operation: &'static str,
    pub(in crate::target::zitadel) method: Method,
    /// Path segments, not yet escaped.
    pub(in crate::target::zitadel) path: Vec<String>,
    pub(in crate::target::zitadel) body: Option<Vec<u8>>,
    pub(in crate::target::zitadel) once: bool,
    /// The server may send nothing for a long time before it answers.
    pub(in crate::target::zitadel) patient: bool,
    /// A list with more items than this is treated as endless.
    pub(in crate::target::zitadel) most: usize,
    pub(in crate::target::zitadel) extent: Extent,
    /// If it takes too long, the caller asks for fewer rows instead of repeating the request.
    pub(in crate::target::zitadel) shrinks: bool,
    pub(in crate::target::zitadel) transport: Transport,
}

/// How much of a list was requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::target::zitadel) enum Extent {
    /// Everything. Fewer items than the total are an error.
    Whole,
    /// A part, or the total is not known.
    Part,
}

/// With so few rows, the number of rows is not the reason for a slow page.
pub(in crate::target::zitadel) const FEW_ROWS: u32 = 100;

/// Returns whether a page may be slow because of its number of rows.
pub(in crate::target::zitadel) fn is_long(rows: u32) -> bool {
    rows > FEW_ROWS
}

impl Call {
    pub(in crate::target::zitadel) fn get(operation: &'static str, path: &[&str]) -> Self {
        Self {
            operation,
            method: Method::GET,
            path: path.iter().map(ToString::to_string).collect(),
            body: None,
            once: false,
            patient: false,
            most: MOST,
            extent: Extent::Whole,
            shrinks: false,
            transport: Transport::Rest,
        }
    }

    pub(in crate::target::zitadel) fn post(
        operation: &'static str,
        path: &[&str],
        body: &impl Serialize,
    ) -> Self {
        Self::get(operation, path).with(Method::POST, body)
    }

    pub(in crate::target::zitadel) fn put(
        operation: &'static str,
        path: &[&str],
        body: &impl Serialize,
    ) -> Self {
        Self::get(operation, path).with(Method::PUT, body)
    }

    pub(in crate::target::zitadel) fn delete(operation: &'static str, path: &[&str]) -> Self {
        Self {
            method: Method::DELETE,
            ..Self::get(operation, path)
        }
    }

    pub(in crate::target::zitadel) fn delete_with(
        operation: &'static str,
        path: &[&str],
        body: &impl Serialize,
    ) -> Self {
        Self::get(operation, path).with(Method::DELETE, body)
    }

    /// A method of a Connect service, such as `zitadel.user.v2.UserService` and `ListUsers`.
    pub(in crate::target::zitadel) fn connect(
        operation: &'static str,
        service: &str,
        method: &str,
        body: &impl Serialize,
    ) -> Self {
        Self {
            transport: Transport::Connect,
            ..Self::post(operation, &[service, method], body)
        }
    }

    /// Sent only once. The caller repeats it, because a lost reply has to be examined first.
    pub(in crate::target::zitadel) fn once(self) -> Self {
        Self { once: true, ..self }
    }

    /// The server checks every user of the organization before it answers.
    pub(in crate::target::zitadel) fn patient(self) -> Self {
        Self {
            patient: true,
            ..self
        }
    }

    /// Sets the number of requested items.
    pub(in crate::target::zitadel) fn at_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// Only a part of the items was requested.
    pub(in crate::target::zitadel) fn part(self) -> Self {
        Self {
            extent: Extent::Part,
            ..self
        }
    }

    /// The caller can ask for fewer rows than these.
    pub(in crate::target::zitadel) fn shrinks(self, rows: u32) -> Self {
        Self {
            shrinks: is_long(rows),
            ..self
        }
    }

    pub(in crate::target::zitadel) fn answer<'a>(
        &self,
        url: &'a str,
        status: StatusCode,
        body: &'a [u8],
    ) -> Answer<'a> {
        Answer {
            operation: self.operation,
            url,
            status,
            retry_after: None,
            transport: self.transport,
            body,
        }
    }

    fn with(self, method: Method, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("our own structs are JSON");
        Self {
            method,
            body: Some(body),
            ..self
        }
    }
}
