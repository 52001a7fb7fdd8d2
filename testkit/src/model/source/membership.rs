//! Who is in which group, and gets which role by it.

use std::collections::BTreeSet;

use super::directory::Directory;
use super::groups::{EVERYBODYS, Group, Naming, RoleSet, Roles, Rule, Sight, group_dn};

impl Directory {
    /// What a group says of its members, as far as it can be seen.
    pub(crate) fn values(&self, group: &Group) -> Vec<String> {
        if group.sight == Sight::NoMember {
            return Vec::new();
        }
        let named = group.members.iter().flat_map(|place| match group.naming {
            Naming::MemberUid => vec![format!("p{place}")],
            Naming::Member | Naming::UniqueMember => self.entry_dns(*place),
        });
        named.chain(group.within.map(group_dn)).collect()
    }

    /// The roles by the place of the person; `None` if a group that matters cannot be read.
    pub(crate) fn roles(&self, roles: &Roles) -> Option<Vec<RoleSet>> {
        let is_ruled = roles.rules.iter().any(|rule| rule.role == EVERYBODYS);
        let everybodys = RoleSet::from_iter((!is_ruled).then_some(EVERYBODYS));
        let mut wanted = vec![everybodys; self.people.len()];
        for rule in &roles.rules {
            for place in self.members(rule)? {
                wanted[place].insert(rule.role);
            }
        }
        Some(wanted)
    }

    /// Who is in the groups of a rule.
    fn members(&self, rule: &Rule) -> Option<BTreeSet<usize>> {
        if rule.nested && self.groups.unlisted {
            return None;
        }
        let mut open = rule.groups.clone();
        let (mut seen, mut members) = (BTreeSet::new(), BTreeSet::new());
        while let Some(place) = open.pop() {
            if !seen.insert(place) {
                continue;
            }
            let group = &self.groups.all[place];
            let values = self.values(group).len();
            match group.sight {
                // One that is only within another one is then just gone.
                Sight::Missing if rule.groups.contains(&place) => return None,
                Sight::Missing => continue,
                Sight::Refused => return None,
                Sight::FirstPart if group.naming == Naming::Member && values > 1 => return None,
                _ if values == 0 && !rule.allow_empty => return None,
                Sight::NoMember => continue,
                Sight::All | Sight::InParts | Sight::FirstPart => {}
            }
            members.extend(&group.members);
            open.extend(group.within.filter(|_| rule.nested));
        }
        Some(members)
    }
}
