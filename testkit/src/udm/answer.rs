//! One HTTP exchange in plain data: what came in, what goes out.

use std::io;

use axum::body::Body;
use axum::http::{HeaderMap, Response, StatusCode, header};
use futures::stream::{self, StreamExt as _};
use serde_json::Value;

/// A request, read completely.
pub(crate) struct Incoming {
    pub(crate) method: String,
    /// As sent, without the query.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Incoming {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// An answer before it becomes an HTTP response.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    pub(crate) fn text(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        let answer = Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        };
        answer.with("content-type", kind)
    }

    /// Without a body, in the type that the server's framework gives it (recorded: auth).
    pub(crate) fn bare(status: u16) -> Self {
        Self::text(status, "text/html; charset=UTF-8", "")
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn with_etag(self, etag: &str) -> Self {
        self.with("etag", format!("\"{etag}\""))
    }

    /// Another type for the body.
    pub(crate) fn typed(mut self, kind: &str) -> Self {
        for (name, value) in &mut self.headers {
            if name == "content-type" {
                kind.clone_into(value);
            }
        }
        self
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let (status, headers) = (self.status, self.headers);
        response(status, &headers, Body::from(self.body))
    }

    /// The length of the whole body is announced, half of it comes, then the connection breaks.
    pub(crate) fn into_cut_response(self) -> Response<Body> {
        let length = self.body.len();
        let half = self.body[..length / 2].to_vec();
        let broken = stream::once(async {
            // What is there is sent when nothing more comes at once.
            tokio::task::yield_now().await;
            Err(io::Error::from(io::ErrorKind::ConnectionReset))
        });
        let parts = stream::once(async { Ok(half) }).chain(broken);
        let headers: Vec<(String, String)> = self
            .headers
            .into_iter()
            .chain([("content-length".to_owned(), length.to_string())])
            .collect();
        response(self.status, &headers, Body::from_stream(parts))
    }
}

fn response(status: u16, headers: &[(String, String)], body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
    for (name, value) in headers {
        let value = header::HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (header::HeaderName::try_from(name.as_str()), value) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

impl Answer {
    /// Answers with JSON take the type that the client asked for; refusals do not.
    pub(crate) fn typed_as(self, kind: &str) -> Self {
        if self.status == 200 {
            self.typed(kind)
        } else {
            self
        }
    }
}

impl Answer {
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(header, _)| header != name);
        self
    }
}
