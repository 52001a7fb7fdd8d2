//! Old names of sections: `famedly` is `zitadel` since famedly-sync 0.4, `ldap` is `sources.ldap`.

use figment::value::{Dict, Tag, Value};

/// Old top-level names, and their new paths.
const STALE: [(&str, &[&str]); 2] = [("famedly", &["zitadel"]), ("ldap", &["sources", "ldap"])];

/// Old sections with their current names.
pub(in crate::config) fn sections() -> impl Iterator<Item = (&'static str, String)> {
    STALE.iter().map(|(before, now)| (*before, now.join(".")))
}

/// The current path of a key.
pub(in crate::config) fn current_path(path: &[String]) -> Vec<String> {
    let moved = STALE
        .iter()
        .find(|(before, _)| path.first().is_some_and(|first| first == before));
    match moved {
        Some((_, now)) => now
            .iter()
            .map(ToString::to_string)
            .chain(path.iter().skip(1).cloned())
            .collect(),
        None => path.to_vec(),
    }
}

/// All spellings of this path in a file, the current one first.
pub(in crate::config) fn spellings<'a>(path: &[&'a str]) -> Vec<Vec<&'a str>> {
    let before = STALE.iter().filter_map(|(before, now)| {
        let below = path.strip_prefix(*now)?;
        Some([&[*before][..], below].concat())
    });
    std::iter::once(path.to_vec()).chain(before).collect()
}

/// Moves values from old names to the current ones. Returns the old names whose current name is also used.
pub(in crate::config) fn modernize(values: &mut Dict) -> Vec<&'static str> {
    let mut clashing = Vec::new();
    for (before, now) in STALE {
        if let Some(moved) = values.remove(before)
            && !insert(values, now, moved)
        {
            clashing.push(before);
        }
    }
    clashing
}

/// The current name of an old section, for messages.
pub(in crate::config) fn name_today(before: &str) -> String {
    current_path(&[before.to_owned()]).join(".")
}

fn insert(values: &mut Dict, path: &[&str], value: Value) -> bool {
    match path {
        [last] if !values.contains_key(*last) => values.insert((*last).to_owned(), value).is_none(),
        [first, rest @ ..] if !rest.is_empty() => {
            let section = values
                .entry((*first).to_owned())
                .or_insert_with(|| Value::Dict(Tag::Default, Dict::new()));
            match section {
                Value::Dict(_, section) => insert(section, rest, value),
                _ => false,
            }
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(path: &[&str]) -> Vec<String> {
        path.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn old_sections_have_a_place() {
        assert_eq!(
            current_path(&owned(&["famedly", "url"])),
            owned(&["zitadel", "url"])
        );
        assert_eq!(
            current_path(&owned(&["ldap", "url"])),
            owned(&["sources", "ldap", "url"])
        );
        assert_eq!(
            current_path(&owned(&["sources", "ldap"])),
            owned(&["sources", "ldap"])
        );
    }

    #[test]
    fn a_path_may_be_spelled_the_old_way() {
        assert_eq!(
            spellings(&["sources", "ldap", "url"]),
            [vec!["sources", "ldap", "url"], vec!["ldap", "url"]]
        );
        assert_eq!(spellings(&["log_level"]), [vec!["log_level"]]);
    }

    #[test]
    fn old_sections_move_unless_the_place_is_taken() {
        let text = |text: &str| Value::String(Tag::Default, text.into());
        let table = |entries: &[(&str, Value)]| {
            let entries = entries
                .iter()
                .map(|(key, value)| ((*key).to_owned(), value.clone()));
            Value::Dict(Tag::Default, entries.collect())
        };
        let mut values = Dict::from([
            ("zitadel".to_owned(), table(&[("url", text("new"))])),
            ("famedly".to_owned(), table(&[("url", text("old"))])),
            ("ldap".to_owned(), table(&[("timeout", text("5"))])),
        ]);
        assert_eq!(modernize(&mut values), ["famedly"]);
        let sources = table(&[("ldap", table(&[("timeout", text("5"))]))]);
        assert_eq!(
            values,
            Dict::from([
                ("zitadel".to_owned(), table(&[("url", text("new"))])),
                ("sources".to_owned(), sources),
            ])
        );
    }
}
