//! What the double remembers: organizations, projects, users, grants, tokens and events, with the unique
//! sets that the real server keeps.

pub(super) mod entities;
pub(super) mod event;
pub(super) mod events;
pub(super) mod events_search;
pub(super) mod insert;
pub(super) mod unique;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub(crate) use self::entities::*;
use self::event::Event;
use super::control::options::Options;
use super::control::views::Code;

/// Everything that one double knows.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) clock: Clock,
    next_id: u64,
    pub(crate) fixtures: Fixtures,
    pub(crate) orgs: BTreeMap<String, Organization>,
    #[serde(default)]
    pub(crate) organization_metadata: BTreeMap<String, BTreeMap<String, Entry>>,
    pub(crate) projects: BTreeMap<String, Project>,
    /// Identity providers and the organization that owns them; `None` for one of the instance.
    pub(crate) idps: BTreeMap<String, Option<String>>,
    pub(crate) users: BTreeMap<String, Arc<User>>,
    /// Last sequence of removed users: an id that is used again continues it.
    pub(crate) removed: BTreeMap<String, u64>,
    /// Unique user names (lower case per code point) and their holders.
    pub(crate) user_names: HashMap<String, String>,
    /// Unique links (provider and lower-case external id) and their holders.
    pub(crate) links: HashMap<String, String>,
    pub(crate) grants: BTreeMap<String, Arc<Grant>>,
    pub(crate) grant_keys: HashMap<String, String>,
    pub(crate) grants_of: HashMap<String, Vec<String>>,
    pub(crate) events: Vec<Event>,
    /// The audit log shows nothing older (`AuditLogRetention`).
    #[serde(default)]
    pub(crate) events_kept_from: i64,
    pub(crate) keys: BTreeMap<String, Key>,
    pub(crate) tokens: BTreeMap<String, Token>,
    /// Client secrets of machine users.
    pub(crate) secrets: BTreeMap<String, String>,
    pub(crate) memberships: BTreeMap<String, Membership>,
    pub(crate) codes: Vec<Code>,
    /// By their ids.
    #[serde(default)]
    pub(crate) sessions: BTreeMap<String, Session>,
    /// Time of the last event that the users list has digested.
    pub(crate) users_seen: i64,
    /// Time of the last event that the grants list has digested.
    pub(crate) grants_seen: i64,
    #[serde(skip)]
    pub(crate) frozen_users: Option<FrozenUsers>,
    #[serde(skip)]
    pub(crate) frozen_grants: Option<FrozenGrants>,
    /// Replaces the time in the header `Date`.
    #[serde(skip)]
    pub(crate) date: Option<String>,
    /// What the users list answers when it is filtered by metadata.
    #[serde(skip)]
    pub(crate) filter_answers: FilterAnswers,
    /// Counts list requests, so that rows without an order can come in another one each time.
    #[serde(skip)]
    pub(crate) shuffles: u64,
}

/// Ids of what exists from the start.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Fixtures {
    pub(crate) instance: String,
    pub(crate) org: String,
    pub(crate) other_org: String,
    pub(crate) project: String,
    pub(crate) idp: String,
    pub(crate) service_user: String,
    pub(crate) owner: String,
}

/// The users list as it was when it was frozen.
#[derive(Debug, Clone)]
pub(crate) struct FrozenUsers {
    pub(crate) users: BTreeMap<String, Arc<User>>,
    pub(crate) seen: i64,
    /// List requests left until the list catches up by itself.
    pub(crate) reads: Option<u64>,
}

/// The grants list as it was when it was frozen.
#[derive(Debug, Clone)]
pub(crate) struct FrozenGrants {
    pub(crate) grants: BTreeMap<String, Arc<Grant>>,
    pub(crate) seen: i64,
    /// Search requests left until the list catches up by itself.
    pub(crate) reads: Option<u64>,
}

/// Real time plus an offset, in microseconds since 1970; every reading is later than the one before.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Clock {
    offset: i64,
    last: i64,
}

impl Clock {
    /// The time now, without making it the last one.
    pub(crate) fn now(&self) -> i64 {
        jiff::Timestamp::now().as_microsecond() + self.offset
    }

    /// A time later than every one given before, for the next push.
    pub(crate) fn tick(&mut self) -> i64 {
        self.last = self.now().max(self.last + 1);
        self.last
    }

    pub(crate) fn last(&self) -> i64 {
        self.last
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.offset += i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    }

    pub(crate) fn turn_back(&mut self, by: Duration) {
        self.offset -= i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    }
}

impl State {
    pub(crate) fn empty(options: Options) -> Self {
        Self {
            options,
            clock: Clock::default(),
            next_id: 400_000_000_000_000_000,
            fixtures: Fixtures::default(),
            orgs: BTreeMap::new(),
            organization_metadata: BTreeMap::new(),
            projects: BTreeMap::new(),
            idps: BTreeMap::new(),
            users: BTreeMap::new(),
            removed: BTreeMap::new(),
            user_names: HashMap::new(),
            links: HashMap::new(),
            grants: BTreeMap::new(),
            grant_keys: HashMap::new(),
            grants_of: HashMap::new(),
            events: Vec::new(),
            events_kept_from: 0,
            keys: BTreeMap::new(),
            tokens: BTreeMap::new(),
            secrets: BTreeMap::new(),
            memberships: BTreeMap::new(),
            codes: Vec::new(),
            sessions: BTreeMap::new(),
            users_seen: 0,
            grants_seen: 0,
            frozen_users: None,
            frozen_grants: None,
            date: None,
            filter_answers: FilterAnswers::Truth,
            shuffles: 0,
        }
    }

    /// A new id: 18 decimal digits, larger than every one before.
    pub(crate) fn new_id(&mut self) -> String {
        self.next_id += 65_537;
        self.next_id.to_string()
    }

    /// The user as commands see it.
    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.users.get(id).map(AsRef::as_ref)
    }

    /// The user to be changed; copied where a frozen list still shows it.
    pub(crate) fn user_mut(&mut self, id: &str) -> Option<&mut User> {
        self.users.get_mut(id).map(Arc::make_mut)
    }

    pub(crate) fn grant_mut(&mut self, id: &str) -> Option<&mut Grant> {
        self.grants.get_mut(id).map(Arc::make_mut)
    }

    /// The unique key of a user name; per organization where the option says so.
    pub(crate) fn name_key(&self, org: &str, username: &str) -> String {
        if self.options.user_names_per_organization {
            format!("{org}\u{0}{}", fold(username))
        } else {
            fold(username)
        }
    }

    /// Takes a grant out of every index.
    pub(crate) fn remove_grant(&mut self, id: &str) {
        let Some(grant) = self.grants.remove(id) else {
            return;
        };
        self.grant_keys.remove(&grant.key());
        if let Some(ids) = self.grants_of.get_mut(&grant.user) {
            ids.retain(|other| other != id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reading of the clock is later than the one before.
    #[test]
    fn clock_never_stands_still() {
        let mut clock = Clock::default();
        let first = clock.tick();
        assert!(clock.tick() > first);
    }
}
