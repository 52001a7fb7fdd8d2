//! Builds, sends, repeats and counts all requests to UDM, and reads their answers.

mod answer;
mod call;
mod list;
mod path;
mod transmit;
mod unreachable;
mod written;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use reqwest::StatusCode;
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use url::Url;

pub(super) use self::answer::{IS_THIS_UDM, has_changed};
pub(super) use self::call::{Call, Tag};
pub(super) use self::path::{Kind, Path, encoded};

use self::answer::PATIENCE;
use crate::config::{ApplySettings, UdmSettings};
use crate::credential::{Credential, CredentialKind};
use crate::http::{self, Backoff, Limiter, Secrets, Trust, retry};
use crate::target::{RequestStats, Retry, TargetError, TargetErrorKind};
use crate::tls::Expiry;

/// The server's answer for a single group of ten thousand members, with a margin.
const LONGEST: usize = 256 << 20;

/// The parts of a success beside its body.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    /// The current DN of the object.
    pub(super) dn: Option<String>,
    /// The current state of the object.
    tag: Option<Tag>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn parse<T: DeserializeOwned>(&self, operation: &'static str) -> Result<T, TargetError> {
        serde_json::from_slice(&self.body).map_err(|error| odd(operation, self.status.as_u16(), &error))
    }
}

/// A connection to one server.
pub(super) struct Client {
    http: reqwest::Client,
    /// When the certificates of the server expire.
    shown: Expiry,
    base: Url,
    user: String,
    password: SecretString,
    /// Secrets that must not appear in messages.
    secrets: RefCell<Secrets>,
    limiter: Limiter,
    backoff: Backoff,
    stats: RefCell<RequestStats>,
    overload: Cell<u64>,
    clock_ahead: Cell<Option<i64>>,
    /// The server has accepted our password.
    was_let_in: Cell<bool>,
    /// A message has said that it takes time.
    announced: Cell<bool>,
}

impl Client {
    pub(super) fn new(settings: &UdmSettings, apply: &ApplySettings) -> Result<Self, TargetError> {
        let trust = Trust {
            certificates: settings.tls.server_certificate.as_deref(),
            accepts_any_certificate: settings.tls.danger_disable_tls_verify,
            shown: Expiry::default(),
        };
        let shown = trust.shown.clone();
        let http = http::client_of_many_headers(settings.connect_timeout, settings.read_timeout, trust);
        Ok(Self {
            http: http.map_err(|error| setup(&error))?,
            shown,
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
            announced: Cell::new(false),
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

    /// Seconds by which the server's clock is ahead of ours; `None` if it is not known.
    pub(super) fn clock_ahead(&self) -> Option<i64> {
        self.clock_ahead.get()
    }

    /// When the certificate of the server expires, once it was seen.
    pub(super) fn credentials(&self) -> Vec<Credential> {
        let certificate = self.shown.earliest().map(|expires| Credential {
            kind: CredentialKind::TlsTarget,
            name: self.base.to_string(),
            expires,
        });
        certificate.into_iter().collect()
    }

    /// Sends a request and returns its answer if it is a success.
    pub(super) async fn send(&self, call: &Call) -> Result<Reply, TargetError> {
        self.repeated(call, async || {
            let reply = self.transmit(call).await?;
            let (status, headers) = (reply.status(), reply.headers().clone());
            let body = self.body(call, reply).await?;
            self.check_status(call, status, &headers, &body)?;
            Ok(Reply {
                status,
                dn: Self::location(&headers).and_then(|location| path::name_in(&location)),
                tag: Self::tag(&headers),
                body,
            })
        })
        .await
    }

    /// Like `send`, for an answer with a JSON body of this type.
    pub(super) async fn get<T: DeserializeOwned>(&self, call: &Call) -> Result<T, TargetError> {
        self.get_tagged(call).await.map(|(object, _)| object)
    }

    /// Like `get`, with the state that was read.
    pub(super) async fn get_tagged<T: DeserializeOwned>(
        &self,
        call: &Call,
    ) -> Result<(T, Option<Tag>), TargetError> {
        let reply = self.send(call).await?;
        if serde_json::from_slice::<serde::de::IgnoredAny>(&reply.body).is_err() {
            return Err(self.answer(call, reply.status.as_u16(), &reply.body).not_json());
        }
        Ok((reply.parse(call.operation)?, reply.tag))
    }

    /// Repeats a call while its failures are temporary.
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

    /// Like `repeated`, for several calls that belong together. They get the number of the try, starting at 1.
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

    /// The minimum pause before the same call may be repeated.
    fn again(&self, error: &TargetError) -> Option<Duration> {
        self.stats.borrow_mut().failed += 1;
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
        if pause.is_some() && !self.announced.replace(true) {
            tracing::warn!(url = %self.base, "the target does not answer; trying again for some seconds");
        }
        if let (TargetErrorKind::Throttled { .. }, Some(pause)) = (error.kind, pause) {
            self.limiter.pause(pause.max(self.backoff.first));
        }
        pause
    }

    /// The error after the last try. After a refused password, there are no more tries.
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
        let error = error.of_kind(kind);
        if is_refused || !is_write {
            error.wrote_nothing()
        } else {
            error
        }
    }
}

/// Error for a success with an unexpected body. The parser's message is omitted, because it could contain a value.
fn odd(operation: &'static str, status: u16, error: &serde_json::Error) -> TargetError {
    TargetError::new(
        TargetErrorKind::Protocol,
        operation,
        format!(
            "{status} with JSON of an unknown form ({:?} error at line {} column {})",
            error.classify(),
            error.line(),
            error.column()
        ),
    )
    .hint(IS_THIS_UDM)
}

fn setup(error: &http::HttpSetupError) -> TargetError {
    TargetError::new(TargetErrorKind::Misconfigured, "connect", error.to_string())
        .hint("check `udm.tls`")
        .wrote_nothing()
}
