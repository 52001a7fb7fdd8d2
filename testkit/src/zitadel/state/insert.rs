//! Putting users into the state; the unique sets have been checked by then.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Entry, Kind, Link, State, User, UserState};

impl State {
    /// Puts in a user without events; the unique sets must have been checked.
    pub(crate) fn insert(&mut self, id: &str, org: &str, username: String, kind: Kind) {
        self.user_names
            .insert(self.name_key(org, &username), id.to_owned());
        let user = User {
            id: id.to_owned(),
            org: org.to_owned(),
            state: UserState::Active,
            username,
            kind,
            sequence: self.removed.get(id).copied().unwrap_or_default(),
            touched: 0,
            shown_sequence: 0,
            changed: 0,
            created: 0,
            metadata: BTreeMap::new(),
            links: Vec::new(),
        };
        self.users.insert(id.to_owned(), Arc::new(user));
    }

    /// Gives a new user its metadata (the last value of a key wins) and links.
    pub(crate) fn fill(&mut self, id: &str, metadata: Vec<(String, Vec<u8>)>, links: Vec<Link>) {
        for link in &links {
            self.links.insert(link.key(), id.to_owned());
        }
        let Some(user) = self.user_mut(id) else { return };
        for (key, value) in metadata {
            user.metadata.insert(
                key,
                Entry {
                    value,
                    sequence: 0,
                    created: 0,
                    changed: 0,
                },
            );
        }
        user.links = links;
    }

    /// After the first push: everything was created at its time.
    pub(crate) fn stamp_created(&mut self, id: &str) {
        let Some(user) = self.user_mut(id) else { return };
        let (at, sequence) = (user.touched, user.sequence);
        user.created = at;
        for entry in user.metadata.values_mut() {
            (entry.sequence, entry.created, entry.changed) = (sequence, at, at);
        }
    }
}
