//! What tests set and turn.

use std::time::Duration;

use serde_json::{Map, Value};

use super::UdmDouble;
use super::faults::{Fault, Moment};
use super::locks::Locked;
use super::options::Options;

/// Changes by others than the client.
impl UdmDouble {
    /// Changes properties of an object past all rules; null clears. Members of groups have their own calls.
    pub fn set(&self, dn: &str, properties: &Map<String, Value>) {
        let mut state = self.core.state();
        let entry = state.directory.find(dn).expect("an object");
        let (id, kind) = (entry.id, entry.kind);
        for (name, value) in properties {
            let property = kind
                .property(name)
                .unwrap_or_else(|| panic!("{} has no property {name}", kind.path()));
            state.directory.change(id, |entry| {
                if value.is_null() {
                    entry.values.remove(property.name);
                } else {
                    entry.values.insert(property.name, value.clone());
                }
            });
        }
        let now = state.now();
        state.directory.touch(id, now);
    }

    /// Adds a member to a group; it need not exist.
    pub fn add_member(&self, group: &str, member: &str) {
        let mut state = self.core.state();
        let group = state.directory.find(group).expect("a group").id;
        let (key, spelled) = super::directory::Directory::stored_spelling(member).expect("a DN");
        state.directory.join_group(group, &key, &spelled);
        let now = state.now();
        state.directory.touch(group, now);
    }

    /// Takes a member out of a group.
    pub fn remove_member(&self, group: &str, member: &str) {
        let mut state = self.core.state();
        let group = state.directory.find(group).expect("a group").id;
        let key = super::directory::dn::key_of(member).expect("a DN");
        state.directory.leave_group(group, &key);
        let now = state.now();
        state.directory.touch(group, now);
    }

    /// Deletes an object and everything below it.
    pub fn delete(&self, dn: &str) {
        let mut state = self.core.state();
        let entry = state.directory.find(dn).expect("an object");
        let (id, key) = (entry.id, entry.key.clone());
        for id in state.directory.ids_below(&key).into_iter().rev().chain([id]) {
            super::api::remove(&mut state, id);
        }
    }

    /// Renames or moves an object, with all references.
    pub fn relocate(&self, dn: &str, new: &str) {
        let mut state = self.core.state();
        let entry = state.directory.find(dn).expect("an object");
        let (id, naming) = (entry.id, entry.kind.naming().1);
        let new = super::directory::dn::Dn::parse(new).expect("a DN");
        let now = state.now();
        state
            .directory
            .change(id, |entry| entry.values.insert(naming, new.leaf().into()));
        state.directory.relocate(id, &new, now);
        state.directory.touch(id, now);
    }

    /// Changes options while the server runs; port and base stay as they are.
    pub fn configure(&self, change: impl FnOnce(&mut Options)) {
        change(&mut self.core.state().options);
    }

    /// Moves the server's clock forward: locks end, entries look old.
    pub fn advance_clock(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.core.state().advance(by);
    }

    /// Locks a value for five minutes, as a request does that is refused or killed.
    pub fn hold_lock(&self, what: Locked, value: &str) {
        self.core.state().lock(what, value);
    }

    /// Ends all locks.
    pub fn release_locks(&self) {
        self.core.state().locks.clear();
    }
}

/// Faults.
impl UdmDouble {
    /// Adds a fault; several may hit one request.
    pub fn inject(&self, fault: Fault) {
        self.core.gate().inject(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.core.gate().clear_faults();
    }

    /// Runs `hook` at the n-th write (from 1, since the start or the last reset), in the server's thread.
    pub fn on_write(&self, n: u64, moment: Moment, hook: impl FnOnce() + Send + 'static) {
        self.core.gate().hook(n, moment, Box::new(hook));
    }
}
