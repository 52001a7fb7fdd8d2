//! What a request will write, computed from what it has read.

use serde_json::Value;

use crate::udm::directory::Id;
use crate::udm::locks::Locked;

/// A write that is decided and not done yet.
pub(crate) enum Plan {
    Change(Box<Change>),
    Removal(Removal),
}

/// Changes of one entry.
#[derive(Debug, Default)]
pub(crate) struct Change {
    pub(super) id: Id,
    /// As the address spells it.
    pub(super) dn: String,
    /// Values that differ; null clears.
    pub(super) values: Vec<(&'static str, Value)>,
    pub(super) members: Members,
    /// Groups that the entry joins and leaves.
    pub(super) joins: Vec<Id>,
    pub(super) leaves: Vec<Id>,
    pub(super) primary: Option<Id>,
    pub(super) password: Option<String>,
    /// The new value of the naming attribute.
    pub(super) name: Option<String>,
    pub(super) claims: Vec<(Locked, String)>,
    /// What a JSON patch could not do.
    pub(super) warnings: Vec<String>,
}

/// Members of a group that come and go, by key and spelling.
#[derive(Debug, Default)]
pub(crate) struct Members {
    pub(super) added: Vec<(String, String)>,
    pub(super) removed: Vec<String>,
}

impl Members {
    pub(super) fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

impl Change {
    /// Whether the entry itself is written.
    pub(super) fn writes_entry(&self) -> bool {
        let own = !self.values.is_empty() || !self.members.is_empty();
        own || self.primary.is_some() || self.password.is_some() || self.name.is_some()
    }
}

/// A deletion.
#[derive(Debug)]
pub(crate) struct Removal {
    pub(super) id: Id,
    /// As the address spells it.
    pub(super) dn: String,
    pub(super) recursive: bool,
}
