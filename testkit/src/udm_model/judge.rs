//! Looks at what a run has done. Rules of its own, in the words of the contract.

use std::collections::BTreeSet;

use super::circles::contains;
use super::state::{State, TargetGroup, User};
use super::world::{Member, World};
use super::{group_id, person_id};

/// What was there before a run, and what the directory said.
pub struct Judge<'a> {
    world: &'a World,
    before: State,
}

impl<'a> Judge<'a> {
    /// Right before a run.
    pub fn new(world: &'a World, before: State) -> Self {
        Self { world, before }
    }

    /// What holds after every run, however it ended.
    ///
    /// # Errors
    /// What was done and must not be.
    pub fn is_safe(&self, after: &State) -> Result<(), String> {
        for (dn, what) in &self.before.foreign {
            if after.foreign.get(dn) != Some(what) {
                return Err(format!("{dn} is somebody else's and has changed"));
            }
        }
        for (id, user) in &self.before.users {
            match (self.person(id), after.users.get(id)) {
                (Some(_), None) => return Err(format!("user {id} is in the directory and was deleted")),
                (Some((_, true)), Some(now)) if now != user => {
                    return Err(format!(
                        "nobody knows what user {id} is to be, and it has changed: {now:?}"
                    ));
                }
                _ => {}
            }
        }
        for (id, group) in &self.before.groups {
            let Some(now) = after.groups.get(id) else {
                if self.world.groups.keys().any(|number| group_id(*number) == *id) {
                    return Err(format!("group {id} is in the directory and was deleted"));
                }
                continue;
            };
            if let Some(lost) = group.others.iter().find(|other| !now.others.contains(*other)) {
                return Err(format!("group {id} has lost {lost}, who is nobody's to take"));
            }
            let wanted = self.wanted_members(id);
            let new = now.members.difference(&group.members);
            if let Some(wrong) = new.into_iter().find(|member| !wanted.contains(*member)) {
                return Err(format!("group {id} has got {wrong}, who does not belong there"));
            }
        }
        Ok(())
    }

    /// What holds after a run in which nothing went wrong.
    ///
    /// # Errors
    /// What is not as the directory says.
    pub fn is_done(&self, after: &State) -> Result<(), String> {
        let mut users = self.before.users.clone();
        users.retain(|id, _| self.world.keeps || self.person(id).is_some());
        for (number, person) in self.world.people.iter().filter(|(_, person)| !person.is_bad) {
            let user = User {
                name: person.name.clone(),
                mail: person.mail.as_deref().unwrap_or_default().to_lowercase(),
                last: person.last.clone(),
            };
            users.insert(person_id(*number), user);
        }
        if after.users != users {
            return Err(format!("users are {:?} and should be {users:?}", after.users));
        }
        let mut ids: BTreeSet<String> = self.world.groups.keys().map(|number| group_id(*number)).collect();
        for (id, group) in self.before.groups.iter().filter(|_| self.world.keeps) {
            if ids.insert(id.clone()) && after.groups.get(id) != Some(group) {
                return Err(format!(
                    "group {id} has left, and has changed: {:?}",
                    after.groups.get(id)
                ));
            }
        }
        let there: BTreeSet<String> = after.groups.keys().cloned().collect();
        if ids != there {
            return Err(format!("groups are {there:?} and should be {ids:?}"));
        }
        for (number, group) in &self.world.groups {
            self.is_group_done(&group_id(*number), &group.name, after)?;
        }
        Ok(())
    }

    fn is_group_done(&self, id: &str, name: &str, after: &State) -> Result<(), String> {
        let before = self.before.groups.get(id).cloned();
        let (held, others) = before.map_or_else(Default::default, |group| (group.members, group.others));
        let now = &after.groups[id];
        let wanted = self.wanted_members(id);
        let there = |member: &String| after.users.contains_key(member) || after.groups.contains_key(member);
        // It is not known whether leavers still belong there.
        let stay = held.into_iter().filter(|member| !self.is_named(member));
        let wanted: BTreeSet<String> = wanted.into_iter().chain(stay).filter(there).collect();
        for missing in wanted.difference(&now.members) {
            if *missing != id && !contains(after, missing, id) {
                return Err(format!("group {id} lacks {missing}"));
            }
        }
        let expected = TargetGroup {
            name: name.to_owned(),
            members: wanted.intersection(&now.members).cloned().collect(),
            others,
        };
        if *now != expected {
            return Err(format!("group {id} is {now:?} and should be {expected:?}"));
        }
        Ok(())
    }

    /// Whether the directory names a person, and whether the record is of no use.
    fn person(&self, id: &str) -> Option<(u8, bool)> {
        let mut people = self.world.people.iter();
        let (number, person) = people.find(|(number, _)| person_id(**number) == id)?;
        Some((*number, person.is_bad))
    }

    fn is_named(&self, id: &str) -> bool {
        let is_group = self.world.groups.keys().any(|number| group_id(*number) == id);
        is_group || self.person(id).is_some()
    }

    /// The ids of those who belong into a group.
    fn wanted_members(&self, id: &str) -> BTreeSet<String> {
        let mut groups = self.world.groups.iter();
        let group = groups.find(|(number, _)| group_id(**number) == id);
        let members = group.into_iter().flat_map(|(_, group)| &group.members);
        let ids = members.filter_map(|member| match member {
            Member::Person(number) if self.world.people.contains_key(number) => Some(person_id(*number)),
            Member::Group(number) if self.world.groups.contains_key(number) => Some(group_id(*number)),
            Member::Person(_) | Member::Group(_) | Member::Outsider => None,
        });
        ids.collect()
    }
}
