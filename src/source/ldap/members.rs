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
