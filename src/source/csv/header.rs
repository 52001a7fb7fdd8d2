//! The first line of a CSV file.

use std::borrow::Cow;
use std::path::Path;

use csv::ByteRecord;

/// What a header has to look like.
pub(super) const EXPECTED: &str = "the first line must name the columns `email,first_name,last_name,phone` and may \
                                   name `localpart`, `preferred_language` and further attributes of \
                                   the configuration: in lower case, in any order, separated by commas";

/// Columns that every file has.
const REQUIRED: [&str; 4] = ["email", "first_name", "last_name", "phone"];

/// Columns that any file may have.
const OPTIONAL: [&str; 2] = ["localpart", "preferred_language"];

/// Which column holds what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    /// The place of the e-mail address.
    pub(super) email: usize,
    /// Our names and places of all columns that are used.
    pub(super) used: Vec<(Cow<'static, str>, usize)>,
    /// Fields of each row.
    pub(super) width: usize,
}

impl Columns {
    /// The name of the last column, if it is one of ours.
    pub(super) fn last(&self) -> Option<&str> {
        let last = self.used.iter().find(|(_, place)| *place == self.width - 1);
        last.map(|(name, _)| &**name)
    }
}

/// All columns that a file may have, those that each has first.
pub(super) fn names(further: &[String]) -> impl Iterator<Item = Cow<'static, str>> {
    let further = further.iter().cloned().map(Cow::Owned);
    REQUIRED
        .into_iter()
        .chain(OPTIONAL)
        .map(Cow::Borrowed)
        .chain(further)
}

/// Finds the columns by their exact names; those of `further` may be missing.
///
/// # Errors
/// What is wrong with the header, and what to do.
pub(super) fn columns(
    header: &ByteRecord,
    further: &[String],
    path: &Path,
) -> Result<Columns, (String, String)> {
    let mut problems = Vec::new();
    let mut missing = Vec::new();
    let mut used: Vec<(Cow<'static, str>, usize)> = Vec::new();
    for name in names(further) {
        let mut places = (0..header.len()).filter(|index| &header[*index] == name.as_bytes());
        match places.next() {
            Some(place) => used.push((name.clone(), place)),
            None if REQUIRED.contains(&&*name) => missing.push(format!("`{name}`")),
            None => {}
        }
        if places.next().is_some() {
            problems.push(format!("column `{name}` stands there twice"));
        }
    }
    if !missing.is_empty() {
        problems.push(format!("no column {}", missing.join(", ")));
    }
    match used.first() {
        Some((_, email)) if problems.is_empty() => Ok(Columns {
            email: *email,
            used,
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
