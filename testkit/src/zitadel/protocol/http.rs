//! One HTTP exchange in plain data: what came in, what goes out.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Response, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use futures::stream::{self, StreamExt as _};

use super::call::Transport;
use super::errors::Failure;

/// A request, read completely.
pub(crate) struct Incoming {
    pub(crate) method: String,
    /// As sent.
    pub(crate) raw_path: String,
    /// Percent-decoded as a whole, so that `%2F` splits a segment like the gateway does.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    /// Host and port of the request line, with HTTP/2.
    pub(crate) authority: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// An answer before it becomes an HTTP response.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(status: u16, body: String) -> Self {
        Self::with_type(status, "application/json", body)
    }

    pub(crate) fn with_type(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), kind.to_owned())];
        Self {
            status,
            headers,
            body: body.into(),
        }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn failed(failure: &Failure, transport: Transport) -> Self {
        match transport {
            Transport::Connect => Self::json(failure.status(), failure.connect_body()),
            Transport::Rest => {
                let mut answer = Self::json(failure.status(), failure.rest_body());
                if failure.status() == 401 {
                    answer
                        .headers
                        .push(("www-authenticate".to_owned(), failure.message()));
                }
                answer
            }
        }
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::IM_A_TEAPOT);
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) = (header::HeaderName::try_from(name), value.parse()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    /// The answer with the items of its list over and over.
    pub(crate) fn into_endless_response(self) -> Response<Body> {
        let text = String::from_utf8_lossy(&self.body).into_owned();
        let Some((start, end)) = text.find("\"result\":[").zip(text.rfind(']')) else {
            return self.into_response();
        };
        let start = start + "\"result\":[".len();
        let (head, items) = (text[..start].to_owned(), text[start..end].to_owned());
        let again = stream::repeat(format!(",{items}"));
        let endless = stream::iter([head, items]).chain(again).map(Ok::<_, Infallible>);
        let mut response = self.into_response();
        *response.body_mut() = Body::from_stream(endless);
        response
    }

    /// The answer a byte at a time.
    pub(crate) fn into_dripping_response(mut self, pause: Duration) -> Response<Body> {
        let bytes = std::mem::take(&mut self.body).into_iter();
        let drops = stream::iter(bytes).then(move |byte| async move {
            tokio::time::sleep(pause).await;
            Ok::<_, Infallible>(vec![byte])
        });
        let mut response = self.into_response();
        *response.body_mut() = Body::from_stream(drops);
        response
    }

    /// A refusal that repeats what the request carried, as it was sent and in other encodings.
    pub(crate) fn echo(status: u16, request: &Incoming) -> Self {
        let sent = [
            request.header("authorization").unwrap_or_default(),
            String::from_utf8_lossy(&request.body).into_owned(),
        ];
        let mut words: Vec<String> = Vec::new();
        for text in sent.iter().flat_map(|text| text.split([' ', '&', '='])) {
            let decoded = decode(text, Plus::Blank);
            let percent: Vec<String> = decoded.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let percent = percent.concat();
            let base64 = STANDARD.encode(&decoded);
            let cut = decoded.chars().take(decoded.chars().count() * 3 / 4).collect();
            words.extend([text.to_owned(), decoded, percent, base64, cut]);
        }
        let text = words.join(" ; ");
        let body = serde_json::json!({
            "code": 3, "message": text, "error": "invalid_request", "error_description": text,
        });
        let mut answer = Self::json(status, body.to_string());
        let place = words.iter().filter(|word| !word.contains(['"', '{', '\n']));
        let place: Vec<&str> = place.map(String::as_str).collect();
        answer.headers.push((
            "location".to_owned(),
            format!("https://elsewhere.example/{}", place.join("/")),
        ));
        answer
    }

    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }
}

impl Incoming {
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    }
}

/// What a plus sign means: a plus in a path, a blank in a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plus {
    Literal,
    Blank,
}

/// Percent-decodes a text. Invalid escapes stay unchanged.
pub(crate) fn decode(text: &str, plus: Plus) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        let escaped = (first == b'%').then(|| tail.get(..2)).flatten();
        let value = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match value {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None if first == b'+' && plus == Plus::Blank => bytes.push(b' '),
            None => bytes.push(first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Decodes `a=b&c=d`.
pub(crate) fn form(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, Plus::Blank), decode(value, Plus::Blank))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Escapes are decoded, a plus only in forms.
    #[test]
    fn decoding() {
        assert_eq!(decode("/a%20b+c%zz", Plus::Literal), "/a b+c%zz");
        assert_eq!(
            form("a=b+c%26&d"),
            [("a".into(), "b c&".into()), ("d".into(), String::new())]
        );
    }
}
