//! The Connect protocol: unary calls with JSON, gzip both ways, no size limit.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::body;
use super::call::Transport;
use super::core::{Core, call, run};
use super::errors::{Failure, INVALID};
use super::http::{Answer, Incoming};
use super::routes::Route;

/// Answers a Connect call: content type, then JSON, then the host, then the handler.
pub(crate) fn answer(core: &Core, incoming: &Incoming, route: &'static Route) -> Answer {
    let kind = incoming.header("content-type").unwrap_or_default();
    let json = kind
        .split(';')
        .next()
        .is_some_and(|kind| kind.trim() == "application/json");
    if !json {
        return Answer::empty(415);
    }
    let raw = match unpacked(incoming) {
        Ok(raw) => raw,
        Err(failure) => return Answer::failed(&failure, Transport::Connect),
    };
    let result = parse(&raw, route).and_then(|value| {
        let call = call(incoming, Transport::Connect, Vec::new(), value, &raw);
        run(core, incoming, route, &call)
    });
    match result {
        Err(failure) => Answer::failed(&failure, Transport::Connect),
        Ok(body) => packed(incoming, body),
    }
}

fn unpacked(incoming: &Incoming) -> Result<Vec<u8>, Failure> {
    if incoming.header("content-encoding").as_deref() != Some("gzip") {
        return Ok(incoming.body.clone());
    }
    let mut raw = Vec::new();
    let read = GzDecoder::new(incoming.body.as_slice()).read_to_end(&mut raw);
    read.map_err(|error| Failure::plain(INVALID, format!("decompress: {error}")))?;
    Ok(raw)
}

fn packed(incoming: &Incoming, body: String) -> Answer {
    let accepted = incoming.header("accept-encoding").unwrap_or_default();
    if !accepted
        .split(',')
        .any(|coding| coding.trim().starts_with("gzip"))
    {
        return Answer::json(200, body);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let packed = encoder.write_all(body.as_bytes()).and_then(|()| encoder.finish());
    let mut answer = Answer::json(200, String::new());
    answer.body = packed.unwrap_or_default();
    answer
        .headers
        .push(("content-encoding".to_owned(), "gzip".to_owned()));
    answer
}

/// Unlike the gateway, Connect does not take an empty body for an empty message.
fn parse(raw: &[u8], route: &Route) -> Result<Value, Failure> {
    if raw.is_empty() {
        let text = "unmarshal message: zero-length payload is not a valid JSON object";
        return Err(Failure::plain(INVALID, text));
    }
    body::parse(raw).map_err(|failure| {
        let method = route.pattern.rsplit('/').next().unwrap_or_default();
        let package = route.pattern.split('.').nth(1).unwrap_or_default();
        let text = failure.message();
        let text = text.strip_prefix("proto: ").unwrap_or(&text);
        let text = format!("unmarshal message: unmarshal into *{package}.{method}Request: proto: {text}");
        Failure::plain(INVALID, text)
    })
}
