//! From the record of a group to the objects in it. Pure.

use super::names::{Directory, Meaning};
use crate::config::Dn;
use crate::model::{Desired, Reference};
use crate::source::ldap::role_groups::graph::{MEMBER_UID, UNIQUE_MEMBER};
use crate::transform::RawRecord;

/// A group, and what is known of its members so far.
#[derive(Debug)]
pub(in crate::source::ldap) struct Draft {
    pub(in crate::source::ldap) group: Desired,
    pub(in crate::source::ldap) members: Vec<Reference>,
    /// Names that no person has.
    pub(in crate::source::ldap) open: Vec<Dn>,
    /// Members that no search of this source finds.
    pub(in crate::source::ldap) outside: usize,
    /// Why nobody can tell who is in it.
    pub(in crate::source::ldap) doubt: Option<&'static str>,
}

const NOT_READ: &str = "the server did not send all of them";
const NO_ID: &str = "the external id of one of them could not be read";
const NO_NAME: &str = "the name of one of them is not a distinguished name";

impl Draft {
    /// A group whose members are named by these attributes, and by the primary groups of people.
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
            // A schema that demands a member has a placeholder in groups without any.
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

    /// Looks for the open names among the groups. `nested`: these are members. `doubt` says what speaks against a name being
    /// that of something outside of what is read.
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
        // No target lets a group be in itself.
        let own = Reference::Managed(self.group.resource, self.group.id.clone());
        self.members.retain(|member| *member != own);
    }
}
