//! Reads answers: lists while they arrive, refusals, and unexpected answers.

use std::cell::RefCell;
use std::time::Duration;

use reqwest::{Response, Url};
use serde::de::DeserializeOwned;
use url::Position;

use super::call::Call;
use super::error::{Answer, Failure};
use super::unreachable::broke_off;
use crate::http::{self, BodyError, Flow, Secrets, Splitter, retry_after};
use crate::target::zitadel::wire::received::{Disguised, ListDetails, ListHead};
use crate::target::{TargetError, TargetErrorKind as Kind};

/// No refusal of Zitadel is longer. The rest of a proxy's page is not needed.
const REFUSAL_LIMIT: usize = 64 * 1024;

#[derive(Clone, Copy)]
pub(in crate::target::zitadel) struct Reading<'a> {
    pub(in crate::target::zitadel) call: &'a Call,
    /// Secrets to mask.
    pub(in crate::target::zitadel) secrets: &'a RefCell<Secrets>,
    /// How long an answer may arrive a few bytes at a time.
    pub(in crate::target::zitadel) grace: Duration,
}

/// Reads an answer that is not a list.
pub(in crate::target::zitadel) async fn take<T: DeserializeOwned>(
    reading: Reading<'_>,
    mut reply: Response,
) -> Result<T, Failure> {
    let Reading { call, grace, .. } = reading;
    let (url, status) = (reply.url().to_string(), reply.status());
    let (mut body, mut flow) = (Vec::new(), Flow::new(grace));
    let broke_off = |error: BodyError| broke_off(call.operation, &url, &error);
    // A truncated answer is invalid JSON.
    while body.len() < http::LONGEST_BODY
        && let Some(chunk) = flow.next(&mut reply).await.map_err(broke_off)?
    {
        body.extend_from_slice(chunk.as_ref());
    }
    if let Some(failure) = error_in_disguise(reading, &url, &body) {
        return Err(failure);
    }
    serde_json::from_slice(&body).map_err(|error| malformed(&call.answer(&url, status, &body), &error).into())
}

/// Parses a list while it arrives, and returns what surrounds its items. Reads on when `room` is ready.
pub(in crate::target::zitadel) async fn take_list<T: DeserializeOwned>(
    reading: Reading<'_>,
    mut reply: Response,
    mut each: impl FnMut(T),
    room: &impl AsyncFn(),
) -> Result<ListDetails, Failure> {
    let Reading { call, grace, .. } = reading;
    let mut flow = Flow::new(grace);
    let (url, status) = (reply.url().to_string(), reply.status());
    let odd = |body: &[u8], error: serde_json::Error| malformed(&call.answer(&url, status, body), &error);
    let mut splitter = Splitter::new("\"result\"", 1);
    let (mut items, mut before, mut idle) = (0, 0, 0);
    let broke_off = |error: BodyError| broke_off(call.operation, &url, &error);
    while let Some(chunk) = flow.next(&mut reply).await.map_err(broke_off)? {
        splitter
            .feed(chunk.as_ref(), |item| {
                items += 1;
                // Items above the limit are not parsed.
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
        idle = if items > before {
            0
        } else {
            idle + chunk.as_ref().len()
        };
        before = items;
        if splitter.buffered() > http::LONGEST_BODY || idle > http::LONGEST_BODY {
            // Neither an item nor the rest is ever that long. A truncated answer is invalid JSON.
            break;
        }
        flow.pause(room()).await;
    }
    let head = splitter.into_rest();
    if let Some(failure) = error_in_disguise(reading, &url, &head) {
        return Err(failure);
    }
    let parsed: ListHead = serde_json::from_slice(&head).map_err(|error| odd(&head, error))?;
    Ok(parsed.details)
}

/// Finds an error in an answer with a success status. Refusals of Zitadel always have both of these members; other
/// answers never have them.
fn error_in_disguise(reading: Reading<'_>, url: &str, body: &[u8]) -> Option<Failure> {
    let refused: Disguised = serde_json::from_slice(body).ok()?;
    let status = refused.status()?;
    let body = reading.secrets.borrow().mask_bytes(body);
    let mut failure = reading.call.answer(url, status, &body).failure();
    if failure.error.kind == Kind::NotFound {
        // A contradictory answer must not prove that a user is missing.
        failure.error.kind = Kind::Protocol;
    }
    Some(failure)
}

/// Error for a list that goes on without new items.
pub(in crate::target::zitadel) fn endless(operation: &'static str, what: &str) -> TargetError {
    TargetError::new(Kind::Protocol, operation, format!("{what}: the list has no end"))
        .hint("check that no proxy before Zitadel caches or repeats answers to POST requests")
}

/// Error for an incomplete list.
pub(in crate::target::zitadel) fn short(operation: &'static str, received: u64, total: u64) -> TargetError {
    TargetError::new(
        Kind::Protocol,
        operation,
        format!("a list contains {received} of the {total} items that Zitadel says there are"),
    )
    .hint("run again; if it persists, check that no proxy before Zitadel cuts its answers")
}

/// Error for an answer about other users than the requested ones.
pub(in crate::target::zitadel) fn strangers(operation: &'static str) -> TargetError {
    TargetError::new(
        Kind::Protocol,
        operation,
        "Zitadel answered about other accounts than it was asked about",
    )
    .hint("check that no proxy before Zitadel caches or repeats answers to POST requests")
}

/// Converts an answer with an error status to an error, with secrets masked.
pub(in crate::target::zitadel) async fn refusal(reading: Reading<'_>, mut reply: Response) -> Failure {
    let Reading { call, secrets, grace } = reading;
    let mut flow = Flow::new(grace);
    let (status, url) = (reply.status(), reply.url().to_string());
    if status.is_redirection() {
        return redirected(call.operation, &reply, &secrets.borrow()).into();
    }
    let retry_after = retry_after(reply.headers());
    let mut body = Vec::new();
    while body.len() < REFUSAL_LIMIT {
        match flow.next(&mut reply).await {
            Ok(Some(chunk)) => body.extend_from_slice(chunk.as_ref()),
            Ok(None) => break,
            Err(error) => return broke_off(call.operation, &url, &error).into(),
        }
    }
    let body = secrets.borrow().mask_bytes(&body);
    let answer = Answer {
        retry_after,
        ..call.answer(&url, status, &body)
    };
    answer.failure()
}

/// Error for a redirect. Redirects are never followed, because the other server would get the token.
pub(in crate::target::zitadel) fn redirected(
    operation: &'static str,
    reply: &Response,
    secrets: &Secrets,
) -> TargetError {
    let location = reply.headers().get(reqwest::header::LOCATION);
    let location = location.and_then(|value| value.to_str().ok());
    // The query of a login page repeats much of the request.
    let origin = |url: &Url| {
        let without = &url[..Position::AfterPath];
        secrets.mask(without).into_owned()
    };
    let to = location.and_then(|location| reply.url().join(location).ok());
    let base = to.as_ref().and_then(|to| base(reply.url(), to));
    let (to, hint) = match (to, base) {
        (None, _) => (
            "an address that is none".to_owned(),
            "check `zitadel.url`: is this a Zitadel?".to_owned(),
        ),
        (Some(to), Some(base)) => (
            origin(&to),
            format!("set `zitadel.url` to `{}`", secrets.mask(&base)),
        ),
        (Some(to), None) => (
            origin(&to),
            "check `zitadel.url`: does a proxy before Zitadel ask for a login, or is this another service?"
                .to_owned(),
        ),
    };
    TargetError::new(
        Kind::Misconfigured,
        operation,
        format!("{} redirects to {to}, which is not followed", reply.url()),
    )
    .hint(hint)
}

/// The base address of a Zitadel to which the same path is redirected.
fn base(from: &Url, to: &Url) -> Option<String> {
    let elsewhere = from.origin() != to.origin();
    (elsewhere && to.path() == from.path()).then(|| to.origin().ascii_serialization())
}

/// Error for a success of a write with an unexpected body. A proxy may have answered without passing the write on.
pub(in crate::target::zitadel) fn not_written(failure: Failure) -> Failure {
    let Failure { error, sign } = failure;
    if error.kind != Kind::Protocol || error.error_id.is_some() {
        return Failure { error, sign };
    }
    let what = format!("{}, so it is not known whether this was written", error.what);
    let error = error.saying(what).of_kind(Kind::Unreachable);
    Failure { error, sign }
}

/// Error for a success with an unexpected body. The parser's message is omitted, because it could contain a value.
pub(in crate::target::zitadel) fn malformed(answer: &Answer<'_>, error: &serde_json::Error) -> TargetError {
    if !answer.body.is_empty() && serde_json::from_slice::<serde::de::IgnoredAny>(answer.body).is_err() {
        return answer.not_json();
    }
    TargetError::new(
        Kind::Protocol,
        answer.operation,
        format!(
            "{} answered {} with JSON of an unknown form ({:?} error at line {} column {})",
            answer.url,
            answer.status.as_u16(),
            error.classify(),
            error.line(),
            error.column()
        ),
    )
    .hint("check that this Zitadel is v2.64 or later")
}
