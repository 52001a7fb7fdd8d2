//! The first line of a CSV file.

use std::path::Path;

use csv::ByteRecord;

/// What a header has to look like.
pub(super) const EXPECTED: &str = "the first line must name the columns `email,first_name,last_name,phone` and may \
                                   name `localpart`: in lower case, in any order, separated by commas";

/// Which column holds what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    /// The place of the e-mail address.
    pub(super) email: usize,
    /// Our names and places of all columns that are used.
    pub(super) used: Vec<(&'static str, usize)>,
    /// Fields of each row.
    pub(super) width: usize,
}

impl Columns {
    /// The name of the last column, if it is one of ours.
    pub(super) fn last(&self) -> Option<&'static str> {
        let last = self.used.iter().find(|(_, place)| *place == self.width - 1);
        last.map(|(name, _)| *name)
    }
}

/// Finds the columns by their exact names.
///
/// # Errors
/// What is wrong with the header, and what to do.
pub(super) fn columns(header: &ByteRecord, path: &Path) -> Result<Columns, (String, String)> {
    let mut problems = Vec::new();
    let mut find = |name: &'static str| {
        let mut places = (0..header.len()).filter(|index| &header[*index] == name.as_bytes());
        let place = places.next();
        if places.next().is_some() {
            problems.push(format!("column `{name}` stands there twice"));
        }
        place.map(|place| (name, place)).ok_or(name)
    };
    let localpart = find("localpart");
    let found = ["email", "first_name", "last_name", "phone"].map(find);
    let missing = found.iter().filter_map(|column| column.as_ref().err());
    let missing: Vec<String> = missing.map(|name| format!("`{name}`")).collect();
    if !missing.is_empty() {
        problems.push(format!("no column {}", missing.join(", ")));
    }
    match found[0] {
        Ok((_, email)) if problems.is_empty() => Ok(Columns {
            email,
            used: found.into_iter().chain([localpart]).flatten().collect(),
            width: header.len(),
        }),
        _ => Err((
            format!(
                "wrong header in {}: {}; {}",
                path.display(),
                problems.join(", "),
                shown(header)
            ),
            hint(header),
        )),
    }
}

/// The header as it was found, unless it could be a person.
fn shown(header: &ByteRecord) -> String {
    if is_person(header) {
        return "its first line is a person, not a header".to_owned();
    }
    let names: Vec<String> = header
        .iter()
        .map(|name| format!("`{}`", String::from_utf8_lossy(name).escape_debug()))
        .collect();
    format!("found {}", names.join(", "))
}

fn is_person(header: &ByteRecord) -> bool {
    header.as_slice().contains(&b'@')
}

fn hint(header: &ByteRecord) -> String {
    let separators = [(b';', "semicolons"), (b'\t', "tabs")];
    for (separator, name) in separators {
        if header.len() == 1 && header[0].contains(&separator) {
            return format!("separate the columns by commas instead of {name}; {EXPECTED}");
        }
    }
    EXPECTED.to_owned()
}
