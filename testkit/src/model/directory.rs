//! A directory as files and a list, and what they mean.

use std::collections::{BTreeMap, BTreeSet};

use super::random::Random;

/// What a row says about a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    /// The address, also the login name; its bytes are the id.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Empty where there is none.
    pub phone: String,
}

impl Person {
    /// The id in the form that is stored.
    pub fn id(&self) -> String {
        hex::encode(&self.email)
    }
}

/// How the row of a person is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writing {
    Good,
    /// Twice the same.
    Twice,
    /// Twice, with another family name.
    Contradicted,
    NoName,
    BlankName,
    NameNotUtf8,
    /// A field is missing, so that even the address is not to be trusted.
    Short,
    EmailNotUtf8,
    NoEmail,
    /// A quote that is never closed: everything behind it belongs to it.
    Unclosed,
}

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

/// Whether something can be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    Fine,
    /// No such file; or the server fails.
    Missing,
    /// Nothing in it; or something else than a list.
    Garbled,
}

#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) condition: Condition,
    /// The place of a person among all people, and how the row is written.
    pub(crate) rows: Vec<(usize, Writing)>,
}

/// Files of people and a list of leavers.
#[derive(Debug, Clone)]
pub struct Directory {
    /// All who ever were in a file.
    pub(crate) people: Vec<Person>,
    pub(crate) files: Vec<File>,
    pub(crate) list: Vec<String>,
    pub(crate) list_condition: Condition,
}

/// What the sources prove.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// All of them could be read.
    pub readable: bool,
    /// Who is in none is absent.
    pub complete: bool,
    /// Whose records are sound, by id.
    pub people: BTreeMap<String, Person>,
    /// Whose records are not, by id.
    pub unknown: BTreeSet<String>,
    /// A file has no rows at all.
    pub empty_file: bool,
    /// Addresses of leavers in lower case.
    pub listed: BTreeSet<String>,
    /// Some record cannot be used.
    pub rejected: bool,
}

impl Directory {
    /// The bytes of a file; `None` when there is none.
    pub fn file(&self, index: usize) -> Option<Vec<u8>> {
        let file = &self.files[index];
        match file.condition {
            Condition::Missing => return None,
            Condition::Garbled => return Some(Vec::new()),
            Condition::Fine => {}
        }
        let mut bytes = b"email,first_name,last_name,phone\n".to_vec();
        let mut swallowed = None;
        for (place, writing) in &file.rows {
            if *writing == Writing::Unclosed {
                swallowed.get_or_insert(bytes.len() + 1);
            }
            write_row(&mut bytes, &self.people[*place], *writing);
        }
        if let Some(from) = swallowed {
            // Another quote would close this one.
            let rest = bytes.split_off(from);
            bytes.extend(rest.into_iter().filter(|byte| *byte != b'"'));
        }
        Some(bytes)
    }

    /// What the sources prove; `uses_list` if the list is one of them.
    pub fn known(&self, uses_list: bool) -> Known {
        let mut known = Known {
            readable: true,
            complete: true,
            ..Known::default()
        };
        let mut records: BTreeMap<String, Vec<Person>> = BTreeMap::new();
        for file in &self.files {
            known.readable &= file.condition == Condition::Fine;
            known.empty_file |= file.rows.is_empty();
            for (place, writing) in &file.rows {
                self.take(&self.people[*place], *writing, &mut known, &mut records);
                if *writing == Writing::Unclosed {
                    break;
                }
            }
        }
        if uses_list {
            known.readable &= self.list_condition == Condition::Fine;
            known.listed = self.list.iter().map(|address| address.to_lowercase()).collect();
        }
        known.settle(records);
        known
    }

    #[expect(clippy::unused_self, reason = "reads like its caller")]
    fn take(
        &self,
        person: &Person,
        writing: Writing,
        known: &mut Known,
        records: &mut BTreeMap<String, Vec<Person>>,
    ) {
        let mut record = |person: Person| records.entry(person.id()).or_default().push(person);
        match writing {
            Writing::Good | Writing::Twice => record(person.clone()),
            Writing::Contradicted => {
                record(person.clone());
                record(Person {
                    last_name: format!("{}-Other", person.last_name),
                    ..person.clone()
                });
            }
            Writing::BlankName => record(Person {
                last_name: "  ".to_owned(),
                ..person.clone()
            }),
            Writing::NoName | Writing::NameNotUtf8 => {
                known.unknown.insert(person.id());
            }
            Writing::Short | Writing::EmailNotUtf8 | Writing::NoEmail | Writing::Unclosed => {
                known.complete = false;
                known.rejected = true;
            }
        }
    }
}

impl Known {
    /// Two different records of one id, or two people of one login name, cannot both be right.
    fn settle(&mut self, records: BTreeMap<String, Vec<Person>>) {
        let mut logins: BTreeMap<String, usize> = BTreeMap::new();
        for (id, mut records) in records {
            records.sort();
            records.dedup();
            match &records[..] {
                [person] if !self.unknown.contains(&id) => {
                    *logins.entry(person.email.to_lowercase()).or_default() += 1;
                    self.people.insert(id, person.clone());
                }
                _ => {
                    self.unknown.insert(id);
                }
            }
        }
        let unusable =
            |person: &Person| logins[&person.email.to_lowercase()] > 1 || person.last_name.trim().is_empty();
        let unusable: Vec<String> = self
            .people
            .iter()
            .filter(|(_, person)| unusable(person))
            .map(|(id, _)| id.clone())
            .collect();
        for id in unusable {
            self.people.remove(&id);
            self.unknown.insert(id);
        }
        self.rejected |= !self.unknown.is_empty();
    }

    /// Whether a list of leavers names the address.
    pub fn is_listed(&self, email: &str) -> bool {
        self.listed.contains(&email.to_lowercase())
    }
}

fn write_row(bytes: &mut Vec<u8>, person: &Person, writing: Writing) {
    let mut fields: Vec<Vec<u8>> = [
        &person.email,
        &person.first_name,
        &person.last_name,
        &person.phone,
    ]
    .map(|field| quoted(field))
    .to_vec();
    match writing {
        Writing::Good => {}
        Writing::Twice => write_row(bytes, person, Writing::Good),
        Writing::Contradicted => {
            write_row(bytes, person, Writing::Good);
            fields[2] = quoted(&format!("{}-Other", person.last_name));
        }
        Writing::NoName => fields[2].clear(),
        Writing::BlankName => fields[2] = b"  ".to_vec(),
        Writing::NameNotUtf8 => fields[1].push(0xff),
        Writing::Short => drop(fields.pop()),
        Writing::EmailNotUtf8 => fields[0].push(0xe9),
        Writing::NoEmail => fields[0].clear(),
        Writing::Unclosed => fields[0].insert(0, b'"'),
    }
    bytes.extend(fields.join(&b','));
    bytes.push(b'\n');
}

fn quoted(text: &str) -> Vec<u8> {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\"")).into_bytes()
    } else {
        text.as_bytes().to_vec()
    }
}

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
const PHONES: [&str; 4] = ["", "", "+49 30 901820", "+41791234567"];

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
    }
}
