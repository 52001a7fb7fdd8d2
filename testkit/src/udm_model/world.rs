//! What the directory holds, and how it changes from day to day.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::random::Random;

/// Numbers of people and of groups.
const MANY: u8 = 6;
const ADDRESSES: u8 = 8;

/// Some need escapes in names of entries.
const NAMES: [&str; 16] = [
    "anna", "bert", "carl", "dora", "emil", "fritz", "gustav", "hanna", "a,b", "c,d", "ida", "jan", "kim",
    "lea", "m.n", "o-p",
];

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) mail: Option<String>,
    pub(crate) last: String,
    /// The record cannot be used: there are two last names.
    pub(crate) is_bad: bool,
}

/// What a group holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Member {
    Person(u8),
    Group(u8),
    /// Somebody who is not read.
    Outsider,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) members: BTreeSet<Member>,
}

/// What the directory holds today.
#[derive(Debug, Clone)]
pub struct World {
    pub(crate) people: BTreeMap<u8, Person>,
    pub(crate) groups: BTreeMap<u8, Group>,
    pub(crate) random: Random,
}

impl World {
    /// The first day.
    pub fn new(seed: u64) -> Self {
        let mut world = Self {
            people: BTreeMap::new(),
            groups: BTreeMap::new(),
            random: Random::new(seed),
        };
        for _ in 0..10 {
            world.change();
        }
        world
    }

    /// Whether something happens today that happens so many times in a hundred.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.random.percent(percent)
    }

    /// A day passes. `settled`: all that was to be done yesterday was done.
    pub fn pass_day(&mut self, settled: bool) {
        // Of a record that breaks, the account is as the record said before.
        if settled && self.random.percent(20) {
            self.spoil();
        }
        for _ in 0..self.random.between(1..=6) {
            self.change();
        }
    }

    /// Whether every record can be used.
    pub fn is_sound(&self) -> bool {
        self.people.values().all(|person| !person.is_bad)
    }

    fn change(&mut self) {
        match self.random.below(14) {
            0 | 1 => self.add_person(),
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

    /// One who can be changed: a record that cannot be used stays as it is.
    fn pick_person(&mut self) -> Option<u8> {
        let sound = self.people.iter().filter(|(_, person)| !person.is_bad);
        let numbers: Vec<u8> = sound.map(|(number, _)| *number).collect();
        (!numbers.is_empty()).then(|| *self.random.pick(&numbers))
    }

    fn pick_group(&mut self) -> Option<u8> {
        let numbers: Vec<u8> = self.groups.keys().copied().collect();
        (!numbers.is_empty()).then(|| *self.random.pick(&numbers))
    }

    /// A name that nobody has, people and groups alike.
    fn free_name(&mut self) -> String {
        let people = self.people.values().map(|person| person.name.to_lowercase());
        let groups = self.groups.values().map(|group| group.name.to_lowercase());
        let taken: BTreeSet<String> = people.chain(groups).collect();
        let free: Vec<&str> = NAMES
            .iter()
            .copied()
            .filter(|name| !taken.contains(*name))
            .collect();
        (*self.random.pick(&free)).to_owned()
    }

    fn free_address(&mut self) -> Option<String> {
        let taken: BTreeSet<String> = self
            .people
            .values()
            .filter_map(|person| Some(person.mail.as_ref()?.to_lowercase()))
            .collect();
        let all = (0..ADDRESSES).map(|number| format!("m{number}@example.org"));
        let free: Vec<String> = all.filter(|address| !taken.contains(address)).collect();
        (!free.is_empty()).then(|| self.random.pick(&free).clone())
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

    /// A record breaks, or is mended.
    fn spoil(&mut self) {
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
