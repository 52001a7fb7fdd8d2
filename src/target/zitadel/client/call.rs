//! What is asked of Zitadel, apart from what all requests have in common.

use reqwest::{Method, StatusCode};
use serde::Serialize;

use super::error::Answer;
use super::transport::Transport;

/// Of what is asked for without a limit (roles of a project, metadata of a user), nobody has as many.
const MOST: usize = 100_000;

/// One request.
pub(in crate::target::zitadel) struct Call {
    pub(in crate::target::zitadel) operation: &'static str,
    pub(in crate::target::zitadel) method: Method,
    /// The segments, not yet escaped.
    pub(in crate::target::zitadel) path: Vec<String>,
    pub(in crate::target::zitadel) body: Option<Vec<u8>>,
    pub(in crate::target::zitadel) once: bool,
    /// The server may be silent for long before it answers.
    pub(in crate::target::zitadel) patient: bool,
    /// A list that has more items than this has no end.
    pub(in crate::target::zitadel) most: usize,
    pub(in crate::target::zitadel) extent: Extent,
    /// If it takes too long, the caller asks for less and not for the same again.
    pub(in crate::target::zitadel) shrinks: bool,
    pub(in crate::target::zitadel) transport: Transport,
}

/// How much of a list was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::target::zitadel) enum Extent {
    /// All: fewer items than there are were lost on the way.
    Whole,
    /// Not all, or nobody can say how many there are.
    Part,
}

/// What takes too long with so few rows does not do so for its length.
pub(in crate::target::zitadel) const FEW_ROWS: u32 = 100;

/// Whether a page may take too long for its length.
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

    /// The caller repeats it, since a lost reply has to be looked into first.
    pub(in crate::target::zitadel) fn once(self) -> Self {
        Self { once: true, ..self }
    }

    /// The server looks at every user of the organization before it answers.
    pub(in crate::target::zitadel) fn patient(self) -> Self {
        Self {
            patient: true,
            ..self
        }
    }

    /// So many items were asked for.
    pub(in crate::target::zitadel) fn at_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// Only some of the items were asked for.
    pub(in crate::target::zitadel) fn part(self) -> Self {
        Self {
            extent: Extent::Part,
            ..self
        }
    }

    /// The caller can ask for fewer than these rows.
    pub(in crate::target::zitadel) fn shrinks(self, rows: u32) -> Self {
        Self {
            shrinks: is_long(rows),
            ..self
        }
    }

    /// What came back, to be judged.
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
