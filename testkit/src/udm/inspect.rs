//! What tests look at.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::UdmDouble;
use super::directory::Entry;
use super::gate::RequestRecord;
use super::locks::Locked;
use super::schema::Kind;
use super::state::State;

/// One object.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectView {
    /// As the directory server spells it.
    pub dn: String,
    /// Its type.
    pub kind: Kind,
    /// The entryUUID.
    pub uuid: String,
    /// All properties as an answer shows them, unset ones too.
    pub properties: Map<String, Value>,
    /// The current password of a user.
    pub password: Option<String>,
}

impl ObjectView {
    /// A property, null where it is not set.
    pub fn get(&self, name: &str) -> &Value {
        static NULL: Value = Value::Null;
        self.properties.get(name).unwrap_or(&NULL)
    }

    /// The texts of a list property, sorted.
    pub fn list(&self, name: &str) -> Vec<String> {
        let list = self.get(name).as_array().into_iter().flatten();
        let mut texts: Vec<String> = list.filter_map(Value::as_str).map(str::to_owned).collect();
        texts.sort();
        texts
    }
}

/// A lock on a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockView {
    /// What is locked.
    pub what: Locked,
    /// The value in lower case.
    pub value: String,
    /// How long the lock counts yet.
    pub left: Duration,
}

fn view(state: &State, entry: &Entry) -> ObjectView {
    ObjectView {
        dn: entry.dn.clone(),
        kind: entry.kind,
        uuid: entry.uuid.clone(),
        properties: state.directory.properties(entry, None),
        password: entry.passwords.last().cloned(),
    }
}

/// What is there and what happened.
impl UdmDouble {
    /// All objects of a type, by DN. Those of a fresh domain are among them.
    pub fn objects(&self, kind: Kind) -> Vec<ObjectView> {
        let state = self.core.state();
        let entries = state.directory.entries().filter(|entry| entry.kind == kind);
        let mut views: Vec<ObjectView> = entries.map(|entry| view(&state, entry)).collect();
        views.sort_by(|a, b| a.dn.cmp(&b.dn));
        views
    }

    /// The object of a DN, however it is spelled.
    pub fn object(&self, dn: &str) -> Option<ObjectView> {
        let state = self.core.state();
        state.directory.find(dn).map(|entry| view(&state, entry))
    }

    /// The user or group of a name, wherever it is.
    pub fn named(&self, name: &str) -> Option<ObjectView> {
        let state = self.core.state();
        state.directory.named(name).map(|entry| view(&state, entry))
    }

    /// The object with an identifier, wherever it is.
    pub fn with_identifier(&self, identifier: &str) -> Option<ObjectView> {
        let state = self.core.state();
        state
            .directory
            .with_identifier(identifier)
            .map(|entry| view(&state, entry))
    }

    /// All members of a group, users, groups and dangling ones, sorted.
    pub fn members(&self, group: &str) -> Vec<String> {
        let state = self.core.state();
        let group = state.directory.find(group).into_iter();
        let members = group.flat_map(|group| group.members.iter());
        let mut members: Vec<String> = members.map(|(_, spelled)| spelled.to_owned()).collect();
        members.sort();
        members
    }

    /// Locks that count yet.
    pub fn locks(&self) -> Vec<LockView> {
        let state = self.core.state();
        let left = state.locks.left(state.now()).into_iter();
        left.map(|(what, value, left)| {
            let left = Duration::from_micros(u64::try_from(left).unwrap_or_default());
            LockView { what, value, left }
        })
        .collect()
    }

    /// Requests since the start or the last reset, by method and kind of path: `PATCH users/user/{dn}`.
    pub fn request_counts(&self) -> BTreeMap<String, u64> {
        self.core.gate().counts()
    }

    /// How many requests there were since the start or the last reset.
    pub fn requests(&self) -> usize {
        self.core.gate().records().len()
    }

    /// All requests since the start or the last reset, in order of arrival.
    pub fn records(&self) -> Vec<RequestRecord> {
        self.core.gate().records().to_vec()
    }

    /// Requests that change something if they succeed, in order of arrival, refused ones too.
    pub fn writes(&self) -> Vec<RequestRecord> {
        let gate = self.core.gate();
        gate.records()
            .iter()
            .filter(|record| record.is_write())
            .cloned()
            .collect()
    }

    /// How many connections requests came by, since the start or the last reset.
    pub fn connections(&self) -> usize {
        self.core.gate().connections()
    }

    /// The most requests that were under way together since the start or the last reset.
    pub fn most_at_once(&self) -> usize {
        self.core.gate().most_under_way()
    }

    /// From the moment the first write came in until the last one was answered, since the start or the last reset.
    pub fn time_of_writes(&self) -> Duration {
        self.core.gate().time_of_writes()
    }

    /// Forgets counts and records; objects and faults stay.
    pub fn reset_counts(&self) {
        self.core.gate().reset();
    }
}
