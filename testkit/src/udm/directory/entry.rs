//! One entry of the directory.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::udm::schema::Kind;

/// Number of an entry, in order of creation.
pub(crate) type Id = u64;

/// Values by property, only what is set.
pub(crate) type Values = BTreeMap<&'static str, Value>;

/// One entry.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: Id,
    pub(crate) kind: Kind,
    /// As the directory server spells it.
    pub(crate) dn: String,
    pub(crate) key: String,
    pub(crate) uuid: String,
    pub(crate) values: Values,
    /// Counts the changes that give the entry another entity tag.
    pub(crate) revision: u64,
    /// Microseconds since 1970.
    pub(crate) modified: i64,
    pub(crate) members: Members,
    /// The primary group of a user.
    pub(crate) primary: Option<Id>,
    /// The current password and those before it, the newest last.
    pub(crate) passwords: Vec<String>,
}

impl Entry {
    /// A text property, empty where it is not set.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.values.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// All texts of a list property.
    pub(crate) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let list = self.values.get(name).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str)
    }

    /// 40 hex digits that differ with every change.
    pub(crate) fn etag(&self) -> String {
        let text = format!("{} {}", self.uuid, self.revision);
        let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
        hex::encode(digest.as_ref())
    }
}

/// Who belongs to a group, in the order in which they joined; they need not exist.
#[derive(Debug, Clone, Default)]
pub(crate) struct Members {
    spelled: BTreeMap<u64, (String, String)>,
    places: HashMap<String, u64>,
    next: u64,
}

impl Members {
    /// Adds a member as the server spells it; false if it is there.
    pub(crate) fn add(&mut self, key: &str, spelled: &str) -> bool {
        if self.places.contains_key(key) {
            return false;
        }
        self.places.insert(key.to_owned(), self.next);
        self.spelled
            .insert(self.next, (key.to_owned(), spelled.to_owned()));
        self.next += 1;
        true
    }

    /// Removes a member; false if it was none.
    pub(crate) fn remove(&mut self, key: &str) -> bool {
        let place = self.places.remove(key);
        place.is_some_and(|place| self.spelled.remove(&place).is_some())
    }

    /// Keys and spellings in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.spelled
            .values()
            .map(|(key, spelled)| (key.as_str(), spelled.as_str()))
    }

    /// The spelling of a member.
    pub(crate) fn spelling(&self, key: &str) -> Option<&str> {
        let place = self.places.get(key)?;
        self.spelled.get(place).map(|(_, spelled)| spelled.as_str())
    }
}
