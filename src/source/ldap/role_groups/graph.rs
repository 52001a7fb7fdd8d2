//! Groups in memory: their members, and which groups are nested in which. Pure.

use std::collections::{HashMap, HashSet};

use crate::config::Dn;
use crate::model::Fingerprints;
use crate::source::ldap::entry::Entry;

/// Keys of the member attributes of a group: DNs, DNs with an optional uid, and login names.
pub(in crate::source::ldap) const MEMBER: &str = "member";
pub(in crate::source::ldap) const UNIQUE_MEMBER: &str = "uniquemember";
pub(in crate::source::ldap) const MEMBER_UID: &str = "memberuid";
/// The security identifier of a group or a person in Active Directory.
pub(in crate::source::ldap) const SID: &str = "objectsid";

/// A group, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::source::ldap) struct Group {
    /// Its DN, for messages.
    pub(in crate::source::ldap) text: String,
    /// Numbers of its members' DNs.
    pub(in crate::source::ldap) members: Vec<u128>,
    /// Members that should be found among the people: they are below the base and are not groups.
    pub(in crate::source::ldap) people: Vec<u128>,
    /// Members that are groups, with their DN as the server writes it.
    pub(in crate::source::ldap) children: Vec<(Dn, String)>,
    /// Login names of its members, in lower case.
    pub(in crate::source::ldap) uids: Vec<Box<str>>,
    /// Its security identifier.
    pub(in crate::source::ldap) sid: Option<Box<[u8]>>,
}

impl Group {
    /// Builds a group from a complete entry. A member with an invalid DN counts as a member without a person.
    pub(in crate::source::ldap) fn new(
        entry: &Entry,
        names: &Fingerprints,
        base: Option<&Dn>,
        is_group: impl Fn(u128) -> bool,
    ) -> Self {
        let mut group = Self {
            text: entry.dn_text(),
            sid: entry.values(SID).next().map(Into::into),
            ..Self::default()
        };
        let plain = entry.values(MEMBER).map(|value| (value, Dn::parse(value)));
        let unique = entry
            .values(UNIQUE_MEMBER)
            .map(|value| (value, Dn::parse_with_uid(value)));
        for (value, dn) in plain.chain(unique) {
            let Some(dn) = dn else {
                group.members.push(0);
                continue;
            };
            let number = names.number(&dn);
            group.members.push(number);
            if !is_group(number) {
                let is_below = base.is_some_and(|base| dn.is_within(base));
                group.people.extend(is_below.then_some(number));
            } else if let Ok(text) = std::str::from_utf8(value) {
                group.children.push((dn, text.to_owned()));
            }
        }
        let uids = entry.values(MEMBER_UID);
        group.uids = uids.map(|uid| folded(uid).into()).collect();
        group
    }

    /// Number of visible members. Members by primary group are stored with the people.
    pub(in crate::source::ldap) fn size(&self) -> usize {
        self.members.len() + self.uids.len()
    }
}

/// Login names are compared ignoring letter case, as the attribute `uid` is.
pub(in crate::source::ldap) fn folded(uid: &[u8]) -> String {
    String::from_utf8_lossy(uid).trim().to_lowercase()
}

/// The groups that were read, each once.
pub(in crate::source::ldap) type Graph = HashMap<Dn, Group>;

/// The groups within some groups.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::source::ldap) struct Reach {
    /// Groups that were read, including the first ones. Each once, even with circles.
    pub(in crate::source::ldap) read: Vec<Dn>,
    /// Groups that have to be read, each once.
    pub(in crate::source::ldap) not_read: Vec<(Dn, String)>,
}

/// Follows nested groups as far as they were read; not at all unless `nested`.
pub(in crate::source::ldap) fn reach(graph: &Graph, first: &[(Dn, String)], nested: bool) -> Reach {
    let mut reach = Reach::default();
    let mut seen: HashSet<&Dn> = HashSet::new();
    let mut open: Vec<&(Dn, String)> = first.iter().rev().collect();
    while let Some(named) = open.pop() {
        let (dn, _) = named;
        if !seen.insert(dn) {
            continue;
        }
        let Some(group) = graph.get(dn) else {
            reach.not_read.push(named.clone());
            continue;
        };
        reach.read.push(dn.clone());
        if nested {
            open.extend(&group.children);
        }
    }
    reach
}

#[cfg(test)]
pub(in crate::source::ldap) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(in crate::source::ldap) fn dn(number: usize) -> (Dn, String) {
        let text = format!("cn=g{number},dc=example,dc=org");
        (Dn::parse(text.as_bytes()).unwrap(), text)
    }

    /// Groups by number, each with the numbers of its nested groups.
    pub(in crate::source::ldap) fn graph(edges: &[Vec<usize>]) -> Graph {
        let group = |(number, within): (usize, &Vec<usize>)| {
            let (name, text) = dn(number);
            let group = Group {
                text,
                members: vec![number as u128],
                children: within.iter().map(|child| dn(*child)).collect(),
                ..Group::default()
            };
            (name, group)
        };
        edges.iter().enumerate().map(group).collect()
    }

    fn sorted(mut names: Vec<Dn>) -> Vec<Dn> {
        names.sort_unstable();
        names
    }

    fn edges() -> impl Strategy<Value = Vec<Vec<usize>>> {
        (1..12_usize).prop_flat_map(|groups| {
            proptest::collection::vec(proptest::collection::vec(0..groups, 0..4), groups)
        })
    }

    proptest! {
        /// The result equals a simple fixed-point search. Each group appears once, even with circles.
        #[test]
        fn everything_within_is_reached_once(edges in edges()) {
            let mut expected = vec![false; edges.len()];
            expected[0] = true;
            for _ in 0..edges.len() {
                for (number, within) in edges.iter().enumerate() {
                    if expected[number] {
                        for child in within {
                            expected[*child] = true;
                        }
                    }
                }
            }
            let expected = (0..edges.len()).filter(|number| expected[*number]).map(|number| dn(number).0);
            let found = reach(&graph(&edges), &[dn(0)], true);
            prop_assert_eq!(found.not_read, vec![]);
            prop_assert_eq!(sorted(found.read), sorted(expected.collect()));
        }

        /// Reading missing groups level by level reads exactly the nested ones, each once.
        #[test]
        fn reading_level_by_level_ends_with_everything_within(edges in edges()) {
            let all = graph(&edges);
            let (mut read, mut reads) = (Graph::new(), 0);
            loop {
                let not_read = reach(&read, &[dn(0)], true).not_read;
                if not_read.is_empty() {
                    break;
                }
                for (name, _) in not_read {
                    reads += 1;
                    read.insert(name.clone(), all[&name].clone());
                }
            }
            let within = reach(&all, &[dn(0)], true).read;
            prop_assert_eq!(reads, within.len());
            prop_assert_eq!(read.len(), within.len());
        }

        /// Without nesting, only the named groups count.
        #[test]
        fn direct_members_are_of_the_named_groups(edges in edges()) {
            let found = reach(&graph(&edges), &[dn(0), dn(0)], false);
            prop_assert_eq!(found.read, vec![dn(0).0]);
        }
    }
}
