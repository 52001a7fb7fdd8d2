//! A directory as files and a list, and what they mean.

use std::collections::{BTreeMap, BTreeSet};

use super::alike::{address, form};
use super::groups::{EVERYBODYS, Groups, RoleSet, Roles};
use super::row::{Writing, write_row};

pub use super::person::Person;

/// Whether something can be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    Fine,
    /// No such file; or the server fails.
    Missing,
    /// Nothing in it; or something else than a list.
    Garbled,
}

#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) condition: Condition,
    /// The place of a person among all people, and how the row is written.
    pub(crate) rows: Vec<(usize, Writing)>,
}

/// Files of people and a list of leavers. With groups, the first file is a server that is asked by LDAP.
#[derive(Debug, Clone)]
pub struct Directory {
    /// All who ever were in a file.
    pub(crate) people: Vec<Person>,
    pub(crate) files: Vec<File>,
    pub(crate) list: Vec<String>,
    pub(crate) list_condition: Condition,
    pub(crate) groups: Groups,
    /// The server says that others hold a part of the tree, and who is in that part is no entry of its own.
    pub(crate) elsewhere: Elsewhere,
}

/// What a server does not hold itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Elsewhere {
    pub(crate) is_referred_to: bool,
    /// The places of people whose entries are there.
    pub(crate) people: BTreeSet<usize>,
}

/// What the sources prove.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Known {
    /// All of them could be read.
    pub readable: bool,
    /// Who is in none is absent.
    pub complete: bool,
    /// Whose records are sound, by id.
    pub people: BTreeMap<String, Person>,
    /// The roles that these are to hold, by id.
    pub(crate) roles: BTreeMap<String, RoleSet>,
    /// Whose records are not, by id.
    pub unknown: BTreeSet<String>,
    /// A file has no rows at all.
    pub empty_file: bool,
    /// Addresses of leavers in the form in which they are compared.
    pub listed: BTreeSet<String>,
    /// Former addresses of people whose current address is invalid.
    pub(crate) misspelt: BTreeSet<String>,
    /// Some record cannot be used.
    pub rejected: bool,
}

impl Directory {
    /// The bytes of a file; `None` when there is none.
    pub fn file(&self, index: usize) -> Option<Vec<u8>> {
        let file = &self.files[index];
        match file.condition {
            Condition::Missing => return None,
            Condition::Garbled => return Some(Vec::new()),
            Condition::Fine => {}
        }
        let mut bytes = b"email,first_name,last_name,phone\n".to_vec();
        let mut swallowed = None;
        for (place, writing) in &file.rows {
            if *writing == Writing::Unclosed {
                swallowed.get_or_insert(bytes.len() + 1);
            }
            write_row(&mut bytes, &self.people[*place], *writing);
        }
        if let Some(from) = swallowed {
            // Another quote would close this one.
            let rest = bytes.split_off(from);
            bytes.extend(rest.into_iter().filter(|byte| *byte != b'"'));
        }
        Some(bytes)
    }

    /// Whether the server does not show the entries of a person.
    pub(crate) fn is_elsewhere(&self, place: usize) -> bool {
        self.elsewhere.is_referred_to && self.elsewhere.people.contains(&place)
    }

    /// What the sources prove; `uses_list` if the list is one of them, and `roles` if there are groups.
    pub fn known(&self, uses_list: bool, roles: Option<&Roles>) -> Known {
        let mut known = Known {
            readable: true,
            complete: true,
            ..Known::default()
        };
        let mut records = Records::new();
        let by_groups = roles.map(|roles| self.roles(roles));
        known.readable &= by_groups.as_ref().is_none_or(Option::is_some);
        let by_groups = by_groups.flatten().unwrap_or_default();
        for (number, file) in self.files.iter().enumerate() {
            let is_server = number == 0 && roles.is_some();
            known.readable &= file.condition == Condition::Fine;
            known.complete &= !(is_server && self.elsewhere.is_referred_to);
            let shown = |(place, _): &&(usize, Writing)| !is_server || !self.is_elsewhere(*place);
            known.empty_file |= !file.rows.iter().any(|row| shown(&row));
            for (place, writing) in file.rows.iter().filter(shown) {
                let given = by_groups.get(*place).filter(|_| is_server);
                let record = Record {
                    person: self.people[*place].clone(),
                    roles: given.cloned().unwrap_or_else(|| [EVERYBODYS].into()),
                };
                known.take(&record, *writing, is_server, &mut records);
                if *writing == Writing::Unclosed && !is_server {
                    break;
                }
            }
        }
        if uses_list {
            known.readable &= self.list_condition == Condition::Fine;
            for entry in &self.list {
                if let Some(address) = address(entry) {
                    known.listed.insert(form(&address));
                } else {
                    // It could be anybody's.
                    (known.complete, known.rejected) = (false, true);
                }
            }
        }
        known.settle(records);
        known
    }
}

/// A person as one row or entry has them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Record {
    person: Person,
    roles: RoleSet,
}

type Records = BTreeMap<String, Vec<Record>>;

impl Known {
    fn take(&mut self, record: &Record, writing: Writing, is_server: bool, records: &mut Records) {
        let mut record = record.clone();
        if writing == Writing::Shouted {
            record.person.email = record.person.email.to_uppercase();
        }
        let id = record.person.id();
        let mut called = |last_name: String| {
            let mut record = record.clone();
            record.person.last_name = last_name;
            records.entry(id.clone()).or_default().push(record);
        };
        let last_name = record.person.last_name.clone();
        match writing {
            Writing::Good | Writing::Twice | Writing::Shouted | Writing::Spaced | Writing::Hidden => {
                called(last_name);
            }
            Writing::Contradicted => {
                called(last_name.clone());
                called(format!("{last_name}-Other"));
            }
            Writing::BlankName | Writing::NoName | Writing::NameNotUtf8 => drop(self.unknown.insert(id)),
            // An entry has its id elsewhere.
            Writing::NoEmail if is_server => drop(self.unknown.insert(id)),
            Writing::EmailNotUtf8 | Writing::Typo if is_server => {
                self.misspelt.insert(record.person.email.clone());
                self.unknown.insert(id);
            }
            Writing::Short | Writing::EmailNotUtf8 | Writing::NoEmail | Writing::Unclosed | Writing::Typo => {
                self.complete = false;
                self.rejected = true;
            }
        }
    }

    /// Two different records of one id, or two people of one login name, cannot both be right.
    fn settle(&mut self, records: Records) {
        let mut logins: BTreeMap<String, usize> = BTreeMap::new();
        for (id, mut records) in records {
            records.sort();
            records.dedup();
            match &records[..] {
                [Record { person, roles }] if !self.unknown.contains(&id) => {
                    *logins.entry(form(&person.email)).or_default() += 1;
                    self.people.insert(id.clone(), person.clone());
                    self.roles.insert(id, roles.clone());
                }
                _ => {
                    self.unknown.insert(id);
                }
            }
        }
        let unusable = |person: &Person| logins[&form(&person.email)] > 1;
        let unusable: Vec<String> = self
            .people
            .iter()
            .filter(|(_, person)| unusable(person))
            .map(|(id, _)| id.clone())
            .collect();
        for id in unusable {
            self.people.remove(&id);
            self.roles.remove(&id);
            self.unknown.insert(id);
        }
        self.rejected |= !self.unknown.is_empty();
    }

    /// The roles that a person is to hold.
    pub(crate) fn roles_of(&self, person: &Person) -> RoleSet {
        self.roles.get(&person.id()).cloned().unwrap_or_default()
    }

    /// Whether a list of leavers names the address.
    pub fn is_listed(&self, email: &str) -> bool {
        self.listed.contains(&form(email))
    }
}
