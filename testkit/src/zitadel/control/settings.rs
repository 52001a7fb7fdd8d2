//! What tests set and turn.

use std::time::Duration;

use super::faults::{Fault, Moment};
use super::views::UserSeed;
use crate::zitadel::access::caller::Access;
use crate::zitadel::state::event::Event;
use crate::zitadel::state::{FrozenUsers, ProjectGrant, Role};
use crate::zitadel::{FilterAnswers, ZitadelDouble};

/// A list that the real server fills with a delay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadSide {
    /// The users lists, v1 and v2. Users by id and metadata are always current.
    Users,
    /// The searches of grants and authorizations.
    Grants,
}

/// Ids and credentials.
impl ZitadelDouble {
    /// Every other transaction so far was begun before the one that is listed before it, and ended after it: before v2.66
    /// the log is in order of the ends and is paged by the beginnings.
    pub fn overlap_events(&self) {
        let mut state = self.core.state();
        let events = std::mem::take(&mut state.events);
        let pushes: Vec<&[Event]> = events.chunk_by(|a, b| a.at == b.at).collect();
        let swapped = pushes.chunks(2).flat_map(|pair| pair.iter().rev());
        state.events = swapped.flat_map(|push| push.to_vec()).collect();
    }

    /// From now on the event log does not show what has happened until now, as if it were older than the retention.
    pub fn forget_events(&self) {
        let mut state = self.core.state();
        state.events_kept_from = state.clock.tick();
    }
}

/// The world.
impl ZitadelDouble {
    /// Puts in a user; returns its id.
    pub fn add_user(&self, seed: UserSeed) -> String {
        self.core.state().plant(seed)
    }

    /// Puts in many users at once; returns their ids in order.
    pub fn add_users(&self, seeds: impl IntoIterator<Item = UserSeed>) -> Vec<String> {
        let mut state = self.core.state();
        seeds.into_iter().map(|seed| state.plant(seed)).collect()
    }

    /// Adds an organization; its domain is derived from the name.
    pub fn add_organization(&self, name: &str) -> String {
        self.core.state().add_organization(name)
    }

    /// Adds an identity provider of an organization, or of the instance.
    pub fn add_identity_provider(&self, organization: Option<&str>) -> String {
        let mut state = self.core.state();
        let id = state.new_id();
        state.idps.insert(id.clone(), organization.map(str::to_owned));
        id
    }

    /// Adds a project of an organization.
    pub fn add_project(&self, organization: &str, name: &str, roles: &[&str]) -> String {
        let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
        self.core.state().add_project(organization, name, &roles)
    }

    /// Grants roles of a project to another organization; returns the id of the project grant.
    pub fn grant_project(&self, project: &str, organization: &str, roles: &[&str]) -> String {
        let mut state = self.core.state();
        let (id, created) = (state.new_id(), state.clock.tick());
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        let grant = ProjectGrant {
            org: organization.to_owned(),
            roles,
            created,
        };
        let project = state.projects.get_mut(project).expect("a known project");
        project.grants.insert(id.clone(), grant);
        id
    }

    /// Replaces the roles of the project; grants that exist keep theirs.
    pub fn set_roles(&self, roles: &[&str]) {
        let mut state = self.core.state();
        let created = state.clock.tick();
        let id = state.fixtures.project.clone();
        let role = |key: &&str| {
            (
                (*key).to_owned(),
                Role {
                    display_name: (*key).to_owned(),
                    created,
                },
            )
        };
        if let Some(project) = state.projects.get_mut(&id) {
            project.roles = roles.iter().map(role).collect();
        }
    }

    /// Replaces what the service account may do.
    pub fn set_access(&self, access: &Access) {
        let mut state = self.core.state();
        let membership = access.membership(&state.fixtures.org.clone(), state.options.version);
        let user = state.fixtures.service_user.clone();
        state.memberships.insert(user, membership);
    }

    /// Takes permissions from the service account; lists become silently empty without `user.read`.
    pub fn revoke(&self, permissions: &[&str]) {
        let mut state = self.core.state();
        let user = state.fixtures.service_user.clone();
        if let Some(membership) = state.memberships.get_mut(&user) {
            for known in membership.orgs.values_mut() {
                known.retain(|name| !permissions.contains(&name.as_str()));
            }
        }
    }

    /// Moves the server's clock forward: tokens expire, assertions look old.
    pub fn advance_clock(&self, by: Duration) {
        self.core.state().clock.advance(by);
    }

    /// Moves the server's clock back.
    pub fn turn_clock_back(&self, by: Duration) {
        self.core.state().clock.turn_back(by);
    }

    /// From now on the header `Date` of each answer holds this text, which need not be a time.
    pub fn say_date(&self, text: &str) {
        self.core.state().date = Some(text.to_owned());
    }

    /// From now on the list shows what it shows now, with the watermark of now.
    pub fn freeze_projection(&self, side: ReadSide) {
        self.freeze(side, None);
    }

    /// The same, but after so many more requests of the list it catches up by itself.
    pub fn freeze_projection_for(&self, side: ReadSide, reads: u64) {
        self.freeze(side, Some(reads));
    }

    fn freeze(&self, side: ReadSide, reads: Option<u64>) {
        let mut state = self.core.state();
        match side {
            ReadSide::Users => {
                let frozen = FrozenUsers {
                    users: state.users.clone(),
                    seen: state.users_seen,
                    reads,
                };
                state.frozen_users = Some(frozen);
            }
            ReadSide::Grants => state.freeze_grants(reads),
        }
    }

    /// Until something happens that it shows, the list says that what it shows happened so much earlier.
    pub fn age_projection(&self, side: ReadSide, by: Duration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        let mut state = self.core.state();
        match side {
            ReadSide::Users => state.users_seen -= by,
            ReadSide::Grants => state.grants_seen -= by,
        }
    }

    /// The list catches up and stays current.
    pub fn thaw_projection(&self, side: ReadSide) {
        let mut state = self.core.state();
        match side {
            ReadSide::Users => state.frozen_users = None,
            ReadSide::Grants => state.frozen_grants = None,
        }
    }
}

/// Faults.
impl ZitadelDouble {
    /// Which writes were under way together since the start or the last reset.
    pub fn at_once(&self) -> crate::zitadel::AtOnce {
        self.core.gate().at_once()
    }

    /// Adds a fault; several may hit one request.
    pub fn inject(&self, fault: Fault) {
        self.core.gate().inject(fault);
    }

    /// Processes all requests that [`crate::zitadel::FaultKind::Late`] still holds back.
    pub fn process_late(&self) {
        self.core.process_late(|_| true);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.core.gate().clear_faults();
        self.core.state().filter_answers = FilterAnswers::Truth;
    }

    /// Runs `hook` at the n-th write (from 1, since the start or the last reset), in the server's thread.
    pub fn on_write(&self, n: u64, moment: Moment, hook: impl FnOnce() + Send + 'static) {
        self.core.gate().hook(n, moment, Box::new(hook));
    }

    /// From now on, until the faults are cleared, the users list answers so when it is filtered by metadata.
    pub fn answer_filters(&self, with: FilterAnswers) {
        self.core.state().filter_answers = with;
    }
}
