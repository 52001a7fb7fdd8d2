//! Groups in memory: which groups lie within which, who is in them, and which roles that gives. Pure.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use super::entry::Entry;
use crate::config::{Dn, Entitlement};
use crate::model::Entitlements;

/// The attributes of a group that say who is in it, by their key: names, names that a uid may follow, and login names.
pub(super) const MEMBER: &str = "member";
pub(super) const UNIQUE_MEMBER: &str = "uniquemember";
pub(super) const MEMBER_UID: &str = "memberuid";
/// Those of a person, and of a group in Active Directory.
pub(super) const SID: &str = "objectsid";
const PRIMARY_GROUP: &str = "primarygroupid";
const UID: &str = "uid";

/// What people have to be asked for, so that their groups can be found.
pub(super) const ASKED_OF_PEOPLE: [&str; 3] = ["uid", "objectSid", "primaryGroupID"];

/// A name as a number: hundreds of thousands must fit, and two names that fall together by chance (one in 10^27 runs of
/// a million) would give a role to the wrong person. Nobody can choose names that do: the keys are new in each run.
#[derive(Debug, Default)]
pub(super) struct Names([RandomState; 2]);

impl Names {
    /// The number of a name; equal names have the same.
    pub(super) fn number(&self, dn: &Dn) -> u128 {
        let [high, low] = &self.0;
        u128::from(high.hash_one(dn)) << 64 | u128::from(low.hash_one(dn))
    }
}

/// One group, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Group {
    /// Its name, for messages.
    pub(super) text: String,
    /// Numbers of the names of its members.
    pub(super) members: Vec<u128>,
    /// Those of its members that are groups, with their name as the server has it.
    pub(super) children: Vec<(Dn, String)>,
    /// Login names of its members, in lower case.
    pub(super) uids: Vec<Box<str>>,
    /// Its security identifier.
    pub(super) sid: Option<Box<[u8]>>,
}

impl Group {
    /// From an entry that is complete. A member whose name is none counts as a member nobody is.
    pub(super) fn new(entry: &Entry, names: &Names, is_group: impl Fn(u128) -> bool) -> Self {
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
            if is_group(number)
                && let Ok(text) = std::str::from_utf8(value)
            {
                group.children.push((dn, text.to_owned()));
            }
        }
        let uids = entry.values(MEMBER_UID);
        group.uids = uids.map(|uid| folded(uid).into()).collect();
        group
    }

    /// How many members can be seen. Those by primary group stand with the people.
    pub(super) fn size(&self) -> usize {
        self.members.len() + self.uids.len()
    }
}

/// Login names are compared without regard to letter case, as the attribute `uid` is.
fn folded(uid: &[u8]) -> String {
    String::from_utf8_lossy(uid).trim().to_lowercase()
}

/// The groups that were read, each once.
pub(super) type Graph = HashMap<Dn, Group>;

/// What is reached from some groups.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reach {
    /// Groups that were read, the first ones included; each once, whatever circles there are.
    pub(super) read: Vec<Dn>,
    /// Groups that are still to be read, each once.
    pub(super) unread: Vec<(Dn, String)>,
}

/// Follows groups into groups as far as they were read; not at all unless `nested`.
pub(super) fn reach(graph: &Graph, first: &[(Dn, String)], nested: bool) -> Reach {
    let mut reach = Reach::default();
    let mut seen: HashSet<&Dn> = HashSet::new();
    let mut open: Vec<&(Dn, String)> = first.iter().rev().collect();
    while let Some(named) = open.pop() {
        let (dn, _) = named;
        if !seen.insert(dn) {
            continue;
        }
        let Some(group) = graph.get(dn) else {
            reach.unread.push(named.clone());
            continue;
        };
        reach.read.push(dn.clone());
        if nested {
            open.extend(&group.children);
        }
    }
    reach
}

/// Who gets which role, and who has got it so far.
#[derive(Debug, Default)]
pub(super) struct Members {
    rules: Vec<Rule>,
    names: Names,
    /// What everybody gets.
    everybody: Entitlements,
    /// Roles by the rules that give them, so that people share them.
    shared: HashMap<Vec<bool>, Entitlements>,
    /// Groups that are the primary group of somebody.
    primary: HashSet<Box<[u8]>>,
}

/// One rule with all groups that it reaches.
#[derive(Debug)]
struct Rule {
    role: Box<str>,
    members: HashSet<u128>,
    uids: HashSet<Box<str>>,
    sids: HashSet<Box<[u8]>>,
    named: Vec<(String, usize)>,
    within: (usize, usize),
    /// Groups that must have a member, and in which none can be seen.
    empty: Vec<(String, Option<Box<[u8]>>)>,
    holders: usize,
}

impl Members {
    /// Everything that rules need of the groups, which all were read.
    pub(super) fn new(rules: &[Entitlement], graph: &Graph, names: Names, base: &Entitlements) -> Self {
        let is_named = |role: &str| rules.iter().any(|rule| rule.role == role);
        Self {
            rules: rules.iter().map(|rule| Rule::new(rule, graph)).collect(),
            names,
            everybody: base.iter().filter(|role| !is_named(role)).cloned().collect(),
            ..Self::default()
        }
    }

    /// The roles of a person; `None` if no rule says who has which.
    pub(super) fn roles(&mut self, entry: &Entry) -> Option<Entitlements> {
        if self.rules.is_empty() {
            return None;
        }
        let number = Dn::parse(entry.dn()).map(|dn| self.names.number(&dn));
        let primary = primary_group(entry);
        let uids: Vec<String> = entry.values(UID).map(folded).collect();
        let is_in = |rule: &Rule| {
            number.is_some_and(|number| rule.members.contains(&number))
                || uids.iter().any(|uid| rule.uids.contains(uid.as_str()))
                || primary.as_ref().is_some_and(|sid| rule.sids.contains(sid))
        };
        let held: Vec<bool> = self.rules.iter().map(is_in).collect();
        if let Some(sid) = primary
            && !self.primary.contains(&sid)
        {
            self.primary.insert(sid);
        }
        for (rule, _) in self.rules.iter_mut().zip(&held).filter(|(_, held)| **held) {
            rule.holders += 1;
        }
        if let Some(roles) = self.shared.get(&held) {
            return Some(roles.clone());
        }
        let given = self.rules.iter().zip(&held).filter(|(_, held)| **held);
        let mut roles: Vec<Box<str>> = given.map(|(rule, _)| rule.role.clone()).collect();
        roles.extend(self.everybody.iter().cloned());
        roles.sort_unstable();
        roles.dedup();
        let roles = Entitlements::from(roles);
        self.shared.insert(held, roles.clone());
        Some(roles)
    }

    /// Groups that look empty and may not be, once all people were seen: one that may not be read looks the same. The
    /// primary group of somebody is not empty.
    pub(super) fn look_empty(&self) -> Vec<&str> {
        let empty = self.rules.iter().flat_map(|rule| &rule.empty);
        let mut names: Vec<&str> = empty
            .filter(|(_, sid)| sid.as_ref().is_none_or(|sid| !self.primary.contains(sid)))
            .map(|(name, _)| name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// How many hold which role, rule by rule.
    pub(super) fn counts(&self) -> impl Iterator<Item = RoleCount<'_>> {
        self.rules.iter().map(|rule| RoleCount {
            role: &rule.role,
            holders: rule.holders,
            named: &rule.named,
            within: rule.within,
        })
    }
}

/// What a rule comes to.
#[derive(Debug)]
pub(super) struct RoleCount<'a> {
    pub(super) role: &'a str,
    /// People who are in one of the groups.
    pub(super) holders: usize,
    /// The groups that the rule names, with the number of members.
    pub(super) named: &'a [(String, usize)],
    /// How many groups lie within these, and how many members they have together.
    pub(super) within: (usize, usize),
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
            holders: 0,
        }
    }
}

/// The groups that a rule names.
pub(super) fn named(rule: &Entitlement) -> Vec<(Dn, String)> {
    let named = rule.groups.iter();
    named
        .filter_map(|name| Some((Dn::parse(name.as_bytes())?, name.clone())))
        .collect()
}

/// The security identifier of a person's primary group, which is of the same domain: the person's own with another last
/// number (MS-DTYP 2.4.2.2: little-endian).
fn primary_group(entry: &Entry) -> Option<Box<[u8]>> {
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
    use proptest::prelude::*;

    use super::super::tests::entry;
    use super::*;

    fn dn(number: usize) -> (Dn, String) {
        let text = format!("cn=g{number},dc=example,dc=org");
        (Dn::parse(text.as_bytes()).unwrap(), text)
    }

    /// Groups by number, each with the numbers of the groups within it.
    fn graph(edges: &[Vec<usize>]) -> Graph {
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
        /// What is reached is what a plain search for a fixed point finds, each group once, whatever circles there are.
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
            prop_assert_eq!(found.unread, vec![]);
            prop_assert_eq!(sorted(found.read), sorted(expected.collect()));
        }

        /// Reading what is missing until nothing is reads exactly what is within, each group once.
        #[test]
        fn reading_level_by_level_ends_with_everything_within(edges in edges()) {
            let all = graph(&edges);
            let (mut read, mut reads) = (Graph::new(), 0);
            loop {
                let unread = reach(&read, &[dn(0)], true).unread;
                if unread.is_empty() {
                    break;
                }
                for (name, _) in unread {
                    reads += 1;
                    read.insert(name.clone(), all[&name].clone());
                }
            }
            let within = reach(&all, &[dn(0)], true).read;
            prop_assert_eq!(reads, within.len());
            prop_assert_eq!(read.len(), within.len());
        }

        /// Without nesting only the named groups count.
        #[test]
        fn direct_members_are_of_the_named_groups(edges in edges()) {
            let found = reach(&graph(&edges), &[dn(0), dn(0)], false);
            prop_assert_eq!(found.read, vec![dn(0).0]);
        }
    }

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

    /// The members of the primary group stand nowhere but with the people.
    #[test]
    fn somebodys_primary_group_is_one_of_their_domain() {
        let mut graph = graph(&[vec![1], vec![]]);
        let within = graph.get_mut(&dn(1).0).unwrap();
        (within.members, within.sid) = (vec![], Some(sid(21, 513).into()));
        let base = Entitlements::from([Box::from("User")]);
        let mut members = Members::new(&[rule("Admin", 0)], &graph, Names::default(), &base);
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

    /// Whatever rules give a role, a person holds it once; without rules the source says nothing.
    #[test]
    fn roles_are_sorted_and_stand_once() {
        let mut groups = graph(&[vec![], vec![]]);
        for group in groups.values_mut() {
            group.uids = vec!["ada".into()];
        }
        let base = Entitlements::from([Box::from("User")]);
        let rules = [rule("Z", 0), rule("A", 1), rule("A", 0)];
        let mut members = Members::new(&rules, &groups, Names::default(), &base);
        let ada = Entry::parse(entry(&[("uid", &[b"Ada"])])).unwrap();
        assert_eq!(*members.roles(&ada).unwrap(), ["A", "User", "Z"].map(Box::from));
        let mut none = Members::new(&[], &groups, Names::default(), &base);
        assert_eq!(none.roles(&ada), None);
    }
}
