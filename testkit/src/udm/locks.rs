//! Locks on values that must be unique.
//!
//! A request locks the value first and then checks whether an object has it. If so, the lock stays for five minutes,
//! and during that time no object can get the value, not even the former owner (recorded: locks).

use std::collections::BTreeMap;

/// How long a lock lives, in microseconds.
pub(crate) const LIFETIME: i64 = 300 * 1_000_000;

/// What is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Locked {
    /// A user name.
    Username,
    /// A group name.
    GroupName,
    /// A primary mail address, of a user or a group.
    Mail,
    /// `univentionObjectIdentifier`
    Identifier,
}

/// A lock and the moment from which on it counts no more.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    held: BTreeMap<(Locked, String), i64>,
}

impl Locks {
    /// Locks a value; false if it is locked.
    pub(crate) fn acquire(&mut self, what: Locked, value: &str, now: i64) -> bool {
        let key = (what, value.to_lowercase());
        if self.held.get(&key).is_some_and(|until| *until > now) {
            return false;
        }
        self.held.insert(key, now + LIFETIME);
        true
    }

    pub(crate) fn release(&mut self, what: Locked, value: &str) {
        self.held.remove(&(what, value.to_lowercase()));
    }

    pub(crate) fn clear(&mut self) {
        self.held.clear();
    }

    /// What is locked, with the microseconds that are left.
    pub(crate) fn left(&self, now: i64) -> Vec<(Locked, String, i64)> {
        let held = self.held.iter().filter(|(_, until)| **until > now);
        held.map(|((what, value), until)| (*what, value.clone(), until - now))
            .collect()
    }
}
