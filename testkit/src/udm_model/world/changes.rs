//! What can happen on a day.

use std::collections::BTreeSet;

use super::{Group, MANY, Member, Person, World};

impl World {
    pub(super) fn change(&mut self) {
        match self.random.below(14) {
            0 | 1 => self.add_person(),
            2 | 9 if self.keeps => {}
            2 => drop(self.pick_person().map(|number| self.people.remove(&number))),
            3 => self.rename_person(),
            4 => self.swap_names(),
            5 => self.swap_addresses(),
            6 => self.change_person(),
            8 => self.add_group(),
            9 => drop(self.pick_group().map(|number| self.groups.remove(&number))),
            10 => self.rename_group(),
            11 => self.turn_nesting(),
            _ => self.change_members(),
        }
    }

    fn add_person(&mut self) {
        let number = u8::try_from(self.random.below(usize::from(MANY))).unwrap_or_default();
        if !self.people.contains_key(&number) {
            let person = Person {
                name: self.free_name(),
                mail: if self.random.percent(70) {
                    self.free_address()
                } else {
                    None
                },
                last: format!("Last{}", self.random.below(3)),
                is_bad: false,
            };
            self.left.remove(&Member::Person(number));
            self.people.insert(number, person);
        }
    }

    fn rename_person(&mut self) {
        let Some(number) = self.pick_person() else { return };
        let name = self.free_name();
        let is_case_alone = self.random.percent(20);
        if let Some(person) = self.people.get_mut(&number) {
            person.name = if is_case_alone {
                person.name.to_uppercase()
            } else {
                name
            };
        }
    }

    /// Two people exchange their names, or a person and a group, or two groups.
    fn swap_names(&mut self) {
        match (self.random.below(3), self.pick_person(), self.pick_group()) {
            (0, Some(person), Some(group)) => {
                let other = self.groups[&group].name.clone();
                let own = std::mem::replace(&mut self.people.get_mut(&person).expect("picked").name, other);
                self.groups.get_mut(&group).expect("picked").name = own;
            }
            (1, Some(person), _) => {
                let Some(other) = self.pick_person() else { return };
                let names = [
                    self.people[&person].name.clone(),
                    self.people[&other].name.clone(),
                ];
                self.people
                    .get_mut(&person)
                    .expect("picked")
                    .name
                    .clone_from(&names[1]);
                self.people
                    .get_mut(&other)
                    .expect("picked")
                    .name
                    .clone_from(&names[0]);
            }
            (_, _, Some(group)) => {
                let Some(other) = self.pick_group() else { return };
                let names = [self.groups[&group].name.clone(), self.groups[&other].name.clone()];
                self.groups
                    .get_mut(&group)
                    .expect("picked")
                    .name
                    .clone_from(&names[1]);
                self.groups
                    .get_mut(&other)
                    .expect("picked")
                    .name
                    .clone_from(&names[0]);
            }
            _ => {}
        }
    }

    fn swap_addresses(&mut self) {
        if let (Some(person), Some(other)) = (self.pick_person(), self.pick_person()) {
            let mails = [
                self.people[&person].mail.clone(),
                self.people[&other].mail.clone(),
            ];
            self.people
                .get_mut(&person)
                .expect("picked")
                .mail
                .clone_from(&mails[1]);
            self.people
                .get_mut(&other)
                .expect("picked")
                .mail
                .clone_from(&mails[0]);
        }
    }

    fn change_person(&mut self) {
        let Some(number) = self.pick_person() else { return };
        let (mail, last) = (self.free_address(), format!("Last{}", self.random.below(3)));
        let what = self.random.below(3);
        let Some(person) = self.people.get_mut(&number) else {
            return;
        };
        match what {
            0 => person.mail = None,
            1 => person.mail = mail.map(|mail| mail.to_uppercase()),
            _ => person.last = last,
        }
    }

    /// A person or a group leaves, and the account stays.
    pub(super) fn leave(&mut self) {
        if self.random.percent(60) {
            let Some(number) = self.pick_person() else { return };
            let person = self.people.remove(&number).expect("picked");
            let held = [person.name].into_iter().chain(person.mail);
            let held = held.map(|text| text.to_lowercase()).collect();
            self.left.insert(Member::Person(number), held);
        } else if let Some(number) = self.pick_group() {
            let group = self.groups.remove(&number).expect("picked");
            let held = vec![group.name.to_lowercase()];
            self.left.insert(Member::Group(number), held);
        }
    }

    /// A record becomes invalid, or is corrected.
    pub(super) fn spoil(&mut self) {
        let bad: Vec<u8> = self
            .people
            .iter()
            .filter(|(_, person)| person.is_bad)
            .map(|(number, _)| *number)
            .collect();
        match bad.first() {
            Some(number) => self.people.get_mut(number).expect("there").is_bad = false,
            None => {
                if let Some(person) = self.pick_person().and_then(|number| self.people.get_mut(&number)) {
                    person.is_bad = true;
                }
            }
        }
    }

    fn add_group(&mut self) {
        let number = u8::try_from(self.random.below(usize::from(MANY))).unwrap_or_default();
        if !self.groups.contains_key(&number) {
            let group = Group {
                name: self.free_name(),
                members: BTreeSet::new(),
            };
            self.left.remove(&Member::Group(number));
            self.groups.insert(number, group);
            for _ in 0..3 {
                self.change_members();
            }
        }
    }

    fn rename_group(&mut self) {
        let Some(number) = self.pick_group() else { return };
        let name = self.free_name();
        if let Some(group) = self.groups.get_mut(&number) {
            group.name = name;
        }
    }

    fn change_members(&mut self) {
        let Some(number) = self.pick_group() else { return };
        let member = u8::try_from(self.random.below(usize::from(MANY))).unwrap_or_default();
        let member = match self.random.below(10) {
            0..6 => Member::Person(member),
            6..9 => Member::Group(member),
            _ => Member::Outsider,
        };
        let members = &mut self.groups.get_mut(&number).expect("picked").members;
        if !members.remove(&member) {
            members.insert(member);
        }
    }

    /// The inner group becomes the outer one.
    fn turn_nesting(&mut self) {
        let links = self.groups.iter().flat_map(|(outer, group)| {
            group.members.iter().filter_map(move |member| match member {
                Member::Group(inner) => Some((*outer, *inner)),
                Member::Person(_) | Member::Outsider => None,
            })
        });
        let links: Vec<(u8, u8)> = links
            .filter(|(_, inner)| self.groups.contains_key(inner))
            .collect();
        if !links.is_empty() {
            let (outer, inner) = *self.random.pick(&links);
            self.groups
                .get_mut(&outer)
                .expect("there")
                .members
                .remove(&Member::Group(inner));
            self.groups
                .get_mut(&inner)
                .expect("there")
                .members
                .insert(Member::Group(outer));
        }
    }
}
