//! Finds the records that an administrator names: by external id, e-mail address, login name, or location of the
//! record. Pure.

use super::ldap::canonical_id;
use crate::config::Dn;
use crate::model::{Desired, DesiredState, ExternalId, Purpose, RecordRef, Rejected, Schema, alike};

/// What [`find`] compares a text with, as part of a sentence.
pub const NAMES: &str = "external id, e-mail address, login name or DN";

/// Records with a name, by their indexes in [`Desired`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// Indexes of `objects`.
    pub people: Vec<usize>,
    /// Indexes of `rejected`.
    pub rejected: Vec<usize>,
    /// Indexes of `leavers`.
    pub leavers: Vec<usize>,
}

impl Hits {
    /// The records that may belong to different people. A leaver is the person with the same address.
    pub fn records<'a>(&self, desired: &'a DesiredState) -> Vec<&'a RecordRef> {
        let people = self.people.iter().map(|index| &desired.objects[*index].origin);
        let rejected = self.rejected.iter().map(|index| &desired.rejected[*index].at);
        people.chain(rejected).collect()
    }
}

/// Finds every record that `text` can mean. An id is written in hexadecimal digits, as text, or, for `objectGUID` and
/// `objectSid`, as the tools of Active Directory print it.
pub fn find(desired: &DesiredState, schema: &Schema, text: &str) -> Hits {
    let wanted = Wanted::new(text);
    Hits {
        people: indexes(&desired.objects, |person| wanted.is_person(person, schema)),
        rejected: indexes(&desired.rejected, |rejected| wanted.is_rejected(rejected)),
        leavers: indexes(&desired.leavers, |leaver| alike(wanted.text, &leaver.email)),
    }
}

fn indexes<T>(all: &[T], fits: impl Fn(&T) -> bool) -> Vec<usize> {
    let fitting = all.iter().enumerate().filter(|(_, one)| fits(one));
    fitting.map(|(index, _)| index).collect()
}

struct Wanted<'a> {
    text: &'a str,
    entry: Option<Dn>,
}

impl<'a> Wanted<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            // The empty name is the root of the tree, not a person.
            entry: Dn::parse(text.as_bytes()).filter(|entry| entry.depth() > 0),
        }
    }

    fn is_person(&self, person: &Desired, schema: &Schema) -> bool {
        let names = [Purpose::Address, Purpose::Login].into_iter();
        let mut names = names.filter_map(|purpose| person.attributes.text_of(schema, purpose));
        self.is_id(&person.id) || self.is_at(&person.origin) || names.any(|name| alike(self.text, name))
    }

    fn is_rejected(&self, rejected: &Rejected) -> bool {
        let mut addresses = rejected.claims.addresses.iter();
        rejected.id.as_ref().is_some_and(|id| self.is_id(id))
            || self.is_at(&rejected.at)
            || addresses.any(|address| alike(self.text, address))
    }

    fn is_id(&self, id: &ExternalId) -> bool {
        let canonical = ["objectGUID", "objectSid"].into_iter();
        let mut canonical = canonical.filter_map(|attribute| canonical_id(attribute, id.as_bytes()));
        id.hex().eq_ignore_ascii_case(self.text)
            || id.as_text().is_some_and(|text| alike(self.text, text))
            || canonical.any(|text| text.eq_ignore_ascii_case(self.text))
    }

    fn is_at(&self, record: &RecordRef) -> bool {
        let is_entry = |at: &str| self.entry.is_some() && Dn::parse(at.as_bytes()) == self.entry;
        // A binary id follows the name of the entry in parentheses.
        let without_id = record.at.rsplit_once(" (").map(|(name, _)| name);
        *record.at == *self.text || is_entry(&record.at) || without_id.is_some_and(is_entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Leaver;
    use crate::source::fixture::{origin, person, schema};

    fn people(people: Vec<Desired>) -> DesiredState {
        DesiredState {
            objects: people,
            ..DesiredState::default()
        }
    }

    fn found(desired: &DesiredState, text: &str) -> Vec<usize> {
        find(desired, &schema(), text).people
    }

    #[test]
    fn each_name_of_a_person_is_found() {
        let mut ada = person("ada", "Ada@Example.org", "1");
        ada.origin = origin("uid=ada,ou=Straße,dc=example,dc=org");
        let desired = people(vec![ada, person("bob", "bob@example.org", "users.csv:3")]);
        for name in [
            "ada",
            "ADA",
            "616461",
            "ada@example.org",
            "uid=ada,ou=Straße,dc=example,dc=org",
            "UID=Ada, OU=Straße, DC=example, DC=org",
        ] {
            assert_eq!(found(&desired, name), [0], "{name}");
        }
        assert_eq!(found(&desired, "users.csv:3"), [1]);
        for name in ["", "a", "ada@", "dc=example,dc=org", "uid=ada", "*", "61646"] {
            assert_eq!(found(&desired, name), [0; 0], "{name}");
        }
    }

    #[test]
    fn a_binary_id_is_found_as_administrators_write_it() {
        let mut ada = person("ada", "ada@example.org", "1");
        ada.id = ExternalId::new(hex::decode("00112233445566778899aabbccddeeff").unwrap());
        ada.origin = origin("CN=Ada (HR),DC=example (objectGUID 33221100-5544-7766-8899-aabbccddeeff)");
        let desired = people(vec![ada]);
        for name in [
            "33221100-5544-7766-8899-AABBCCDDEEFF",
            "00112233445566778899aabbccddeeff",
            "cn=ada (hr),dc=example",
        ] {
            assert_eq!(found(&desired, name), [0], "{name}");
        }
    }

    #[test]
    fn records_that_could_not_be_used_and_leavers_are_found_too() {
        let mut broken = Rejected::new(origin("users.csv:7"), Some(ExternalId::new(*b"ada")), "broken");
        broken.claims.addresses = vec!["ada@example.org".into()];
        let leaver = Leaver {
            email: "Ada@example.org".into(),
            origin: origin("list:1"),
        };
        let desired = DesiredState {
            rejected: vec![broken],
            leavers: vec![leaver],
            ..DesiredState::default()
        };
        for (name, leavers) in [("ada", 0), ("users.csv:7", 0), ("ada@example.org", 1)] {
            let hits = find(&desired, &schema(), name);
            assert_eq!((hits.rejected.len(), hits.leavers.len()), (1, leavers), "{name}");
        }
    }
}
