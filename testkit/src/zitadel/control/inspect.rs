//! What tests look at.

use std::collections::BTreeMap;
use std::time::Duration;

use super::views::{Code, UserView, WriteRecord};
use crate::zitadel::ZitadelDouble;
use crate::zitadel::state::{State, User};

/// By then a request has arrived, or none will.
const LIMIT: Duration = Duration::from_secs(20);

/// What is there and what happened.
impl ZitadelDouble {
    /// Humans of the synced organization, by user name.
    pub fn users(&self) -> Vec<UserView> {
        let state = self.core.state();
        let org = state.fixtures.org.clone();
        views(&state, |user| user.org == org && user.human().is_some())
    }

    /// All users of all organizations, machines too, by user name.
    pub fn all_users(&self) -> Vec<UserView> {
        views(&self.core.state(), |_| true)
    }

    /// One user by id.
    pub fn user(&self, id: &str) -> Option<UserView> {
        let state = self.core.state();
        state.user(id).map(|user| state.view(user))
    }

    /// One user by user name, exactly as stored.
    pub fn user_named(&self, username: &str) -> Option<UserView> {
        let state = self.core.state();
        state
            .users
            .values()
            .find(|user| user.username == username)
            .map(|user| state.view(user))
    }

    /// Verification codes in the order they were made: mails, text messages, and those in replies.
    pub fn codes(&self) -> Vec<Code> {
        self.core.state().codes.clone()
    }

    /// How many events of each type a user has.
    pub fn event_counts(&self, user_id: &str) -> BTreeMap<&'static str, u64> {
        self.core.state().event_counts(user_id)
    }

    /// Requests since the start or the last reset, by method and path pattern, e.g.
    /// `PUT /v2/users/human/{userId}`; unknown paths as they came.
    pub fn request_counts(&self) -> BTreeMap<String, u64> {
        self.core.gate().counts().0
    }

    /// All requests since the start or the last reset.
    pub fn requests(&self) -> u64 {
        self.core.gate().counts().1
    }

    /// Requests that change something if they succeed, in order of arrival, refused ones too.
    pub fn writes(&self) -> Vec<WriteRecord> {
        self.core.gate().writes()
    }

    /// Returns once a request has arrived since the start or the last reset, answered or not.
    ///
    /// # Panics
    /// When none arrives.
    pub fn wait_for_a_request(&self) {
        let arrived = self.core.wait_for(LIMIT, |gate| gate.counts().1 > 0);
        assert!(arrived, "no request arrived");
    }

    /// The same with a request that changes something.
    ///
    /// # Panics
    /// When none arrives.
    pub fn wait_for_a_write(&self) {
        let arrived = self.core.wait_for(LIMIT, |gate| !gate.writes().is_empty());
        assert!(arrived, "no write arrived");
    }

    /// Forgets counts and the log of writes; users stay.
    pub fn reset_counts(&self) {
        self.core.gate().reset();
    }
}

fn views(state: &State, wanted: impl Fn(&User) -> bool) -> Vec<UserView> {
    let mut views: Vec<UserView> = state
        .users
        .values()
        .filter(|user| wanted(user))
        .map(|user| state.view(user))
        .collect();
    views.sort_by(|a, b| a.username.cmp(&b.username));
    views
}
