//! The directory: entries in a tree, with the memberships and references between them.

pub(crate) mod dn;
mod entry;
mod refint;
mod views;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::schema::Kind;
use dn::{Dn, key_of};

pub(crate) use entry::{Entry, Id, Members, Values};

/// All entries, with indexes over what must be unique and what is looked up often.
#[derive(Debug)]
pub(crate) struct Directory {
    pub(crate) base: String,
    pub(crate) base_key: String,
    entries: BTreeMap<Id, Entry>,
    by_key: BTreeMap<String, Id>,
    by_uuid: HashMap<String, Id>,
    /// User names and group names share one caseless name space (recorded: duplicates/username taken by a group).
    names: HashMap<String, Id>,
    mails: HashMap<String, Id>,
    identifiers: HashMap<String, Id>,
    /// Groups by the key of a member.
    groups_of: HashMap<String, BTreeSet<Id>>,
    /// Users by the key of a secretary.
    bosses_of: HashMap<String, BTreeSet<Id>>,
    pub(crate) domain_users: Option<Id>,
    pub(crate) domain_admins: Option<Id>,
    last_id: Id,
    last_gid: u64,
    last_uid: u64,
}

impl Directory {
    pub(crate) fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            base_key: key_of(base).expect("the base is a DN"),
            entries: BTreeMap::new(),
            by_key: BTreeMap::new(),
            by_uuid: HashMap::new(),
            names: HashMap::new(),
            mails: HashMap::new(),
            identifiers: HashMap::new(),
            groups_of: HashMap::new(),
            bosses_of: HashMap::new(),
            domain_users: None,
            domain_admins: None,
            last_id: 0,
            // Of a fresh domain (recorded: group-create/get minimal is the fifth group after it).
            last_gid: 5007,
            last_uid: 2001,
        }
    }

    pub(crate) fn next_gid(&mut self) -> u64 {
        self.last_gid += 1;
        self.last_gid
    }

    pub(crate) fn next_uid(&mut self) -> u64 {
        self.last_uid += 1;
        self.last_uid
    }

    /// The number that the next entry gets.
    pub(crate) fn next_id(&mut self) -> Id {
        self.last_id += 1;
        self.last_id
    }

    pub(crate) fn get(&self, id: Id) -> Option<&Entry> {
        self.entries.get(&id)
    }

    pub(crate) fn at(&self, key: &str) -> Option<&Entry> {
        self.by_key.get(key).and_then(|id| self.entries.get(id))
    }

    /// The entry that a text names.
    pub(crate) fn find(&self, dn: &str) -> Option<&Entry> {
        key_of(dn).and_then(|key| self.at(&key))
    }

    pub(crate) fn with_uuid(&self, uuid: &str) -> Option<&Entry> {
        self.by_uuid.get(uuid).and_then(|id| self.get(*id))
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Entry> {
        self.names.get(&name.to_lowercase()).and_then(|id| self.get(*id))
    }

    pub(crate) fn with_mail(&self, address: &str) -> Option<&Entry> {
        self.mails
            .get(&address.to_lowercase())
            .and_then(|id| self.get(*id))
    }

    pub(crate) fn with_identifier(&self, identifier: &str) -> Option<&Entry> {
        self.identifiers.get(identifier).and_then(|id| self.get(*id))
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// Numbers of everything below a key, in order of creation.
    pub(crate) fn ids_below(&self, key: &str) -> Vec<Id> {
        let (start, end) = dn::below(key);
        let mut ids: Vec<Id> = self.by_key.range(start..end).map(|(_, id)| *id).collect();
        ids.sort_unstable();
        ids
    }

    pub(crate) fn has_children(&self, key: &str) -> bool {
        let (start, end) = dn::below(key);
        self.by_key.range(start..end).next().is_some()
    }

    /// Puts in an entry whose place is free.
    pub(crate) fn insert(&mut self, entry: Entry) {
        let id = entry.id;
        self.by_key.insert(entry.key.clone(), id);
        self.by_uuid.insert(entry.uuid.clone(), id);
        let members: Vec<String> = entry.members.iter().map(|(key, _)| key.to_owned()).collect();
        for key in members {
            self.groups_of.entry(key).or_default().insert(id);
        }
        self.entries.insert(id, entry);
        self.index(id, true);
    }

    /// Takes an entry out and what refers to it, except for secretaries (recorded: delete/secretary).
    pub(crate) fn remove(&mut self, id: Id) -> Option<Entry> {
        self.index(id, false);
        let entry = self.entries.remove(&id)?;
        self.by_key.remove(&entry.key);
        self.by_uuid.remove(&entry.uuid);
        for (key, _) in entry.members.iter() {
            self.forget_group(key, id);
        }
        self.leave_all_groups(&entry);
        Some(entry)
    }

    /// Changes values of an entry and keeps the indexes right.
    pub(crate) fn change<T>(&mut self, id: Id, change: impl FnOnce(&mut Entry) -> T) -> Option<T> {
        self.index(id, false);
        let result = self.entries.get_mut(&id).map(change);
        self.index(id, true);
        result
    }

    /// Marks a change of an entry: it gets another entity tag.
    pub(crate) fn touch(&mut self, id: Id, now: i64) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.revision += 1;
            entry.modified = now;
        }
    }

    /// Writes or clears what is found in the indexes for an entry.
    fn index(&mut self, id: Id, there: bool) {
        let Some(entry) = self.entries.get(&id) else {
            return;
        };
        let name = match entry.kind {
            Kind::User => entry.text("username"),
            Kind::Group => entry.text("name"),
            _ => "",
        };
        let mail = match entry.kind {
            Kind::User => entry.text("mailPrimaryAddress"),
            Kind::Group => entry.text("mailAddress"),
            _ => "",
        };
        let identifier = entry.text("univentionObjectIdentifier");
        set(&mut self.names, name.to_lowercase(), id, there);
        set(&mut self.mails, mail.to_lowercase(), id, there);
        set(&mut self.identifiers, identifier.to_owned(), id, there);
        for key in entry.texts("secretary").filter_map(key_of) {
            let bosses = self.bosses_of.entry(key).or_default();
            if there {
                bosses.insert(id);
            } else {
                bosses.remove(&id);
            }
        }
    }

    /// The stored spelling of a text that is a DN.
    pub(crate) fn stored_spelling(text: &str) -> Option<(String, String)> {
        let dn = Dn::parse(text)?;
        Some((dn.key(), dn.stored()))
    }
}

fn set(index: &mut HashMap<String, Id>, value: String, id: Id, there: bool) {
    if value.is_empty() {
        return;
    }
    if there {
        index.insert(value, id);
    } else if index.get(&value) == Some(&id) {
        index.remove(&value);
    }
}
