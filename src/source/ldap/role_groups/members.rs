//! Which roles people get from their groups. Pure.

use std::collections::{HashMap, HashSet};

use super::graph::{Graph, Group, SID, folded, reach};
use crate::config::{Dn, Entitlement};
use crate::model::{Fingerprints, Roles};
use crate::source::ldap::entry::Entry;

/// Keys of attributes of a person.
const PRIMARY_GROUP: &str = "primarygroupid";
pub(in crate::source::ldap) const UID: &str = "uid";

/// Attributes of people that are needed to find their groups.
pub(in crate::source::ldap) const ASKED_OF_PEOPLE: [&str; 3] = ["uid", "objectSid", "primaryGroupID"];

/// The role rules, and who has got a role so far.
#[derive(Debug, Default)]
pub(in crate::source::ldap) struct Members {
    rules: Vec<Rule>,
    names: Fingerprints,
    /// Roles of all people.
    base_roles: Roles,
    /// Roles by the rules that give them, so that people share them.
    shared: HashMap<Vec<bool>, Roles>,
    /// Groups that are the primary group of a person.
    primary: HashSet<Box<[u8]>>,
    /// Members who should be found among the people, and were not so far.
    not_found: HashSet<u128>,
}

/// One rule with all groups that it includes.
#[derive(Debug)]
struct Rule {
    role: Box<str>,
    members: HashSet<u128>,
    uids: HashSet<Box<str>>,
    sids: HashSet<Box<[u8]>>,
    named: Vec<(String, usize)>,
    within: (usize, usize),
    /// Groups that must have a member, and in which none is visible.
    empty: Vec<(String, Option<Box<[u8]>>)>,
    allow_empty: bool,
    holders: usize,
}

impl Members {
    /// Prepares the rules. All groups must have been read.
    pub(in crate::source::ldap) fn new(
        rules: &[Entitlement],
        graph: &Graph,
        names: Fingerprints,
        base: &Roles,
    ) -> Self {
        let is_named = |role: &str| rules.iter().any(|rule| rule.role == role);
        Self {
            rules: rules.iter().map(|rule| Rule::new(rule, graph)).collect(),
            names,
            base_roles: base.iter().filter(|role| !is_named(role)).cloned().collect(),
            not_found: graph.values().flat_map(|group| &group.people).copied().collect(),
            ..Self::default()
        }
    }

    /// The roles of a person; `None` without role rules.
    pub(in crate::source::ldap) fn roles(&mut self, entry: &Entry) -> Option<Roles> {
        if self.rules.is_empty() {
            return None;
        }
        let number = Dn::parse(entry.dn()).map(|dn| self.names.number(&dn));
        if let Some(number) = number {
            self.not_found.remove(&number);
        }
        let primary = primary_group(entry);
        let uids: Vec<String> = entry.values(UID).map(folded).collect();
        let is_in = |rule: &Rule| {
            number.is_some_and(|number| rule.members.contains(&number))
                || uids.iter().any(|uid| rule.uids.contains(uid.as_str()))
                || primary.as_ref().is_some_and(|sid| rule.sids.contains(sid))
        };
        let matching: Vec<bool> = self.rules.iter().map(is_in).collect();
        if let Some(sid) = primary
            && !self.primary.contains(&sid)
        {
            self.primary.insert(sid);
        }
        for (rule, _) in self
            .rules
            .iter_mut()
            .zip(&matching)
            .filter(|(_, matching)| **matching)
        {
            rule.holders += 1;
        }
        if let Some(roles) = self.shared.get(&matching) {
            return Some(roles.clone());
        }
        let given = self
            .rules
            .iter()
            .zip(&matching)
            .filter(|(_, matching)| **matching);
        let mut roles: Vec<Box<str>> = given.map(|(rule, _)| rule.role.clone()).collect();
        roles.extend(self.base_roles.iter().cloned());
        roles.sort_unstable();
        roles.dedup();
        let roles = Roles::from(roles);
        self.shared.insert(matching, roles.clone());
        Some(roles)
    }

    /// Groups that look empty after all people were seen. A group without read permission looks the same. The primary
    /// group of a person is not empty.
    pub(in crate::source::ldap) fn look_empty(&self) -> Vec<&str> {
        let empty = self.rules.iter().flat_map(|rule| &rule.empty);
        let mut names: Vec<&str> = empty
            .filter(|(_, sid)| sid.as_ref().is_none_or(|sid| !self.primary.contains(sid)))
            .map(|(name, _)| name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The names that were given numbers, if an expected person was not found.
    pub(in crate::source::ldap) fn names_if_not_found(&self) -> Option<Fingerprints> {
        (!self.not_found.is_empty()).then(|| self.names.clone())
    }

    /// A role whose groups, read again later, lack a person who was not found and contain a new one: possibly the
    /// same person with another name.
    pub(in crate::source::ldap) fn renamed_in(&self, later: &Self) -> Option<&str> {
        let mut rules = self.rules.iter().zip(&later.rules);
        let renamed = rules.find(|(before, after)| {
            let gone = |name: &u128| self.not_found.contains(name) && !after.members.contains(name);
            before.members.iter().any(gone) && !after.members.is_subset(&before.members)
        });
        renamed.map(|(rule, _)| &*rule.role)
    }

    /// The number of people per role, rule by rule.
    pub(in crate::source::ldap) fn counts(&self) -> impl Iterator<Item = RoleCount<'_>> {
        self.rules.iter().map(|rule| RoleCount {
            role: &rule.role,
            holders: rule.holders,
            named: &rule.named,
            within: rule.within,
            allow_empty: rule.allow_empty,
        })
    }
}

/// The result of a rule.
#[derive(Debug)]
pub(in crate::source::ldap) struct RoleCount<'a> {
    pub(in crate::source::ldap) role: &'a str,
    /// People in one of the groups.
    pub(in crate::source::ldap) holders: usize,
    /// The groups that the rule names, with their number of members.
    pub(in crate::source::ldap) named: &'a [(String, usize)],
    /// Number of nested groups, and of their members together.
    pub(in crate::source::ldap) within: (usize, usize),
    /// The groups may be empty.
    allow_empty: bool,
}

impl RoleCount<'_> {
    /// Members of all groups together.
    pub(in crate::source::ldap) fn members(&self) -> usize {
        self.named.iter().map(|(_, size)| size).sum::<usize>() + self.within.1
    }

    /// Returns whether no person gets the role although the groups have members. The groups may contain names that
    /// their people no longer have.
    pub(in crate::source::ldap) fn is_unused(&self) -> bool {
        !self.allow_empty && self.holders == 0 && self.members() > 0
    }
}

impl Rule {
    fn new(rule: &Entitlement, graph: &Graph) -> Self {
        let named: Vec<Dn> = named(rule).into_iter().map(|(dn, _)| dn).collect();
        let reached = reach(graph, &self::named(rule), rule.nested).read;
        let groups: Vec<&Group> = reached.iter().filter_map(|dn| graph.get(dn)).collect();
        let within = reached.iter().filter(|dn| !named.contains(dn));
        let within: Vec<usize> = within.filter_map(|dn| Some(graph.get(dn)?.size())).collect();
        let empty = groups
            .iter()
            .filter(|group| group.size() == 0 && !rule.allow_empty);
        Self {
            role: rule.role.as_str().into(),
            members: groups.iter().flat_map(|group| &group.members).copied().collect(),
            uids: groups.iter().flat_map(|group| &group.uids).cloned().collect(),
            sids: groups.iter().filter_map(|group| group.sid.clone()).collect(),
            empty: empty
                .map(|group| (group.text.clone(), group.sid.clone()))
                .collect(),
            named: named
                .iter()
                .filter_map(|dn| graph.get(dn))
                .map(|group| (group.text.clone(), group.size()))
                .collect(),
            within: (within.len(), within.iter().sum()),
            allow_empty: rule.allow_empty,
            holders: 0,
        }
    }
}

/// The groups that a rule names.
pub(in crate::source::ldap) fn named(rule: &Entitlement) -> Vec<(Dn, String)> {
    let named = rule.groups.iter();
    named
        .filter_map(|name| Some((Dn::parse(name.as_bytes())?, name.clone())))
        .collect()
}

/// The security identifier of a person's primary group, which is in the same domain: the person's own with another
/// last number (MS-DTYP 2.4.2.2: little-endian).
pub(in crate::source::ldap) fn primary_group(entry: &Entry) -> Option<Box<[u8]>> {
    let number = entry.values(PRIMARY_GROUP).next()?;
    let number: u32 = std::str::from_utf8(number).ok()?.trim().parse().ok()?;
    let sid = entry.values(SID).next()?;
    let domain = sid
        .get(..sid.len().checked_sub(4)?)
        .filter(|domain| domain.len() >= 8)?;
    Some([domain, &number.to_le_bytes()].concat().into())
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::{dn, graph};
    use super::*;
    use crate::source::ldap::tests::entry;

    fn sid(domain: u8, number: u32) -> Vec<u8> {
        let mut sid = vec![1, 2, 0, 0, 0, 0, 0, 5, domain, 0, 0, 0];
        sid.extend(number.to_le_bytes());
        sid
    }

    fn rule(role: &str, group: usize) -> Entitlement {
        Entitlement {
            role: role.to_owned(),
            groups: vec![dn(group).1],
            nested: true,
            allow_empty: false,
        }
    }

    /// Members of a primary group are only recorded in the people's entries.
    #[test]
    fn a_persons_primary_group_is_one_of_their_domain() {
        let mut graph = graph(&[vec![1], vec![]]);
        let within = graph.get_mut(&dn(1).0).unwrap();
        (within.members, within.sid) = (vec![], Some(sid(21, 513).into()));
        let base = Roles::from([Box::from("User")]);
        let mut members = Members::new(&[rule("Admin", 0)], &graph, Fingerprints::default(), &base);
        assert_eq!(members.look_empty(), [dn(1).1]);
        let mut roles = |domain, primary: &[u8]| {
            let own = sid(domain, 1104);
            let person = entry(&[("objectSid", &[&own]), ("primaryGroupID", &[primary])]);
            members.roles(&Entry::parse(person).unwrap()).unwrap().join(" ")
        };
        assert_eq!(roles(22, b"513"), "User", "of another domain");
        assert_eq!(roles(21, b"514"), "User", "another group");
        assert_eq!(roles(21, b"x"), "User");
        assert_eq!(roles(21, b"513"), "Admin User");
        assert_eq!(
            members.look_empty(),
            Vec::<&str>::new(),
            "somebody is in it after all"
        );
    }

    /// A person has each role once, from any number of rules. Without rules, the source does not provide roles.
    #[test]
    fn roles_are_sorted_and_stand_once() {
        let mut groups = graph(&[vec![], vec![]]);
        for group in groups.values_mut() {
            group.uids = vec!["ada".into()];
        }
        let base = Roles::from([Box::from("User")]);
        let rules = [rule("Z", 0), rule("A", 1), rule("A", 0)];
        let mut members = Members::new(&rules, &groups, Fingerprints::default(), &base);
        let ada = Entry::parse(entry(&[("uid", &[b"Ada"])])).unwrap();
        assert_eq!(*members.roles(&ada).unwrap(), ["A", "User", "Z"].map(Box::from));
        let mut none = Members::new(&[], &groups, Fingerprints::default(), &base);
        assert_eq!(none.roles(&ada), None);
    }
}
