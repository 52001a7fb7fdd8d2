//! Groups of a directory, the roles that they give, and how both change.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::model::random::Random;

/// The role of all people without a rule.
pub(crate) const EVERYBODYS: &str = "User";

/// The roles of the project.
pub const ALL_ROLES: [&str; 4] = ["Admin", "Guest", "Nurse", EVERYBODYS];

/// Keys of roles.
pub(crate) type RoleSet = BTreeSet<&'static str>;

/// Who gets which role, and which roles are taken away again.
#[derive(Debug, Clone)]
pub struct Roles {
    /// `sources.file0.entitlements`
    pub(crate) rules: Vec<Rule>,
    /// `zitadel.owned_roles`
    pub(crate) owned: RoleSet,
}

/// A role for the members of groups.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(super) role: &'static str,
    /// Places of groups.
    pub(super) groups: Vec<usize>,
    pub(super) nested: bool,
    pub(super) allow_empty: bool,
}

/// By which attribute a group names its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    Member,
    UniqueMember,
    MemberUid,
}

/// How much of a group can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    All,
    /// All of it, part after part.
    InParts,
    /// The second part cannot be read.
    FirstPart,
    /// No member can be seen.
    NoMember,
    /// The server refuses.
    Refused,
    /// There is no such group.
    Missing,
}

#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) naming: Naming,
    /// Places of people.
    pub(crate) members: BTreeSet<usize>,
    /// The place of a group that is a member, too.
    pub(crate) within: Option<usize>,
    pub(crate) sight: Sight,
}

/// All groups of the directory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Groups {
    pub(crate) all: Vec<Group>,
    /// The groups cannot be listed.
    pub(crate) unlisted: bool,
}

impl Roles {
    pub(crate) fn any(random: &mut Random) -> Self {
        let rules = (0..random.between(1..=3)).map(|_| Rule::any(random)).collect();
        let owned = ALL_ROLES.into_iter();
        let owned = owned.filter(|role| random.percent(if *role == "Guest" { 40 } else { 65 }));
        Self {
            rules,
            owned: owned.collect(),
        }
    }

    /// Everything of the source but its people.
    pub(crate) fn entitlements(&self) -> String {
        let mut text = "    entitlements:\n".to_owned();
        for rule in &self.rules {
            let groups = rule.groups.iter().map(|place| format!("'{}'", group_dn(*place)));
            let groups = groups.collect::<Vec<_>>().join(", ");
            let (role, nested, empty) = (rule.role, rule.nested, rule.allow_empty);
            let _ = writeln!(
                text,
                "    - {{role: {role}, group: [{groups}], nested: {nested}, allow_empty: {empty}}}"
            );
        }
        text
    }

    /// What the configuration says about the target.
    pub fn owned(&self) -> String {
        let owned: Vec<&str> = self.owned.iter().copied().collect();
        format!("owned_roles: [{}]", owned.join(", "))
    }

    /// The roles that are the tool's business at all.
    pub(crate) fn known(&self) -> RoleSet {
        let given = self.rules.iter().map(|rule| rule.role);
        given
            .chain(self.owned.iter().copied())
            .chain([EVERYBODYS])
            .collect()
    }
}

impl Rule {
    fn any(random: &mut Random) -> Self {
        let mut groups: Vec<usize> = (0..random.between(1..=2)).map(|_| random.below(3)).collect();
        groups.dedup();
        Self {
            role: *random.pick(&["Admin", "Admin", "Nurse", EVERYBODYS]),
            groups,
            nested: random.percent(70),
            allow_empty: random.percent(40),
        }
    }
}

/// The name of a group.
pub(crate) fn group_dn(place: usize) -> String {
    format!("cn=g{place},ou=groups,dc=example,dc=com")
}

impl Groups {
    pub(crate) fn any(random: &mut Random, people: usize, roles: &Roles) -> Self {
        let group = |random: &mut Random, place| {
            let naming = *random.pick(&[
                Naming::Member,
                Naming::Member,
                Naming::UniqueMember,
                Naming::MemberUid,
            ]);
            // Names of groups are no login names.
            let holds = naming != Naming::MemberUid && random.percent(35);
            Group {
                naming,
                members: (0..people).filter(|_| random.percent(40)).collect(),
                within: holds.then(|| (place + random.between(1..=2)) % 3),
                sight: Sight::All,
            }
        };
        let mut groups = Self {
            all: (0..3).map(|place| group(random, place)).collect(),
            unlisted: false,
        };
        groups.mend(roles);
        groups
    }

    /// Everything can be read again, and no group is empty that may not be.
    pub(crate) fn mend(&mut self, roles: &Roles) {
        let may_be_empty = roles.rules.iter().all(|rule| rule.allow_empty);
        self.unlisted = false;
        for group in &mut self.all {
            group.sight = Sight::All;
            if group.members.is_empty() && !may_be_empty {
                group.members.insert(0);
            }
        }
    }

    /// A person joins or leaves, or something becomes unreadable; returns a description.
    pub(crate) fn change(&mut self, random: &mut Random, people: usize) -> String {
        let place = random.below(self.all.len());
        let group = &mut self.all[place];
        let person = random.below(people);
        match random.below(12) {
            0..=2 => {
                group.members.insert(person);
                format!("person {person} comes into group {place}")
            }
            3..=5 => {
                group.members.remove(&person);
                format!("person {person} leaves group {place}")
            }
            6 => {
                group.members.clear();
                format!("nobody is in group {place}")
            }
            7..=9 => {
                group.sight = *random.pick(&[
                    Sight::InParts,
                    Sight::InParts,
                    Sight::FirstPart,
                    Sight::NoMember,
                    Sight::Refused,
                    Sight::Missing,
                ]);
                format!("of group {place} is to be seen: {:?}", group.sight)
            }
            10 => {
                self.unlisted = random.percent(50);
                format!("the groups cannot be listed: {}", self.unlisted)
            }
            _ => {
                self.all.iter_mut().for_each(|group| group.sight = Sight::All);
                "all of all groups is to be seen".to_owned()
            }
        }
    }
}
