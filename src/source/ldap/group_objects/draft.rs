//! Converts the record of a group to the objects in it. Pure.

use super::names::{Directory, Meaning};
use crate::config::Dn;
use crate::model::{Desired, Reference};
use crate::source::ldap::role_groups::graph::{MEMBER_UID, UNIQUE_MEMBER};
use crate::transform::RawRecord;

/// A group with the members that are known so far.
#[derive(Debug)]
pub(in crate::source::ldap) struct Draft {
    pub(in crate::source::ldap) group: Desired,
    pub(in crate::source::ldap) members: Vec<Reference>,
    /// DNs that belong to no person.
    pub(in crate::source::ldap) open: Vec<Dn>,
    /// Members that no search of this source finds.
    pub(in crate::source::ldap) outside: usize,
    /// Why the members are not known.
    pub(in crate::source::ldap) doubt: Option<&'static str>,
}

const NOT_READ: &str = "the server did not send all of them";
const NO_ID: &str = "the external id of one of them could not be read";
const NO_NAME: &str = "the name of one of them is not a distinguished name";

impl Draft {
    /// A group whose members are in these attributes, and in the primary groups of people.
    pub(in crate::source::ldap) fn new(
        group: Desired,
        record: &RawRecord,
        keys: &[String],
        sids: &[&[u8]],
        directory: &Directory,
    ) -> Self {
        let is_cut = keys.iter().any(|key| record.is_incomplete(key));
        let mut draft = Self {
            group,
            members: Vec::new(),
            open: Vec::new(),
            outside: 0,
            doubt: is_cut.then_some(NOT_READ),
        };
        for key in keys {
            for value in record.values(key) {
                draft.add(key, value, directory);
            }
        }
        for sid in sids {
            for meaning in directory.of_primary_group(sid) {
                draft.take(meaning);
            }
        }
        draft
    }

    fn add(&mut self, key: &str, value: &[u8], directory: &Directory) {
        if key == MEMBER_UID {
            let mut people = directory.with_uid(value).peekable();
            self.outside += usize::from(people.peek().is_none());
            people.for_each(|meaning| self.take(meaning));
            return;
        }
        let dn = if key == UNIQUE_MEMBER {
            Dn::parse_with_uid(value)
        } else {
            Dn::parse(value)
        };
        match dn {
            // If the schema requires a member, empty groups have a placeholder.
            Some(dn) if dn.depth() == 0 => {}
            Some(dn) => match directory.person(&dn) {
                Some(meaning) => self.take(meaning),
                None => self.open.push(dn),
            },
            None => self.doubt = Some(NO_NAME),
        }
    }

    fn take(&mut self, meaning: &Meaning) {
        match meaning {
            Meaning::Object(reference) => self.members.push(reference.clone()),
            Meaning::Unknown => self.doubt = Some(NO_ID),
        }
    }

    /// Looks up the unresolved DNs among the groups. With `nested`, groups are members too. `doubt` explains why an
    /// unknown DN may still be an object of this directory.
    pub(in crate::source::ldap) fn close(
        &mut self,
        directory: &Directory,
        nested: bool,
        doubt: impl Fn(&Dn) -> Option<&'static str>,
    ) {
        for dn in std::mem::take(&mut self.open) {
            match directory.group(&dn) {
                Some(meaning) if nested => self.take(meaning),
                Some(_) => {}
                None => match doubt(&dn) {
                    None => self.outside += 1,
                    doubt => self.doubt = doubt,
                },
            }
        }
        // No target allows a group to be a member of itself.
        let own = Reference::Managed(self.group.resource, self.group.id.clone());
        self.members.retain(|member| *member != own);
    }
}
