//! The first file of people as a directory that is asked by LDAP.

use super::directory::{Condition, Directory, Person};
use super::groups::{Group, Naming, Sight, group_dn};
use super::row::Writing;
use crate::ldap_double::{Asked, Reply, last};

const PEOPLE: &str = "ou=people,dc=example,dc=com";
const TREE: &str = "dc=example,dc=com";

/// Everything of the source but its address and its roles.
pub(crate) const CONFIG: &str = "    base_dn: ou=people,dc=example,dc=com\n    bind_dn: cn=sync,dc=example,dc=com\n    \
     bind_password: secret\n    user_filter: (objectClass=person)\n    attributes:\n      first_name: givenName\n      \
     last_name: sn\n      email: mail\n      preferred_username: mail\n      phone: telephoneNumber\n      user_id: \
     employeeNumber\n      status: shadowFlag\n      disable_bitmasks: [2]\n";

const BUSY: u8 = 51;
const SIZE_LIMIT: u8 = 4;
const NO_SUCH_OBJECT: u8 = 32;
const NO_RIGHT: u8 = 50;

type Attributes = Vec<(&'static str, Vec<Vec<u8>>)>;

impl Directory {
    /// What the server answers.
    pub fn answer(&self, asked: &Asked<'_>) -> Vec<Reply> {
        let base = asked.base();
        if base == PEOPLE {
            return self.people_found();
        }
        if base == TREE {
            return self.groups_found();
        }
        if base.is_empty() {
            let tree = vec![("namingContexts", vec![TREE.as_bytes().to_vec()])];
            return vec![Reply::Entry(Vec::new(), tree), end(0)];
        }
        let groups = &self.groups.all;
        match (0..groups.len()).find(|place| group_dn(*place) == base) {
            Some(place) => self.group_found(place, &groups[place], asked),
            None => vec![end(NO_SUCH_OBJECT)],
        }
    }

    fn people_found(&self) -> Vec<Reply> {
        let entries = self.entries().into_iter();
        let mut replies: Vec<Reply> = entries
            .map(|(dn, _, attributes)| Reply::Entry(dn.into_bytes(), attributes))
            .collect();
        if self.elsewhere.is_referred_to {
            replies.push(Reply::Reference(
                "ldap://other.example.com/ou=n0,ou=people,dc=example,dc=com",
            ));
        }
        match self.files[0].condition {
            Condition::Fine => replies.push(last()),
            Condition::Missing => replies = vec![end(BUSY)],
            Condition::Garbled => {
                replies.truncate(replies.len() / 2);
                replies.push(end(SIZE_LIMIT));
            }
        }
        replies
    }

    fn groups_found(&self) -> Vec<Reply> {
        if self.groups.unlisted {
            return vec![end(BUSY)];
        }
        let groups = self.groups.all.iter().enumerate();
        let there = groups.filter(|(_, group)| group.sight != Sight::Missing);
        let names = there.map(|(place, _)| Reply::Entry(group_dn(place).into_bytes(), Vec::new()));
        names.chain([last()]).collect()
    }

    fn group_found(&self, place: usize, group: &Group, asked: &Asked<'_>) -> Vec<Reply> {
        match group.sight {
            Sight::Missing => return vec![end(NO_SUCH_OBJECT)],
            Sight::Refused => return vec![end(NO_RIGHT)],
            Sight::All | Sight::InParts | Sight::FirstPart | Sight::NoMember => {}
        }
        let mut values: Vec<Vec<u8>> = self.values(group).into_iter().map(String::into_bytes).collect();
        let in_parts = matches!(group.sight, Sight::InParts | Sight::FirstPart);
        let mut attribute = match group.naming {
            Naming::Member => "member",
            Naming::UniqueMember => "uniqueMember",
            Naming::MemberUid => "memberUid",
        };
        if group.naming == Naming::Member && in_parts && values.len() > 1 {
            if asked.holds("member;range=1-*") {
                if group.sight == Sight::FirstPart {
                    return vec![end(BUSY)];
                }
                attribute = "member;range=1-*";
                values.remove(0);
            } else {
                attribute = "member;range=0-0";
                values.truncate(1);
            }
        }
        let mut attributes = vec![("uSNChanged", vec![b"7".to_vec()])];
        if !values.is_empty() {
            attributes.push((attribute, values));
        }
        vec![Reply::Entry(group_dn(place).into_bytes(), attributes), end(0)]
    }

    /// The names of a person's entries, or the one that they would have.
    pub(crate) fn entry_dns(&self, place: usize) -> Vec<String> {
        let entries = self.entries().into_iter();
        let dns: Vec<String> = entries
            .filter(|(_, whose, _)| *whose == place)
            .map(|(dn, ..)| dn)
            .collect();
        if dns.is_empty() {
            vec![entry_dn(place, 0)]
        } else {
            dns
        }
    }

    /// Each entry with its name and the place of its person.
    fn entries(&self) -> Vec<(String, usize, Attributes)> {
        let mut entries: Vec<(String, usize, Attributes)> = Vec::new();
        for (place, writing) in &self.files[0].rows {
            if self.is_elsewhere(*place) {
                continue;
            }
            let person = &self.people[*place];
            let first = match writing {
                Writing::Twice | Writing::Contradicted => Some(Writing::Good),
                _ => None,
            };
            for writing in first.into_iter().chain([*writing]) {
                let earlier = entries.iter().filter(|(_, whose, _)| whose == place).count();
                let dn = entry_dn(*place, earlier);
                entries.push((dn, *place, attributes(*place, person, writing)));
            }
        }
        entries
    }
}

fn entry_dn(place: usize, number: usize) -> String {
    format!("uid=p{place},ou=n{number},{PEOPLE}")
}

fn end(code: u8) -> Reply {
    Reply::Done(code, "", None)
}

fn attributes(place: usize, person: &Person, writing: Writing) -> Attributes {
    let bytes = |text: &str| text.as_bytes().to_vec();
    let mut first_name = bytes(&person.first_name);
    let mut last_name = Some(bytes(&person.last_name));
    let mut email = Some(bytes(&writing.address(&person.email)));
    let mut id = Some(bytes(&writing.id(&person.email)));
    match writing {
        Writing::Good
        | Writing::Twice
        | Writing::Shouted
        | Writing::Spaced
        | Writing::Hidden
        | Writing::Typo => {}
        Writing::Contradicted => last_name = Some(bytes(&format!("{}-Other", person.last_name))),
        Writing::NoName => last_name = None,
        Writing::BlankName => last_name = Some(b"  ".to_vec()),
        Writing::NameNotUtf8 => first_name.push(0xff),
        Writing::Short | Writing::Unclosed => id = None,
        Writing::EmailNotUtf8 => email.iter_mut().for_each(|email| email.push(0xe9)),
        Writing::NoEmail => email = None,
    }
    let phone = Some(bytes(&person.phone)).filter(|phone| !phone.is_empty());
    let all = [
        ("uid", Some(bytes(&format!("p{place}")))),
        ("employeeNumber", id),
        ("givenName", Some(first_name)),
        ("sn", last_name),
        ("mail", email),
        ("telephoneNumber", phone),
        ("shadowFlag", Some(b"0".to_vec())),
    ];
    let given = all
        .into_iter()
        .filter_map(|(name, value)| Some((name, vec![value?])));
    given.collect()
}
