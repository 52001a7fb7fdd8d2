//! Sends single requests, and reads their answers.

use jiff::Timestamp;
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, DATE, ETAG, HeaderMap, IF_MATCH, LOCATION};
use reqwest::{Response, StatusCode};
use secrecy::ExposeSecret as _;
use url::Url;

use super::answer::{Answer, IS_THIS_UDM};
use super::unreachable::{broke_off, unreachable};
use super::written::is_written;
use super::{Call, Client, LONGEST, Tag};
use crate::http::{self, Flow, retry_after};
use crate::target::{TargetError, TargetErrorKind};

impl Client {
    pub(super) async fn transmit(&self, call: &Call) -> Result<Response, TargetError> {
        self.limiter.turn().await;
        self.count_request(call.operation);
        let url = self.url(call)?;
        let mut request = self
            .http
            .request(call.method.clone(), url.clone())
            .header(ACCEPT, "application/json")
            // Some conflicts are only recognized by their English text.
            .header(ACCEPT_LANGUAGE, "en-US")
            .basic_auth(&self.user, Some(self.password.expose_secret()));
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, call.content).body(body.clone());
        }
        if let Some(tag) = &call.if_match {
            request = request.header(IF_MATCH, &**tag);
        }
        let reply = request.send().await;
        http::trace(call.operation, &call.method, url.path(), &reply);
        let reply = reply.map_err(|error| unreachable(call.operation, url.as_str(), &error))?;
        self.clock_ahead.set(seconds_ahead(reply.headers()));
        Ok(reply)
    }

    fn url(&self, call: &Call) -> Result<Url, TargetError> {
        self.base.join(call.path.as_str()).map_err(|error| {
            TargetError::new(
                TargetErrorKind::Misconfigured,
                call.operation,
                format!("`udm.url` cannot be used: {error}"),
            )
            .hint(IS_THIS_UDM)
            .wrote_nothing()
        })
    }

    fn count_request(&self, operation: &'static str) {
        let mut stats = self.stats.borrow_mut();
        stats.total += 1;
        *stats.by_operation.entry(operation).or_default() += 1;
    }

    pub(super) async fn body(&self, call: &Call, mut reply: Response) -> Result<Vec<u8>, TargetError> {
        let url = reply.url().to_string();
        let (mut body, mut flow) = (Vec::new(), Flow::new(http::GRACE));
        let broken = |error| broke_off(call.operation, &url, &error);
        while body.len() < LONGEST
            && let Some(chunk) = flow.next(&mut reply).await.map_err(broken)?
        {
            body.extend_from_slice(chunk.as_ref());
        }
        Ok(body)
    }

    /// Returns whether an answer is a success. A redirect is for the caller who expects it.
    pub(super) fn check_status(
        &self,
        call: &Call,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<(), TargetError> {
        if status.is_success() && call.is_write() && !is_written(&call.method, status, body) {
            return Err(self.answer(call, status.as_u16(), body).not_written());
        }
        if status.is_success() || (status == StatusCode::MOVED_PERMANENTLY && call.path.is_any_object()) {
            self.was_let_in.set(true);
            return Ok(());
        }
        let masked = self.secrets.borrow().mask_bytes(body);
        let answer = Answer {
            retry_after: retry_after(headers),
            ..self.answer(call, status.as_u16(), &masked)
        };
        Err(match Self::location(headers) {
            Some(location) if status.is_redirection() => self.redirected(call, &location),
            _ => answer.error(),
        })
    }

    /// The target of a redirect.
    pub(super) fn location(headers: &HeaderMap) -> Option<String> {
        text(headers, LOCATION.as_str())
    }

    /// The state of the object.
    pub(super) fn tag(headers: &HeaderMap) -> Option<Tag> {
        text(headers, ETAG.as_str()).map(Tag::from)
    }

    pub(super) fn answer<'a>(&'a self, call: &Call, status: u16, body: &'a [u8]) -> Answer<'a> {
        Answer {
            operation: call.operation,
            url: self.base.as_str(),
            status,
            retry_after: None,
            body,
            was_let_in: self.was_let_in.get(),
        }
    }

    /// Error for a redirect. Redirects are never followed, because the other server would get the password.
    fn redirected(&self, call: &Call, location: &str) -> TargetError {
        let to = self.base.join(location).map_or_else(
            |_| "an address that is none".to_owned(),
            |to| to.origin().ascii_serialization(),
        );
        TargetError::new(
            TargetErrorKind::Misconfigured,
            call.operation,
            format!("{} redirects to {to}, which is not followed", self.base),
        )
        .hint(IS_THIS_UDM)
        .wrote_nothing()
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn seconds_ahead(headers: &HeaderMap) -> Option<i64> {
    let date = text(headers, DATE.as_str())?;
    let server = jiff::fmt::rfc2822::parse(&date).ok()?.timestamp().as_second();
    Some(server - Timestamp::now().as_second())
}
