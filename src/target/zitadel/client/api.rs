//! The one place where requests to Zitadel are built, sent, repeated and counted, and where answers are taken in.

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
use super::reply::{Reading, refusal, short, take, take_list};
use super::sign_in::auth::Auth;
use crate::config::{ApplySettings, ZitadelSettings};
use crate::credential::{Credential, CredentialKind};
use crate::http::{self, Backoff, Limiter, Secrets, retry};
use crate::target::{RequestStats, TargetError, TargetErrorKind as Kind, Wrote};
use crate::tls::Expiry;

const CONNECT: Duration = Duration::from_secs(10);
/// How long the server may be silent.
const SILENCE: Duration = Duration::from_secs(60);
/// The same for a page of all users: before its first byte the server looks at each user of the organization, which took
/// 30 to 50 µs a user on two cores with nothing else to do; a million users on a server that is six times as slow.
const LIST_SILENCE: Duration = Duration::from_secs(300);

/// One page of a list.
pub(in crate::target::zitadel) struct Page<T> {
    pub(in crate::target::zitadel) items: Vec<T>,
    /// What the server says there is in all; 0 on an empty page, whatever the offset.
    pub(in crate::target::zitadel) total: u64,
    /// When the last event happened that the list includes.
    pub(in crate::target::zitadel) seen: Option<Timestamp>,
}

/// A connection to one organization of one instance.
pub(in crate::target::zitadel) struct Api {
    client: Client,
    /// For calls that take long to answer.
    patient: Client,
    /// When the certificates of the server end.
    shown: Expiry,
    /// How long an answer may come a few bytes at a time.
    grace: Duration,
    base: Url,
    organization: String,
    auth: Auth,
    /// What was sent that no message may repeat.
    secrets: Rc<RefCell<Secrets>>,
    limiter: Limiter,
    backoff: Backoff,
    stats: RefCell<RequestStats>,
    overload_count: Cell<u64>,
    /// By how many seconds the server's clock was ahead of ours when it last answered.
    clock_ahead: Cell<Option<i64>>,
    /// Nothing was heard of the server yet, and nobody was told.
    unheard: Cell<bool>,
    /// Operations of which it was told that they take too long.
    told: RefCell<BTreeSet<&'static str>>,
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
            told: RefCell::default(),
        })
    }

    pub(in crate::target::zitadel) fn set_backoff(&mut self, backoff: Backoff) {
        self.backoff = backoff;
    }

    /// Other limits of silence: of usual calls, and of long lists.
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

    /// The caller's user id, if the credentials say it.
    pub(in crate::target::zitadel) fn user_id(&self) -> Option<&str> {
        self.auth.user_id()
    }

    /// When the key and the certificate of the server end, as far as known.
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

    /// By how many seconds the server's clock is ahead of ours; `None` if it does not say.
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

    /// What a server says of itself, without the secrets that it may repeat.
    pub(in crate::target::zitadel) fn masked(&self, text: &str) -> String {
        self.secrets.borrow().mask(text).into_owned()
    }

    /// Gets a token, so that everything after it fails for reasons of its own.
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

    fn reading<'a>(&'a self, call: &'a Call) -> Reading<'a> {
        Reading {
            call,
            secrets: &self.secrets,
            grace: self.grace,
        }
    }

    /// Sends a request whose answer is a list, and takes its items in while they arrive.
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

    /// The same, handing over each item as it arrives; gives the total. A reply that breaks off is asked for again from
    /// its start: the caller has to know items that it had before.
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

    /// Repeats a call as long as its failures are of the passing kind.
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
                // The same would take as long again.
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
    http::client_without_redirects(CONNECT, silence, shown).map_err(|error| TargetError {
        kind: Kind::Misconfigured,
        operation: "connect",
        what: error.to_string(),
        error_id: None,
        hint: None,
        wrote: Wrote::Unknown,
    })
}
