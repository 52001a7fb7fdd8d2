//! The event log: the events of all users of the organization, a thousand per request.
//!
//! It needs the permission `events.read`, which no role of an organization has (`IAM_OWNER_VIEWER` has it). The
//! server silently omits events older than its audit log retention. Therefore an account is only considered known if
//! the log contains its creation; then it contains all later events too.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::values::StoredValues;
use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::client::error::Failure;
use crate::target::zitadel::client::reply::short;
use crate::target::zitadel::rules::metadata::Keys;
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::state::pages::smaller_page;
use crate::target::zitadel::wire::events::{Event, Events};
use crate::target::zitadel::wire::received::Link;

/// The server cuts longer pages (`internal/api/grpc/admin/event.go`).
const EVENTS: u32 = 1_000;
/// If the log has more pages than one per this many accounts, reading the accounts one by one is faster.
const ACCOUNTS_A_PAGE: usize = 10;
/// Pages are ordered by the time an event was written, and continue by the time its statement began. Before v2.66,
/// these two differ (`created_at` and `position` of `eventstore.events2`).
const OVERLAP: SignedDuration = SignedDuration::from_secs(1);

const TYPES: [&str; 12] = [
    "user.added",
    "user.selfregistered",
    "user.human.added",
    "user.human.selfregistered",
    "user.removed",
    "user.metadata.set",
    "user.metadata.removed",
    "user.metadata.removed.all",
    "user.human.externalidp.added",
    "user.human.externalidp.removed",
    "user.human.externalidp.cascade.removed",
    "user.human.externalidp.id.migrated",
];

/// Body of `POST /admin/v1/events/_search`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Query<'a> {
    asc: bool,
    limit: u32,
    aggregate_types: [&'a str; 1],
    resource_owner: &'a str,
    event_types: [&'a str; 12],
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Timestamp>,
}

/// State of one account according to the log.
#[derive(Default)]
struct Life {
    /// The log contains the creation of the account.
    whole: bool,
    sequence: u64,
    stored: StoredValues,
}

impl ZitadelTarget {
    /// Returns the values of these users, as far as the event log proves them; `None` if it cannot be read or is too
    /// long.
    pub(in crate::target::zitadel) async fn history(
        &self,
        users: &[&str],
    ) -> Option<HashMap<Box<str>, StoredValues>> {
        if !self.history.get() {
            return None;
        }
        match self.walk_history(users).await {
            Ok(lives) => lives.map(|lives| self.whole_lives(lives, users.len())),
            // The log is only a shortcut: after any error, the accounts are read instead.
            Err(failure) => {
                self.history.set(false);
                tracing::info!(
                    reason = %failure.error,
                    "the event log cannot be read; a service account that also has the role IAM_OWNER_VIEWER could"
                );
                None
            }
        }
    }

    fn whole_lives(&self, lives: HashMap<Box<str>, Life>, users: usize) -> HashMap<Box<str>, StoredValues> {
        let whole: HashMap<_, _> = lives
            .into_iter()
            .filter(|(_, life)| life.whole)
            .map(|(user, life)| (user, life.stored))
            .collect();
        let open = users - whole.len();
        tracing::info!(
            accounts = users,
            not_in_full = open,
            requests = self
                .api
                .stats()
                .by_operation
                .get("read_events")
                .copied()
                .unwrap_or_default(),
            "the event log was read"
        );
        whole
    }

    async fn walk_history(&self, users: &[&str]) -> Result<Option<HashMap<Box<str>, Life>>, Failure> {
        let wanted: HashSet<&str> = users.iter().copied().collect();
        let mut lives: HashMap<Box<str>, Life> = HashMap::new();
        let (mut from, limit, mut longest) = (None, Cell::new(EVENTS), 1);
        for _ in 0..=users.len() / ACCOUNTS_A_PAGE {
            let page = loop {
                match self.events(from, limit.get()).await {
                    Err(failure) if smaller_page(&limit, limit.get(), &failure) => {}
                    page => break page?,
                }
            };
            // The last event of the page before is repeated, so there must be at least one.
            if page.is_empty() && from.is_some() {
                return Err(short("read_events", 0, 1).into());
            }
            let rows = usize::try_from(limit.get()).unwrap_or(usize::MAX);
            let next = continuation(&page, longest.min(rows));
            longest = longest.max(page.len());
            for event in page {
                if wanted.contains(&*event.aggregate.id) {
                    let user = event.aggregate.id.clone();
                    let idp = self.settings.idp_id.as_deref();
                    lives.entry(user).or_default().take(event, idp, &self.keys);
                }
            }
            match next {
                Next::End => return Ok(Some(lives)),
                Next::From(next) if from.is_none_or(|from| from < next) => from = Some(next),
                // More events at one moment than a page can contain: the rest cannot be read.
                Next::From(_) => break,
            }
        }
        tracing::info!(
            accounts = users.len(),
            "reading these accounts one by one takes fewer requests than the event log, or is more reliable"
        );
        Ok(None)
    }

    async fn events(&self, from: Option<Timestamp>, limit: u32) -> Result<Vec<Event>, Failure> {
        let query = Query {
            asc: true,
            limit,
            aggregate_types: ["user"],
            resource_owner: &self.settings.organization_id,
            event_types: TYPES,
            from,
        };
        let path = ["admin", "v1", "events", "_search"];
        let page: Events = self
            .api
            .send(&Call::post("read_events", &path, &query).patient().shrinks(limit))
            .await?;
        Ok(page.events)
    }
}

/// Where the log continues after a page.
enum Next {
    End,
    From(Timestamp),
}

/// The next request starts after this moment. Starting in the middle of a page reads half a page again, but misses no
/// event.
///
/// Only a page that is shorter than an earlier one is the last, because a server may cut pages shorter than
/// requested.
fn continuation(page: &[Event], longest: usize) -> Next {
    let (Some(last), true) = (page.last(), page.len() >= longest) else {
        return Next::End;
    };
    let middle = page[page.len() / 2].creation_date;
    let before = last.creation_date.checked_sub(OVERLAP).unwrap_or(middle);
    // All events of one transaction have the same time.
    let from = middle.max(before);
    Next::From(from.checked_sub(SignedDuration::from_micros(1)).unwrap_or(from))
}

impl Life {
    /// Applies an event. Pages overlap, so an event may come twice.
    fn take(&mut self, event: Event, idp: Option<&str>, keys: &Keys) {
        if event.sequence <= self.sequence {
            return;
        }
        self.sequence = event.sequence;
        let payload = event.payload;
        let ours = idp.is_some() && payload.idp_config_id.as_deref() == idp;
        match &*event.kind.kind {
            "user.added" | "user.selfregistered" | "user.human.added" | "user.human.selfregistered" => {
                self.whole = true;
                self.stored = StoredValues::default();
            }
            "user.removed" => {
                self.whole = false;
                self.stored = StoredValues::default();
            }
            "user.metadata.set" => match (payload.key, STANDARD.decode(&*payload.value)) {
                (Some(key), Ok(value)) => self.stored.take(keys, &key, value),
                // An event in an unknown form makes the account unknown.
                _ => self.whole = false,
            },
            "user.metadata.removed" => {
                let attribute = payload.key.and_then(|key| keys.attribute(&key));
                if let Some(attribute) = attribute {
                    self.stored.remove(attribute);
                }
            }
            "user.metadata.removed.all" => self.stored.clear(),
            "user.human.externalidp.added" if ours => self.stored.links.push(Link {
                idp_id: payload.idp_config_id.unwrap_or_default(),
                user_id: payload.user_id.unwrap_or_default(),
            }),
            "user.human.externalidp.id.migrated" if ours => {
                let (before, after) = (
                    payload.previous_id.unwrap_or_default(),
                    payload.new_id.unwrap_or_default(),
                );
                let mut links = self.stored.links.iter_mut();
                if let Some(link) = links.find(|link| link.user_id == before) {
                    link.user_id = after;
                }
            }
            // Both ways to remove a link.
            _ if ours => self
                .stored
                .links
                .retain(|link| Some(&link.user_id) != payload.user_id.as_ref()),
            _ => {}
        }
    }
}
