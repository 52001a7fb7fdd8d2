//! Builds, sends, repeats and counts all requests to Zitadel, and reads their answers.

mod repeating;
mod sending;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Client, Response};
use serde::de::DeserializeOwned;
use url::Url;

use super::call::{Call, Extent};
use super::error::{Failure, Sign};
use super::reply::{Reading, not_written, refusal, short, take, take_list};
use super::sign_in::auth::Auth;
use crate::config::{ApplySettings, ZitadelSettings};
use crate::credential::{Credential, CredentialKind};
use crate::http::{self, Backoff, Limiter, Secrets, retry};
use crate::target::{RequestStats, TargetError, TargetErrorKind as Kind};
use crate::tls::Expiry;

const CONNECT: Duration = Duration::from_secs(10);
/// How long the server may send nothing.
const SILENCE: Duration = Duration::from_secs(60);
/// The same for a page of all users. Before its first byte, the server checks each user of the organization: 30 to 50
/// µs per user on two idle cores. The limit allows a million users on a server that is six times slower.
const LIST_SILENCE: Duration = Duration::from_secs(300);

/// One page of a list.
pub(in crate::target::zitadel) struct Page<T> {
    pub(in crate::target::zitadel) items: Vec<T>,
    /// Total that the server reports; 0 on an empty page, whatever the offset.
    pub(in crate::target::zitadel) total: u64,
    /// Time of the last event that the list includes.
    pub(in crate::target::zitadel) seen: Option<Timestamp>,
}

/// A connection to one organization of one instance.
pub(in crate::target::zitadel) struct Api {
    client: Client,
    /// For slow calls.
    patient: Client,
    /// When the certificates of the server expire.
    shown: Expiry,
    /// How long an answer may arrive a few bytes at a time.
    grace: Duration,
    base: Url,
    organization: String,
    auth: Auth,
    /// Secrets that were sent and must not appear in messages.
    secrets: Rc<RefCell<Secrets>>,
    limiter: Limiter,
    backoff: Backoff,
    stats: RefCell<RequestStats>,
    overload_count: Cell<u64>,
    /// Seconds by which the server's clock was ahead of ours at its last answer.
    clock_ahead: Cell<Option<i64>>,
    /// The server has not answered yet, and no message has said so.
    unheard: Cell<bool>,
    /// Operations that were already reported as too slow.
    announced: RefCell<BTreeSet<&'static str>>,
}

impl Api {
    pub(in crate::target::zitadel) fn new(
        settings: &ZitadelSettings,
        apply: &ApplySettings,
    ) -> Result<Self, TargetError> {
        let secrets = Rc::default();
        let shown = Expiry::default();
        Ok(Self {
            client: client(SILENCE, shown.clone())?,
            patient: client(LIST_SILENCE, shown.clone())?,
            shown,
            base: settings.url.clone(),
            organization: settings.organization_id.clone(),
            grace: http::GRACE,
            auth: Auth::new(settings, Rc::clone(&secrets))?,
            secrets,
            limiter: Limiter::new(apply.rate_limit),
            backoff: Backoff::default(),
            stats: RefCell::default(),
            overload_count: Cell::default(),
            clock_ahead: Cell::new(None),
            unheard: Cell::new(true),
            announced: RefCell::default(),
        })
    }

    pub(in crate::target::zitadel) fn set_backoff(&mut self, backoff: Backoff) {
        self.backoff = backoff;
    }

    /// Sets other limits of silence, for usual calls and for long lists.
    pub(in crate::target::zitadel) fn set_silence(
        &mut self,
        usual: Duration,
        list: Duration,
    ) -> Result<(), TargetError> {
        (self.client, self.patient) = (
            client(usual, self.shown.clone())?,
            client(list, self.shown.clone())?,
        );
        self.grace = usual;
        Ok(())
    }

    pub(in crate::target::zitadel) fn backoff(&self) -> Backoff {
        self.backoff
    }

    /// The service account's user id, if the credentials contain it.
    pub(in crate::target::zitadel) fn user_id(&self) -> Option<&str> {
        self.auth.user_id()
    }

    /// When the key and the certificate of the server expire, as far as known.
    pub(in crate::target::zitadel) fn credentials(&self) -> Vec<Credential> {
        let key = self.auth.key_end().map(|(name, expires)| Credential {
            kind: CredentialKind::Key,
            name: name.to_owned(),
            expires,
        });
        let certificate = self.shown.earliest().map(|expires| Credential {
            kind: CredentialKind::TlsTarget,
            name: self.base.to_string(),
            expires,
        });
        key.into_iter().chain(certificate).collect()
    }

    pub(in crate::target::zitadel) fn stats(&self) -> RequestStats {
        self.stats.borrow().clone()
    }

    /// Seconds by which the server's clock is ahead of ours; `None` if it is not known.
    pub(in crate::target::zitadel) fn clock_ahead(&self) -> Option<i64> {
        self.clock_ahead.get()
    }

    /// How often the server was too busy to answer.
    pub(in crate::target::zitadel) fn overload_count(&self) -> u64 {
        self.overload_count.get()
    }

    pub(in crate::target::zitadel) fn count_repeat(&self) {
        self.stats.borrow_mut().retried += 1;
    }

    /// Masks the secrets in a text of the server.
    pub(in crate::target::zitadel) fn masked(&self, text: &str) -> String {
        self.secrets.borrow().mask(text).into_owned()
    }

    /// Requests a token, so that a failed sign-in is not reported as a failure of another call.
    pub(in crate::target::zitadel) async fn sign_in(&self) -> Result<(), Failure> {
        retry(
            self.backoff,
            |failure| self.again(failure),
            async |_| {
                self.token().await?;
                Ok(())
            },
        )
        .await
    }

    /// Sends a request and reads its answer.
    pub(in crate::target::zitadel) async fn send<T: DeserializeOwned>(
        &self,
        call: &Call,
    ) -> Result<T, Failure> {
        self.exchange(call, async |reply| take(self.reading(call), reply).await)
            .await
    }

    /// Like `send`, for a write. If its answer is not one of Zitadel, it counts as lost, whatever its status.
    pub(in crate::target::zitadel) async fn write<T: DeserializeOwned>(
        &self,
        call: &Call,
    ) -> Result<T, Failure> {
        self.exchange(call, async |reply| {
            take(self.reading(call), reply).await.map_err(not_written)
        })
        .await
    }

    fn reading<'a>(&'a self, call: &'a Call) -> Reading<'a> {
        Reading {
            call,
            secrets: &self.secrets,
            grace: self.grace,
        }
    }

    /// Sends a request whose answer is a list, and parses the items while they arrive.
    pub(in crate::target::zitadel) async fn list<T: DeserializeOwned>(
        &self,
        call: &Call,
    ) -> Result<Page<T>, Failure> {
        self.exchange(call, async |reply| {
            let mut items = Vec::new();
            let details = take_list(self.reading(call), reply, |item| items.push(item), &async || {}).await?;
            if call.extent == Extent::Whole && (items.len() as u64) < details.total_result {
                return Err(short(call.operation, items.len() as u64, details.total_result).into());
            }
            Ok(Page {
                items,
                total: details.total_result,
                seen: details.timestamp,
            })
        })
        .await
    }

    /// Like `list`, but passes each item on as it arrives, and returns the total. An interrupted reply is requested
    /// again from its start, so the caller must ignore items that it already has.
    pub(in crate::target::zitadel) async fn each<T: DeserializeOwned>(
        &self,
        call: &Call,
        each: impl FnMut(T),
        room: &impl AsyncFn(),
    ) -> Result<u64, Failure> {
        let each = RefCell::new(each);
        self.exchange(call, async |reply| {
            let details =
                take_list(self.reading(call), reply, |item| (each.borrow_mut())(item), room).await?;
            Ok(details.total_result)
        })
        .await
    }

    /// Repeats a call while its failures are temporary.
    async fn exchange<R>(
        &self,
        call: &Call,
        take: impl AsyncFn(Response) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let tries = if call.once { 1 } else { self.backoff.tries };
        let backoff = Backoff {
            tries,
            ..self.backoff
        };
        retry(
            backoff,
            |failure: &Failure| match failure.sign {
                // The same request would take as long again.
                Some(Sign::TooSlow) if call.shrinks => None,
                _ => self.again(failure),
            },
            async |attempt| {
                if attempt > 1 {
                    self.count_repeat();
                }
                let reply = self.authorized(call).await?;
                if !reply.status().is_success() {
                    return Err(refusal(self.reading(call), reply).await);
                }
                take(reply).await
            },
        )
        .await
    }
}

fn client(silence: Duration, shown: Expiry) -> Result<Client, TargetError> {
    http::client_without_redirects(CONNECT, silence, shown)
        .map_err(|error| TargetError::new(Kind::Misconfigured, "connect", error.to_string()))
}
