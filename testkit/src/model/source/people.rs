//! Any directory, and how it changes.

use super::directory::{Condition, Directory, Elsewhere, File, Person};
use super::groups::Groups;
use super::row::Writing;
use crate::model::random::Random;

const BROKEN: [Writing; 8] = [
    Writing::Contradicted,
    Writing::NoName,
    Writing::BlankName,
    Writing::NameNotUtf8,
    Writing::Short,
    Writing::EmailNotUtf8,
    Writing::NoEmail,
    Writing::Unclosed,
];

const LOCALS: [&str; 8] = [
    "ada",
    "Grace.Hopper",
    "o'neil",
    "jürgen",
    "x_y+z",
    "ÅSA",
    "мария",
    "a-b",
];
const NAMES: [&str; 8] = [
    "Ada",
    "Zoë",
    "Ольга",
    "美咲",
    "Anne Marie",
    "D'Arcy",
    "\"Q\"",
    "عمر",
];
const SURNAMES: [&str; 8] = [
    "Lovelace",
    "Smith, Jr.",
    "Müller",
    "O'Neil",
    "田中",
    "Çelik",
    "de la Cruz",
    "I\u{307}pek",
];
/// The last two are what a spreadsheet makes of a number.
pub(crate) const PHONES: [&str; 6] = ["", "", "+49 30 901820", "+41791234567", "4.93E+11", "#N/A"];

pub(crate) fn any_person(random: &mut Random, number: usize) -> Person {
    Person {
        email: format!("{}{number}@example.org", random.pick(&LOCALS)),
        first_name: (*random.pick(&NAMES)).to_owned(),
        last_name: (*random.pick(&SURNAMES)).to_owned(),
        phone: (*random.pick(&PHONES)).to_owned(),
    }
}

impl Directory {
    pub(crate) fn any(random: &mut Random, files: usize) -> Self {
        let mut people: Vec<Person> = (0..random.between(3..=9))
            .map(|number| any_person(random, number))
            .collect();
        if random.percent(8) {
            let shouted = Person {
                email: people[0].email.to_uppercase(),
                ..people[0].clone()
            };
            people.push(shouted);
        }
        let file = File {
            condition: Condition::Fine,
            rows: Vec::new(),
        };
        let mut files = vec![file; files];
        for place in 0..people.len() {
            if random.percent(85) {
                let file = random.below(files.len());
                files[file].rows.push((place, Writing::Good));
            }
        }
        Self {
            people,
            files,
            list: Vec::new(),
            list_condition: Condition::Fine,
            groups: Groups::default(),
            elsewhere: Elsewhere::default(),
        }
    }

    /// Changes something; gives what, in words.
    pub(crate) fn change(&mut self, random: &mut Random) -> String {
        let place = random.below(self.people.len());
        let file = random.below(self.files.len());
        let email = self.people[place].email.clone();
        match random.below(13) {
            0 | 1 => {
                self.files
                    .iter_mut()
                    .for_each(|file| file.rows.retain(|(row, _)| *row != place));
                format!("no file has {email}")
            }
            2 | 3 => {
                self.files[file].rows.push((place, Writing::Good));
                format!("file {file} has {email}, once more perhaps")
            }
            4 => {
                (*random.pick(&SURNAMES)).clone_into(&mut self.people[place].last_name);
                format!("{email} is called {}", self.people[place].last_name)
            }
            5 => {
                (*random.pick(&PHONES)).clone_into(&mut self.people[place].phone);
                format!("{email} has the phone {:?}", self.people[place].phone)
            }
            6 | 7 => self.write_otherwise(random, file),
            8 => {
                self.files
                    .iter_mut()
                    .flat_map(|file| &mut file.rows)
                    .for_each(|row| row.1 = Writing::Good);
                "all rows are good".to_owned()
            }
            9 => {
                let condition = *random.pick(&[Condition::Missing, Condition::Garbled, Condition::Fine]);
                self.files[file].condition = condition;
                format!("file {file} is {condition:?}")
            }
            10 | 11 => {
                let address = if random.percent(50) {
                    email
                } else {
                    email.to_uppercase()
                };
                self.list.push(address.clone());
                format!("the list names {address}")
            }
            _ if random.percent(50) => {
                self.list.clear();
                "the list is empty".to_owned()
            }
            _ => {
                self.list_condition =
                    *random.pick(&[Condition::Missing, Condition::Garbled, Condition::Fine]);
                format!("the list is {:?}", self.list_condition)
            }
        }
    }

    fn write_otherwise(&mut self, random: &mut Random, file: usize) -> String {
        let rows = &mut self.files[file].rows;
        if rows.is_empty() {
            return format!("file {file} has no rows");
        }
        let row = random.below(rows.len());
        rows[row].1 = if random.percent(20) {
            Writing::Twice
        } else {
            *random.pick(&BROKEN)
        };
        format!("row {row} of file {file} is written {:?}", rows[row].1)
    }

    /// Everything can be read again.
    pub(crate) fn mend(&mut self) {
        self.files
            .iter_mut()
            .for_each(|file| file.condition = Condition::Fine);
        self.list_condition = Condition::Fine;
        self.elsewhere = Elsewhere::default();
    }
}
