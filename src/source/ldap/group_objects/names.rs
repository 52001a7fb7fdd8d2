//! What the names in a directory refer to: people and groups by DN, login name and primary group. Pure.

use std::collections::hash_map::Entry as MapEntry;
use std::collections::{HashMap, HashSet};

use crate::config::Dn;
use crate::model::{ExternalId, Fingerprints, Reference, TypeId};
use crate::source::ldap::entry::Entry;
use crate::source::ldap::role_groups::graph::folded;
use crate::source::ldap::role_groups::members::{UID, primary_group};
use crate::source::merge::cleaned_id;

/// What a name refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source::ldap) enum Meaning {
    /// This object. Its record may have been rejected.
    Object(Reference),
    /// An object whose external id could not be read.
    Unknown,
}

impl Meaning {
    /// The reference to a record with this external id.
    pub(in crate::source::ldap) fn of(resource: TypeId, id: Option<&ExternalId>, is_binary: bool) -> Self {
        id.map_or(Self::Unknown, |id| {
            Self::Object(Reference::Managed(resource, cleaned_id(id, is_binary)))
        })
    }
}

/// The people with a login name, usually one.
#[derive(Debug)]
struct Named {
    first: Meaning,
    others: Vec<Meaning>,
}

/// All names that groups can refer to.
#[derive(Debug, Default)]
pub(in crate::source::ldap) struct Directory {
    numbers: Fingerprints,
    people: HashMap<u128, Meaning>,
    groups: HashMap<u128, Meaning>,
    /// The groups that existed before the people were read.
    groups_before: HashSet<u128>,
    /// Entries that `ignore_dn_regex` leaves out.
    ignored: HashSet<u128>,
    by_uid: HashMap<u128, Named>,
    by_primary_group: HashMap<Box<[u8]>, Vec<Meaning>>,
    /// There is an entry whose name could not be read.
    has_nameless: bool,
    /// Some people may exist and not have been found.
    pub(in crate::source::ldap) hides_people: bool,
}

impl Named {
    fn only(first: Meaning) -> Self {
        Self {
            first,
            others: Vec::new(),
        }
    }
}

impl Directory {
    /// Adds a group that exists before anything else is read.
    pub(in crate::source::ldap) fn expect_group(&mut self, name: &[u8]) {
        self.groups_before
            .extend(Dn::parse(name).map(|dn| self.numbers.number(&dn)));
    }

    pub(in crate::source::ldap) fn add_person(&mut self, entry: &Entry, meaning: &Meaning) {
        for uid in entry.values(UID).map(folded) {
            match self.by_uid.entry(self.numbers.number(&uid)) {
                MapEntry::Occupied(mut named) => named.get_mut().others.push(meaning.clone()),
                MapEntry::Vacant(free) => drop(free.insert(Named::only(meaning.clone()))),
            }
        }
        if let Some(sid) = primary_group(entry) {
            self.by_primary_group
                .entry(sid)
                .or_default()
                .push(meaning.clone());
        }
        match Dn::parse(entry.dn()) {
            Some(dn) => drop(self.people.insert(self.numbers.number(&dn), meaning.clone())),
            None => self.has_nameless = true,
        }
    }

    pub(in crate::source::ldap) fn add_group(&mut self, name: &[u8], meaning: Meaning) {
        match Dn::parse(name) {
            Some(dn) => drop(self.groups.insert(self.numbers.number(&dn), meaning)),
            None => self.has_nameless = true,
        }
    }

    /// Records an entry that was found and is not used.
    pub(in crate::source::ldap) fn ignore(&mut self, name: &[u8]) {
        self.ignored
            .extend(Dn::parse(name).map(|dn| self.numbers.number(&dn)));
    }

    /// Returns whether the entry with this DN was found and is not used.
    pub(in crate::source::ldap) fn is_ignored(&self, dn: &Dn) -> bool {
        self.ignored.contains(&self.numbers.number(dn))
    }

    /// Records an entry that could not be parsed.
    pub(in crate::source::ldap) fn add_nameless(&mut self) {
        self.has_nameless = true;
    }

    /// Returns whether an unknown name may belong to an entry that was read.
    pub(in crate::source::ldap) fn has_nameless(&self) -> bool {
        self.has_nameless
    }

    /// The number of a DN. Equal DNs have the same number.
    pub(in crate::source::ldap) fn number(&self, dn: &Dn) -> u128 {
        self.numbers.number(dn)
    }

    /// The person with this DN.
    pub(in crate::source::ldap) fn person(&self, dn: &Dn) -> Option<&Meaning> {
        self.people.get(&self.numbers.number(dn))
    }

    /// The group with this DN.
    pub(in crate::source::ldap) fn group(&self, dn: &Dn) -> Option<&Meaning> {
        self.groups.get(&self.numbers.number(dn))
    }

    /// Returns whether a group had this DN before the people were read.
    pub(in crate::source::ldap) fn was_group(&self, dn: &Dn) -> bool {
        self.groups_before.contains(&self.numbers.number(dn))
    }

    /// The people with this login name.
    pub(in crate::source::ldap) fn with_uid(&self, uid: &[u8]) -> impl Iterator<Item = &Meaning> {
        let named = self.by_uid.get(&self.numbers.number(&folded(uid)));
        named
            .into_iter()
            .flat_map(|named| std::iter::once(&named.first).chain(&named.others))
    }

    /// The people whose primary group has this security identifier.
    pub(in crate::source::ldap) fn of_primary_group(&self, sid: &[u8]) -> &[Meaning] {
        self.by_primary_group.get(sid).map_or(&[], Vec::as_slice)
    }
}
