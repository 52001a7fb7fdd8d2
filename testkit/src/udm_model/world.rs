//! What the directory holds, and how it changes from day to day.

mod changes;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::random::Random;

/// Numbers of people and of groups.
const MANY: u8 = 6;
const ADDRESSES: u8 = 14;

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
    /// A person who is not read.
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
    /// Leavers keep the account.
    pub(crate) keeps: bool,
    /// Names and addresses of leavers who keep the account. They are not available for others.
    left: BTreeMap<Member, Vec<String>>,
    pub(crate) random: Random,
}

impl World {
    /// The first day.
    pub fn new(seed: u64) -> Self {
        let mut world = Self {
            people: BTreeMap::new(),
            groups: BTreeMap::new(),
            keeps: seed % 4 == 3,
            left: BTreeMap::new(),
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
        // The account of a leaver is in the last state of the record.
        if settled && self.keeps && self.random.percent(50) {
            self.leave();
        }
        for _ in 0..self.random.between(1..=6) {
            self.change();
        }
    }

    /// Whether every record can be used.
    pub fn is_sound(&self) -> bool {
        self.people.values().all(|person| !person.is_bad)
    }

    /// A person who can be changed. A rejected record stays unchanged.
    fn pick_person(&mut self) -> Option<u8> {
        let sound = self.people.iter().filter(|(_, person)| !person.is_bad);
        let numbers: Vec<u8> = sound.map(|(number, _)| *number).collect();
        (!numbers.is_empty()).then(|| *self.random.pick(&numbers))
    }

    fn pick_group(&mut self) -> Option<u8> {
        let numbers: Vec<u8> = self.groups.keys().copied().collect();
        (!numbers.is_empty()).then(|| *self.random.pick(&numbers))
    }

    /// A free name, among people and groups.
    fn free_name(&mut self) -> String {
        let people = self.people.values().map(|person| person.name.to_lowercase());
        let groups = self.groups.values().map(|group| group.name.to_lowercase());
        let left = self.left.values().flatten().cloned();
        let taken: BTreeSet<String> = people.chain(groups).chain(left).collect();
        let free: Vec<&str> = NAMES
            .iter()
            .copied()
            .filter(|name| !taken.contains(*name))
            .collect();
        (*self.random.pick(&free)).to_owned()
    }

    fn free_address(&mut self) -> Option<String> {
        let people = self.people.values();
        let people = people.filter_map(|person| Some(person.mail.as_ref()?.to_lowercase()));
        let taken: BTreeSet<String> = people.chain(self.left.values().flatten().cloned()).collect();
        let all = (0..ADDRESSES).map(|number| format!("m{number}@example.org"));
        let free: Vec<String> = all.filter(|address| !taken.contains(address)).collect();
        (!free.is_empty()).then(|| self.random.pick(&free).clone())
    }
}
