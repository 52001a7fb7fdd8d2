//! The event log: what happened to all users of the organization, a thousand events a request.
//!
//! It needs the right `events.read`, which no role of an organization has (`IAM_OWNER_VIEWER` has it). The server shows
//! no events older than its audit log retention, without a word. So an account is only taken for known if the log shows
//! how it was made: what is younger than that is shown too.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::values::Held;
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
/// A log that is longer than this share of the accounts takes longer than reading them one by one.
const ACCOUNTS_A_PAGE: usize = 10;
/// Pages are in order of the moment an event was written, and continue by the moment its statement began: before v2.66
/// these two are not the same (`created_at` and `position` of `eventstore.events2`).
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

/// What the log says of one account.
#[derive(Default)]
struct Life {
    /// The log shows how the account was made.
    whole: bool,
    sequence: u64,
    held: Held,
}

impl ZitadelTarget {
    /// What these users hold, as far as the event log proves it; `None` when it cannot be read or is too long.
    pub(in crate::target::zitadel) async fn history(
        &self,
        users: &[&str],
    ) -> Option<HashMap<Box<str>, Held>> {
        if !self.history.get() {
            return None;
        }
        match self.walk_history(users).await {
            Ok(lives) => lives.map(|lives| self.whole_lives(lives, users.len())),
            // It is only the shorter way: whatever is wrong with it, the longer one may do.
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

    fn whole_lives(&self, lives: HashMap<Box<str>, Life>, users: usize) -> HashMap<Box<str>, Held> {
        let whole: HashMap<_, _> = lives
            .into_iter()
            .filter(|(_, life)| life.whole)
            .map(|(user, life)| (user, life.held))
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
            // The last event before comes again, so there is one at least.
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
                // More events at one moment than a page holds: what lies between cannot be had.
                Next::From(_) => break,
            }
        }
        tracing::info!(
            accounts = users.len(),
            "reading these accounts one by one is shorter than the event log, or surer"
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

/// Where the log goes on after a page.
enum Next {
    End,
    From(Timestamp),
}

/// The server begins after this moment. Half a page is gained in any case, and the other half, or a second, read again.
///
/// Only a page that is shorter than one before is the last: a server may cut pages shorter than it was asked to.
fn continuation(page: &[Event], longest: usize) -> Next {
    let (Some(last), true) = (page.last(), page.len() >= longest) else {
        return Next::End;
    };
    let middle = page[page.len() / 2].creation_date;
    let before = last.creation_date.checked_sub(OVERLAP).unwrap_or(middle);
    // All events of one transaction share one moment.
    let from = middle.max(before);
    Next::From(from.checked_sub(SignedDuration::from_micros(1)).unwrap_or(from))
}

impl Life {
    /// Takes in what happened. Pages overlap, so an event may come again.
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
                self.held = Held::default();
            }
            "user.removed" => {
                self.whole = false;
                self.held = Held::default();
            }
            "user.metadata.set" => match (payload.key, STANDARD.decode(&*payload.value)) {
                (Some(key), Ok(value)) => self.held.take(keys, &key, value),
                // An event of another form than we know proves nothing.
                _ => self.whole = false,
            },
            "user.metadata.removed" => {
                let attribute = payload.key.and_then(|key| keys.attribute(&key));
                if let Some(attribute) = attribute {
                    self.held.remove(attribute);
                }
            }
            "user.metadata.removed.all" => self.held.clear(),
            "user.human.externalidp.added" if ours => self.held.links.push(Link {
                idp_id: payload.idp_config_id.unwrap_or_default(),
                user_id: payload.user_id.unwrap_or_default(),
            }),
            "user.human.externalidp.id.migrated" if ours => {
                let (before, after) = (
                    payload.previous_id.unwrap_or_default(),
                    payload.new_id.unwrap_or_default(),
                );
                let mut links = self.held.links.iter_mut();
                if let Some(link) = links.find(|link| link.user_id == before) {
                    link.user_id = after;
                }
            }
            // Both ways of removing a link.
            _ if ours => self
                .held
                .links
                .retain(|link| Some(&link.user_id) != payload.user_id.as_ref()),
            _ => {}
        }
    }
}
