//! The first line of a CSV file.

use std::path::Path;

use csv::ByteRecord;

use super::layout::Layout;
use crate::config::suggest;

/// The columns of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    /// Index of the external id.
    pub(super) id: usize,
    /// Our names and the indexes of all used columns.
    pub(super) used: Vec<(String, usize)>,
    /// Number of fields per row.
    pub(super) width: usize,
    /// Unused columns with a name similar to a known one, each with the known name.
    pub(super) misspelt: Vec<(String, String)>,
}

impl Columns {
    /// The name of the last column, if it is a known one.
    pub(super) fn last(&self) -> Option<&str> {
        let last = self.used.iter().find(|(_, index)| *index == self.width - 1);
        last.map(|(name, _)| name.as_str())
    }
}

/// Finds the columns by their exact names.
///
/// # Errors
/// What is wrong with the header, and what to do.
pub(super) fn columns(
    header: &ByteRecord,
    layout: &Layout,
    path: &Path,
) -> Result<Columns, (String, String)> {
    let mut problems = Vec::new();
    let mut missing = Vec::new();
    let mut used: Vec<(String, usize)> = Vec::new();
    for name in layout.names() {
        let mut columns = (0..header.len()).filter(|index| &header[*index] == name.as_bytes());
        match columns.next() {
            Some(index) => used.push((name.to_string(), index)),
            None if layout.required.iter().any(|required| *required == *name) => {
                missing.push(format!("`{name}`"));
            }
            None => {}
        }
        if columns.next().is_some() {
            problems.push(format!("column `{name}` appears twice"));
        }
    }
    if !missing.is_empty() {
        problems.push(format!("no column {}", missing.join(", ")));
    }
    match used.first() {
        Some((_, id)) if problems.is_empty() => Ok(Columns {
            id: *id,
            misspelt: misspelt(header, layout, &used),
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
            hint(header, &layout.expected()),
        )),
    }
}

/// Without this warning, a misspelt optional column would be ignored silently.
fn misspelt(header: &ByteRecord, layout: &Layout, used: &[(String, usize)]) -> Vec<(String, String)> {
    let is_used = |name: &str| used.iter().any(|(known, _)| known == name);
    let missing: Vec<&str> = layout
        .optional
        .iter()
        .map(String::as_str)
        .filter(|name| !is_used(name))
        .collect();
    let names = header.iter().filter_map(|name| std::str::from_utf8(name).ok());
    names
        .filter(|name| !is_used(name))
        .filter_map(|name| {
            Some((
                name.to_owned(),
                suggest(name.trim(), missing.iter().copied())?.to_owned(),
            ))
        })
        .collect()
}

/// The header for a message, unless it could be a person.
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

fn hint(header: &ByteRecord, expected: &str) -> String {
    let separators = [(b';', "semicolons"), (b'\t', "tabs")];
    for (separator, name) in separators {
        if header.len() == 1 && header[0].contains(&separator) {
            return format!("separate the columns by commas instead of {name}; {expected}");
        }
    }
    expected.to_owned()
}
