//! The scope of the search of a directory, and which entries and attributes are used.

use super::text;
use crate::config::read::Reader;
use crate::config::settings::{LdapSearch, SearchScope};
use crate::config::syntax::filter;
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
    let requested = format!("{source}.requested_attributes");
    let attributes = if reader.absent(&requested) {
        None
    } else {
        text::list_of_names(reader, &requested)
    };
    let is_right = reader.report.mistakes.len() == before;
    Some(LdapSearch {
        scope: scope?,
        ignored,
        attributes,
    })
    .filter(|_| is_right)
}

/// A required filter; `like` is an example of one. `None` after a mistake.
pub(super) fn filter(reader: &mut Reader<'_>, path: &str, like: &str) -> Option<String> {
    let filter = filter::tidy(&reader.required(path)?);
    let Err(problem) = filter::check_syntax(&filter) else {
        return Some(filter);
    };
    let what = format!("`{path}` is not an LDAP filter: {problem}");
    reader.refuse(path, what, Some(&format!("it should look like `{like}`")))
}

/// Anchored at the start, as in Python's `re.match`.
fn ignored(reader: &mut Reader<'_>, path: &str) -> Option<Pattern> {
    let text = reader.filled(path)?;
    match Pattern::parse(&format!("^(?:{text})")) {
        Ok(pattern) => Some(pattern),
        Err(why) => {
            let what = format!("`{path}`: `{text}` is not a regular expression: {why}");
            reader.refuse(
                path,
                what,
                Some("it should look like `(?i)cn=[^,]+,ou=services,`"),
            )
        }
    }
}
