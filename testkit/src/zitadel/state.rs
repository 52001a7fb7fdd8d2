//! What the double remembers: organizations, projects, users, grants, tokens and events, with the unique
//! sets that the real server keeps.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::access::Membership;
use super::events::Event;
use super::options::Options;
use super::token::{Key, Token};
use super::views::Code;

/// Everything that one double knows.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) clock: Clock,
    next_id: u64,
    pub(crate) fixtures: Fixtures,
    pub(crate) orgs: BTreeMap<String, Organization>,
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
    pub(crate) keys: BTreeMap<String, Key>,
    pub(crate) tokens: BTreeMap<String, Token>,
    /// Client secrets of machine users.
    pub(crate) secrets: BTreeMap<String, String>,
    pub(crate) memberships: BTreeMap<String, Membership>,
    pub(crate) codes: Vec<Code>,
    /// Time of the last event that the users list has digested.
    pub(crate) users_seen: i64,
    /// Time of the last event that the grants list has digested.
    pub(crate) grants_seen: i64,
    #[serde(skip)]
    pub(crate) frozen_users: Option<FrozenUsers>,
    #[serde(skip)]
    pub(crate) frozen_grants: Option<FrozenGrants>,
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
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Organization {
    pub(crate) name: String,
    /// Its only domain, primary and verified.
    pub(crate) domain: String,
    pub(crate) created: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Project {
    pub(crate) name: String,
    pub(crate) org: String,
    pub(crate) created: i64,
    pub(crate) roles: BTreeMap<String, Role>,
    /// Grants of the project to other organizations, by their id.
    pub(crate) grants: BTreeMap<String, ProjectGrant>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) display_name: String,
    pub(crate) created: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ProjectGrant {
    pub(crate) org: String,
    pub(crate) roles: Vec<String>,
    pub(crate) created: i64,
}

/// The state of a user, as the API names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum UserState {
    /// `USER_STATE_ACTIVE`
    Active,
    /// `USER_STATE_INACTIVE`
    Inactive,
    /// `USER_STATE_LOCKED`
    Locked,
    /// `USER_STATE_INITIAL`: imported by the v1 API without a password, can only be deleted.
    Initial,
}

impl UserState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Active => "USER_STATE_ACTIVE",
            Self::Inactive => "USER_STATE_INACTIVE",
            Self::Locked => "USER_STATE_LOCKED",
            Self::Initial => "USER_STATE_INITIAL",
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) org: String,
    pub(crate) state: UserState,
    pub(crate) username: String,
    pub(crate) kind: Kind,
    /// Number of events of the user.
    pub(crate) sequence: u64,
    /// Time of the last event.
    pub(crate) touched: i64,
    /// Sequence and time of the last event that shows in lists.
    pub(crate) shown_sequence: u64,
    pub(crate) changed: i64,
    pub(crate) created: i64,
    pub(crate) metadata: BTreeMap<String, Entry>,
    pub(crate) links: Vec<Link>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Kind {
    Human(Box<Human>),
    Machine { name: String },
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Human {
    pub(crate) given_name: String,
    pub(crate) family_name: String,
    pub(crate) nick_name: String,
    pub(crate) display_name: String,
    pub(crate) language: String,
    pub(crate) gender: usize,
    pub(crate) email: String,
    pub(crate) email_verified: bool,
    /// E.164, empty where there is none.
    pub(crate) phone: String,
    pub(crate) phone_verified: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    #[serde(with = "super::views::base64_bytes")]
    pub(crate) value: Vec<u8>,
    pub(crate) sequence: u64,
    pub(crate) created: i64,
    pub(crate) changed: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) idp: String,
    pub(crate) user_id: String,
    pub(crate) user_name: String,
}

impl Link {
    /// The unique key: external ids differ only by more than letter case.
    pub(crate) fn key(&self) -> String {
        format!("{}\u{0}{}", self.idp, fold(&self.user_id))
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) id: String,
    /// The organization that owns the grant.
    pub(crate) org: String,
    pub(crate) user: String,
    pub(crate) project: String,
    pub(crate) project_grant: String,
    pub(crate) roles: Vec<String>,
    pub(crate) active: bool,
    pub(crate) sequence: u64,
    pub(crate) created: i64,
    pub(crate) changed: i64,
}

impl Grant {
    pub(crate) fn key(&self) -> String {
        format!(
            "{}\u{0}{}\u{0}{}\u{0}{}",
            self.org, self.user, self.project, self.project_grant
        )
    }
}

impl User {
    pub(crate) fn human(&self) -> Option<&Human> {
        match &self.kind {
            Kind::Human(human) => Some(human),
            Kind::Machine { .. } => None,
        }
    }

    pub(crate) fn display_name(&self) -> &str {
        match &self.kind {
            Kind::Human(human) => &human.display_name,
            Kind::Machine { name } => name,
        }
    }
}

/// Lower case per code point, without a change of length in characters: `İ` becomes `i`, not `i̇`.
///
/// Go's `strings.ToLower` does this; `str::to_lowercase` maps some characters to two.
pub(crate) fn fold(text: &str) -> String {
    text.chars()
        .map(|c| c.to_lowercase().next().unwrap_or(c))
        .collect()
}

impl State {
    pub(crate) fn empty(options: Options) -> Self {
        Self {
            options,
            clock: Clock::default(),
            next_id: 400_000_000_000_000_000,
            fixtures: Fixtures::default(),
            orgs: BTreeMap::new(),
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
            keys: BTreeMap::new(),
            tokens: BTreeMap::new(),
            secrets: BTreeMap::new(),
            memberships: BTreeMap::new(),
            codes: Vec::new(),
            users_seen: 0,
            grants_seen: 0,
            frozen_users: None,
            frozen_grants: None,
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

    /// Unique names are compared per code point: no full case folding, no normalisation.
    #[test]
    fn names_are_folded_per_code_point() {
        assert_eq!(fold("JÜRGEN"), fold("Jürgen"));
        assert_ne!(fold("Ju\u{308}rgen"), fold("Jürgen"));
        assert_ne!(fold("straße"), fold("STRASSE"));
        assert_ne!(fold("ırmak"), fold("irmak"));
        assert_ne!(fold("İzmir"), fold("i\u{307}zmir"));
    }

    /// Every reading of the clock is later than the one before.
    #[test]
    fn clock_never_stands_still() {
        let mut clock = Clock::default();
        let first = clock.tick();
        assert!(clock.tick() > first);
    }
}
