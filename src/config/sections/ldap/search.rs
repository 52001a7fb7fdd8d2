//! The scope of the search of a directory, and which entries and attributes are used.

use crate::config::document::read::Reader;
use crate::config::settings::{LdapSearch, SearchScope};
use crate::transform::Pattern;

/// Reads `scope`, `ignore_dn_regex` and `requested_attributes`; `None` after a mistake.
pub(super) fn read(reader: &mut Reader<'_>, source: &str) -> Option<LdapSearch> {
    let before = reader.report.mistakes.len();
    let scopes = [
        ("sub", SearchScope::Subtree),
        ("one", SearchScope::OneLevel),
        ("base", SearchScope::Base),
    ];
    let scope = reader.choice(&format!("{source}.scope"), &scopes);
    let ignored = ignored(reader, &format!("{source}.ignore_dn_regex"));
    let attributes = attributes(reader, &format!("{source}.requested_attributes"));
    let is_right = reader.report.mistakes.len() == before;
    Some(LdapSearch {
        scope: scope?,
        ignored,
        attributes,
    })
    .filter(|_| is_right)
}

/// Anchored at the start, as in Python's `re.match`.
fn ignored(reader: &mut Reader<'_>, path: &str) -> Option<Pattern> {
    let text = reader.filled(path)?;
    match Pattern::parse(&format!("^(?:{text})")) {
        Ok(pattern) => Some(pattern),
        Err(why) => {
            let what = format!("`{path}`: `{text}` is not a regular expression: {why}");
            reader.wrong(
                path,
                what,
                Some("it should look like `(?i)cn=[^,]+,ou=services,`"),
            );
            None
        }
    }
}

fn attributes(reader: &mut Reader<'_>, path: &str) -> Option<Vec<String>> {
    if reader.absent(path) {
        return None;
    }
    let names: Vec<String> = reader
        .list(path)
        .iter()
        .map(|item| item.text.trim().to_owned())
        .collect();
    if names.is_empty() || names.iter().any(String::is_empty) {
        reader.wrong(path, format!("`{path}` contains no name of an attribute"), None);
    }
    Some(names)
}
