//! Old names of sections: `famedly` is `zitadel` since famedly-sync 0.4, `ldap` is `sources.ldap`.

use figment::value::{Dict, Tag, Value};

/// Old first levels, and where they went.
const MOVED: [(&str, &[&str]); 2] = [("famedly", &["zitadel"]), ("ldap", &["sources", "ldap"])];

/// The path under which a key is known today.
pub(super) fn current_path(path: &[String]) -> Vec<String> {
    let moved = MOVED
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

/// How a file may spell this path, today's way first.
pub(super) fn spellings<'a>(path: &[&'a str]) -> Vec<Vec<&'a str>> {
    let before = MOVED.iter().filter_map(|(before, now)| {
        let below = path.strip_prefix(*now)?;
        Some([&[*before][..], below].concat())
    });
    std::iter::once(path.to_vec()).chain(before).collect()
}

/// Moves what stands under old names to where it belongs. Where a file says both, today's name counts.
pub(super) fn modernize(mut values: Dict) -> Dict {
    for (before, now) in MOVED {
        if let Some(moved) = values.remove(before) {
            let nested = now[1..].iter().rev().fold(moved, |value, level| {
                Value::Dict(Tag::Default, Dict::from([((*level).to_owned(), value)]))
            });
            fill(&mut values, Dict::from([(now[0].to_owned(), nested)]));
        }
    }
    values
}

/// Adds what is not there yet.
fn fill(values: &mut Dict, others: Dict) {
    for (key, other) in others {
        match (values.get_mut(&key), other) {
            (Some(Value::Dict(_, section)), Value::Dict(_, others)) => fill(section, others),
            (Some(_), _) => {}
            (None, other) => {
                values.insert(key, other);
            }
        }
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
    fn the_name_of_today_counts() {
        let text = |text: &str| Value::String(Tag::Default, text.into());
        let table = |entries: &[(&str, Value)]| {
            let entries = entries
                .iter()
                .map(|(key, value)| ((*key).to_owned(), value.clone()));
            Value::Dict(Tag::Default, entries.collect())
        };
        let both = Dict::from([
            ("zitadel".to_owned(), table(&[("url", text("new"))])),
            (
                "famedly".to_owned(),
                table(&[("url", text("old")), ("project_id", text("1"))]),
            ),
            ("ldap".to_owned(), table(&[("timeout", text("5"))])),
        ]);
        assert_eq!(
            modernize(both),
            Dict::from([
                (
                    "zitadel".to_owned(),
                    table(&[("url", text("new")), ("project_id", text("1"))])
                ),
                (
                    "sources".to_owned(),
                    table(&[("ldap", table(&[("timeout", text("5"))]))])
                ),
            ])
        );
    }
}
