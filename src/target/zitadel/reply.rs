//! What comes back: lists while they arrive, refusals, and answers that are neither.

use reqwest::Response;
use serde::de::DeserializeOwned;

use super::call::Call;
use super::error::{Answer, Failure};
use super::stream::Splitter;
use super::unreachable::unreachable;
use super::wire::received::{ListDetails, ListHead};
use crate::http::{self, retry_after};
use crate::target::{TargetError, TargetErrorKind as Kind};

/// No refusal of Zitadel is longer; the rest of a proxy's page is of no use.
const REFUSAL_LIMIT: usize = 64 * 1024;

/// Takes a list apart while it arrives, and gives what surrounds them.
pub(super) async fn take_list<T: DeserializeOwned>(
    call: &Call,
    mut reply: Response,
    mut each: impl FnMut(T),
) -> Result<ListDetails, Failure> {
    let (url, status) = (reply.url().to_string(), reply.status());
    let odd = |body: &[u8], error: serde_json::Error| malformed(&call.answer(&url, status, body), &error);
    let mut splitter = Splitter::default();
    let (mut items, mut before, mut idle) = (0, 0, 0);
    while let Some(chunk) = reply
        .chunk()
        .await
        .map_err(|error| unreachable(call.operation, &url, &error))?
    {
        splitter
            .feed(&chunk, |item| {
                items += 1;
                // What is too many is not looked at.
                if items > call.most {
                    return Ok(());
                }
                serde_json::from_slice(item).map(&mut each)
            })
            .map_err(|error| odd(&[], error))?;
        if items > call.most {
            return Err(endless(
                call.operation,
                &format!(
                    "{url} answered with more than the {} items that were asked for",
                    call.most
                ),
            )
            .into());
        }
        idle = if items > before { 0 } else { idle + chunk.len() };
        before = items;
        if splitter.held() > http::LONGEST_BODY || idle > http::LONGEST_BODY {
            // Neither an item nor the rest is ever that long; cut short it is no JSON.
            break;
        }
    }
    let head = splitter.into_rest();
    let parsed: ListHead = serde_json::from_slice(&head).map_err(|error| odd(&head, error))?;
    Ok(parsed.details)
}

/// A list that goes on without telling anything new.
pub(super) fn endless(operation: &'static str, what: &str) -> TargetError {
    TargetError {
        kind: Kind::Protocol,
        operation,
        what: format!("{what}: the list has no end"),
        error_id: None,
        hint: Some("check that no proxy before Zitadel keeps or repeats answers to POST requests".into()),
    }
}

/// Turns an answer that is no success into an error.
pub(super) async fn refusal(call: &Call, mut reply: Response) -> Failure {
    let (status, url) = (reply.status(), reply.url().to_string());
    if status.is_redirection() {
        return redirected(call, &reply).into();
    }
    let retry_after = retry_after(reply.headers());
    let mut body = Vec::new();
    while body.len() < REFUSAL_LIMIT {
        match reply.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => return unreachable(call.operation, &url, &error).into(),
        }
    }
    let answer = Answer {
        retry_after,
        ..call.answer(&url, status, &body)
    };
    answer.failure()
}

fn redirected(call: &Call, reply: &Response) -> TargetError {
    let location = reply.headers().get(reqwest::header::LOCATION);
    let location = location
        .and_then(|value| value.to_str().ok())
        .unwrap_or("nowhere");
    TargetError {
        kind: Kind::Misconfigured,
        operation: call.operation,
        what: format!("{} redirects to {location}", reply.url()),
        error_id: None,
        hint: Some("set `zitadel.url` to the address it redirects to".into()),
    }
}

/// A success that does not hold what it should. The parser's words are left out: they could repeat a value.
pub(super) fn malformed(answer: &Answer<'_>, error: &serde_json::Error) -> TargetError {
    if !answer.body.is_empty() && serde_json::from_slice::<serde::de::IgnoredAny>(answer.body).is_err() {
        return answer.not_json();
    }
    TargetError {
        kind: Kind::Protocol,
        operation: answer.operation,
        what: format!(
            "{} answered {} with JSON of an unknown form ({:?} error at line {} column {})",
            answer.url,
            answer.status.as_u16(),
            error.classify(),
            error.line(),
            error.column()
        ),
        error_id: None,
        hint: Some("check that this Zitadel is v2.64 or later".into()),
    }
}
