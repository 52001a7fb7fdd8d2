//! The one place where requests to UDM are built, sent, repeated and counted, and where answers are taken in.

mod answer;
mod call;
mod items;
mod path;
mod unreachable;

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, DATE, HeaderMap, LOCATION};
use reqwest::{Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use url::Url;

pub(super) use self::answer::IS_THIS_UDM;
pub(super) use self::call::Call;
pub(super) use self::path::{Kind, Path};

use self::answer::{Answer, PATIENCE};
use self::items::Items;
use self::unreachable::{broke_off, unreachable};
use super::wire::{ListHead, Object};
use crate::config::{ApplySettings, UdmSettings};
use crate::http::{self, Backoff, Flow, Limiter, Secrets, Trust, retry, retry_after};
use crate::target::{RequestStats, Retry, TargetError, TargetErrorKind, Wrote};

/// A group of ten thousand members, as the server answers it by itself, and what it writes around it.
const LONGEST: usize = 256 << 20;

/// What a success says beside its body.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    /// The name that the object has now.
    pub(super) dn: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn parse<T: DeserializeOwned>(&self, operation: &'static str) -> Result<T, TargetError> {
        serde_json::from_slice(&self.body).map_err(|error| odd(operation, self.status.as_u16(), &error))
    }
}

/// A way to one server.
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    user: String,
    password: SecretString,
    /// What no message may repeat.
    secrets: RefCell<Secrets>,
    limiter: Limiter,
    backoff: Backoff,
    stats: RefCell<RequestStats>,
    overload: Cell<u64>,
    clock_ahead: Cell<Option<i64>>,
    /// The server has taken our password.
    was_let_in: Cell<bool>,
    /// Somebody was told that it takes time.
    told: Cell<bool>,
}

impl Client {
    pub(super) fn new(settings: &UdmSettings, apply: &ApplySettings) -> Result<Self, TargetError> {
        let trust = Trust {
            certificates: settings.tls.server_certificate.as_deref(),
            anybody: settings.tls.danger_disable_tls_verify,
        };
        let http = http::client_of_many_headers(settings.connect_timeout, settings.read_timeout, trust);
        Ok(Self {
            http: http.map_err(|error| setup(&error))?,
            base: settings.url.clone(),
            user: settings.user.clone(),
            password: settings.password.clone(),
            secrets: RefCell::new(Secrets::of([&settings.password])),
            limiter: Limiter::new(apply.rate_limit),
            backoff: Backoff::default(),
            stats: RefCell::default(),
            overload: Cell::default(),
            clock_ahead: Cell::new(None),
            was_let_in: Cell::new(false),
            told: Cell::new(false),
        })
    }

    pub(super) fn set_backoff(&mut self, backoff: Backoff) {
        self.backoff = backoff;
    }

    pub(super) fn stats(&self) -> RequestStats {
        self.stats.borrow().clone()
    }

    pub(super) fn overload(&self) -> u64 {
        self.overload.get()
    }

    /// By how many seconds the server's clock is ahead of ours; `None` if it does not say.
    pub(super) fn clock_ahead(&self) -> Option<i64> {
        self.clock_ahead.get()
    }

    /// Sends a request and gives what it answers, if that is a success.
    pub(super) async fn send(&self, call: &Call) -> Result<Reply, TargetError> {
        self.repeated(call, async || {
            let reply = self.transmit(call).await?;
            let (status, headers) = (reply.status(), reply.headers().clone());
            let body = self.body(call, reply).await?;
            self.judge(call, status, &headers, &body)?;
            Ok(Reply {
                status,
                dn: text(&headers, LOCATION.as_str()).and_then(|location| path::name_in(&location)),
                body,
            })
        })
        .await
    }

    /// The same, for an answer that is JSON of one form.
    pub(super) async fn get<T: DeserializeOwned>(&self, call: &Call) -> Result<T, TargetError> {
        let reply = self.send(call).await?;
        if serde_json::from_slice::<serde::de::IgnoredAny>(&reply.body).is_err() {
            return Err(self.answer(call, reply.status.as_u16(), &reply.body).not_json());
        }
        reply.parse(call.operation)
    }

    /// Sends a search and hands over each object while the answer arrives. One that breaks off is asked for again, and what
    /// was handed over before is passed over.
    pub(super) async fn list(
        &self,
        call: &Call,
        each: &RefCell<dyn FnMut(Object) + '_>,
    ) -> Result<(), TargetError> {
        let known: RefCell<HashSet<String>> = RefCell::default();
        let new = RefCell::new(|object: Object| {
            if known.borrow_mut().insert(object.uuid.clone()) {
                (each.borrow_mut())(object);
            }
        });
        self.repeated(call, async || {
            let reply = self.transmit(call).await?;
            if !reply.status().is_success() {
                let (status, headers) = (reply.status(), reply.headers().clone());
                let body = self.body(call, reply).await?;
                return self.judge(call, status, &headers, &body);
            }
            self.take_list(call, reply, &new).await
        })
        .await
    }

    async fn take_list(
        &self,
        call: &Call,
        mut reply: Response,
        each: &RefCell<impl FnMut(Object)>,
    ) -> Result<(), TargetError> {
        let (url, status) = (reply.url().to_string(), reply.status().as_u16());
        let (mut flow, mut items, mut count) = (Flow::new(http::GRACE), Items::default(), 0_u64);
        let broken = |error| broke_off(call.operation, &url, &error);
        while let Some(chunk) = flow.next(&mut reply).await.map_err(broken)? {
            let fed = items.feed(chunk.as_ref(), |item| {
                count += 1;
                serde_json::from_slice(item).map(|object| (each.borrow_mut())(object))
            });
            fed.map_err(|error| odd(call.operation, status, &error))?;
            if items.held() > LONGEST {
                break;
            }
        }
        let rest = items.into_rest();
        let Ok(head) = serde_json::from_slice::<ListHead>(&rest) else {
            return Err(self.answer(call, status, &rest).not_json());
        };
        if head.results == count {
            return Ok(());
        }
        Err(TargetError {
            kind: TargetErrorKind::Protocol,
            operation: call.operation,
            what: format!(
                "a list holds {count} of the {} objects that UDM says there are",
                head.results
            ),
            error_id: None,
            hint: Some("run again; should it last, check that no proxy before UDM cuts its answers".into()),
            wrote: Wrote::Nothing,
        })
    }

    /// Repeats a call as long as its failures are of the passing kind.
    async fn repeated<T>(
        &self,
        call: &Call,
        attempt: impl AsyncFn() -> Result<T, TargetError>,
    ) -> Result<T, TargetError> {
        if call.once {
            return attempt().await;
        }
        self.persist(call.is_write(), async |_| attempt().await).await
    }

    /// The same, for several calls that belong together. They get the number of the try, from 1.
    pub(super) async fn persist<T>(
        &self,
        is_write: bool,
        mut attempt: impl AsyncFnMut(u32) -> Result<T, TargetError>,
    ) -> Result<T, TargetError> {
        let tried = retry(
            self.backoff,
            |error| self.again(error),
            async |number| {
                if number > 1 {
                    self.stats.borrow_mut().retried += 1;
                }
                attempt(number).await
            },
        );
        tried.await.map_err(|error| self.last(is_write, error))
    }

    /// The least pause before the same call may be sent again.
    fn again(&self, error: &TargetError) -> Option<Duration> {
        let pause = match error.retry() {
            Retry::Never => None,
            Retry::Backoff => Some(Duration::ZERO),
            Retry::After(pause) => (pause <= PATIENCE).then_some(pause),
        };
        tracing::debug!(%error, again = pause.is_some(), "a request failed");
        if matches!(
            error.kind,
            TargetErrorKind::Throttled { .. } | TargetErrorKind::Unreachable
        ) {
            self.overload.set(self.overload.get() + 1);
        }
        if pause.is_some() && !self.told.replace(true) {
            tracing::warn!(url = %self.base, "the target does not answer; trying again for some seconds");
        }
        if let (TargetErrorKind::Throttled { .. }, Some(pause)) = (error.kind, pause) {
            self.limiter.pause(pause.max(self.backoff.first));
        }
        pause
    }

    /// What is told when no try was left: whoever is not let in any more has no more to do.
    fn last(&self, is_write: bool, error: TargetError) -> TargetError {
        let is_shut_out = error.what.starts_with("401 ") && self.was_let_in.get();
        let kind = if is_shut_out {
            TargetErrorKind::Unauthorized
        } else {
            error.kind
        };
        let is_refused = matches!(
            kind,
            TargetErrorKind::Unauthorized
                | TargetErrorKind::Conflict
                | TargetErrorKind::InvalidAttribute { .. }
                | TargetErrorKind::NotFound
        );
        let wrote = if is_refused || !is_write {
            Wrote::Nothing
        } else {
            error.wrote
        };
        TargetError { kind, wrote, ..error }
    }

    async fn transmit(&self, call: &Call) -> Result<Response, TargetError> {
        self.limiter.turn().await;
        self.count(call.operation);
        let url = self.url(call)?;
        let mut request = self
            .http
            .request(call.method.clone(), url.clone())
            .header(ACCEPT, "application/json")
            // What is refused for being taken is told by its words.
            .header(ACCEPT_LANGUAGE, "en-US")
            .basic_auth(&self.user, Some(self.password.expose_secret()));
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, call.content).body(body.clone());
        }
        let reply = request.send().await;
        let reply = reply.map_err(|error| unreachable(call.operation, url.as_str(), &error))?;
        self.clock_ahead.set(seconds_ahead(reply.headers()));
        Ok(reply)
    }

    fn url(&self, call: &Call) -> Result<Url, TargetError> {
        self.base.join(call.path.as_str()).map_err(|error| TargetError {
            kind: TargetErrorKind::Misconfigured,
            operation: call.operation,
            what: format!("`udm.url` cannot be used: {error}"),
            error_id: None,
            hint: Some(IS_THIS_UDM.to_owned()),
            wrote: Wrote::Nothing,
        })
    }

    fn count(&self, operation: &'static str) {
        let mut stats = self.stats.borrow_mut();
        stats.total += 1;
        *stats.by_operation.entry(operation).or_default() += 1;
    }

    async fn body(&self, call: &Call, mut reply: Response) -> Result<Vec<u8>, TargetError> {
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

    /// Whether an answer is a success; one that leads elsewhere is for the caller who expects it.
    fn judge(
        &self,
        call: &Call,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<(), TargetError> {
        if status.is_success() || (status == StatusCode::MOVED_PERMANENTLY && call.path.is_any_object()) {
            self.was_let_in.set(true);
            return Ok(());
        }
        let masked = self.secrets.borrow().mask_bytes(body);
        let answer = Answer {
            retry_after: retry_after(headers),
            ..self.answer(call, status.as_u16(), &masked)
        };
        Err(match text(headers, LOCATION.as_str()) {
            Some(location) if status.is_redirection() => self.redirected(call, &location),
            _ => answer.error(),
        })
    }

    fn answer<'a>(&'a self, call: &Call, status: u16, body: &'a [u8]) -> Answer<'a> {
        Answer {
            operation: call.operation,
            url: self.base.as_str(),
            status,
            retry_after: None,
            body,
            was_let_in: self.was_let_in.get(),
        }
    }

    /// A server that has another address, which is never followed: the next one would get the password.
    fn redirected(&self, call: &Call, location: &str) -> TargetError {
        let to = self.base.join(location).map_or_else(
            |_| "an address that is none".to_owned(),
            |to| to.origin().ascii_serialization(),
        );
        TargetError {
            kind: TargetErrorKind::Misconfigured,
            operation: call.operation,
            what: format!("{} redirects to {to}, which is not followed", self.base),
            error_id: None,
            hint: Some(IS_THIS_UDM.to_owned()),
            wrote: Wrote::Nothing,
        }
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

/// A success of a form that nobody expects. The parser's words are left out: they could repeat a value.
fn odd(operation: &'static str, status: u16, error: &serde_json::Error) -> TargetError {
    TargetError {
        kind: TargetErrorKind::Protocol,
        operation,
        what: format!(
            "{status} with JSON of an unknown form ({:?} error at line {} column {})",
            error.classify(),
            error.line(),
            error.column()
        ),
        error_id: None,
        hint: Some(IS_THIS_UDM.to_owned()),
        wrote: Wrote::Unknown,
    }
}

fn setup(error: &http::HttpSetupError) -> TargetError {
    TargetError {
        kind: TargetErrorKind::Misconfigured,
        operation: "connect",
        what: error.to_string(),
        error_id: None,
        hint: Some("check `udm.tls`".to_owned()),
        wrote: Wrote::Nothing,
    }
}
