//! Other names of keys and sections: old ones of famedly-sync, and better ones beside names that had to stay.
//!
//! A value is moved to the current name before anything else reads it, so no other code knows an alias.

use figment::value::{Dict, Tag, Value};

use super::{Entry, find};

/// Another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) struct Alias {
    /// With dots, in lower case.
    pub(in crate::config) alias: &'static str,
    /// The path in the table of keys.
    pub(in crate::config) name: &'static str,
}

pub(in crate::config) const ALIASES: &[Alias] = &[
    // Sections of famedly-sync: `famedly` is `zitadel` since its version 0.4.
    of("famedly", "zitadel"),
    of("ldap", "sources.ldap"),
    of("policy.leavers", "policy.listed"),
    of("guard.max_per_kind.deactivate", "guard.max_per_kind.disable"),
    of("guard.max_per_kind.reactivate", "guard.max_per_kind.enable"),
    of("guard.max_per_kind.mark_absent", "guard.max_per_kind.note"),
];

const fn of(alias: &'static str, name: &'static str) -> Alias {
    Alias { alias, name }
}

impl Alias {
    pub(in crate::config) fn is_of_section(self) -> bool {
        matches!(find(self.name), Entry::Section)
    }

    /// The section in which the alias is given; empty for the top level.
    pub(in crate::config) fn section(self) -> &'static str {
        self.alias.rsplit_once('.').map_or("", |(section, _)| section)
    }

    /// The last level of the alias.
    pub(in crate::config) fn last(self) -> &'static str {
        self.alias.rsplit_once('.').map_or(self.alias, |(_, last)| last)
    }
}

/// The path by which a key is read.
pub(in crate::config) fn current_path(path: &[String]) -> Vec<String> {
    let current = ALIASES.iter().find_map(|Alias { alias, name }| {
        let length = alias.split('.').count();
        let is_alias = path.len() >= length && alias.split('.').eq(&path[..length]);
        is_alias.then(|| {
            let name = name.split('.').map(str::to_owned);
            name.chain(path[length..].iter().cloned()).collect()
        })
    });
    current.unwrap_or_else(|| path.to_vec())
}

/// All spellings of this path in a file, the current one first.
pub(in crate::config) fn spellings<'a>(path: &[&'a str]) -> Vec<Vec<&'a str>> {
    let others = ALIASES.iter().filter_map(|Alias { alias, name }| {
        let name: Vec<&str> = name.split('.').collect();
        let below = path.strip_prefix(&name[..])?;
        Some(alias.split('.').chain(below.iter().copied()).collect())
    });
    std::iter::once(path.to_vec()).chain(others).collect()
}

/// Moves values to the current names. Returns the aliases that are given beside their current names.
pub(in crate::config) fn modernize(values: &mut Dict) -> Vec<Alias> {
    let mut clashing = Vec::new();
    for alias in ALIASES {
        let (from, to): (Vec<&str>, Vec<&str>) =
            (alias.alias.split('.').collect(), alias.name.split('.').collect());
        if let Some(moved) = remove(values, &from)
            && !insert(values, &to, moved)
        {
            clashing.push(*alias);
        }
    }
    clashing
}

fn remove(values: &mut Dict, path: &[&str]) -> Option<Value> {
    match path {
        [] => None,
        [last] => values.remove(*last),
        [first, rest @ ..] => match values.get_mut(*first)? {
            Value::Dict(_, section) => remove(section, rest),
            _ => None,
        },
    }
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

    fn owned(path: &str) -> Vec<String> {
        path.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn each_alias_stands_for_a_key_and_is_none_itself() {
        for Alias { alias, name } in ALIASES {
            assert!(!matches!(find(name), Entry::Unknown), "{name}");
            assert!(matches!(find(alias), Entry::Unknown), "{alias}");
            assert_eq!(alias.to_lowercase(), *alias);
        }
    }

    #[test]
    fn an_alias_has_a_current_path() {
        for (path, expected) in [
            ("famedly.url", "zitadel.url"),
            ("ldap.url", "sources.ldap.url"),
            ("sources.ldap", "sources.ldap"),
            ("policy.leavers", "policy.listed"),
            ("policy", "policy"),
            ("policy.leaverss", "policy.leaverss"),
        ] {
            assert_eq!(current_path(&owned(path)), owned(expected));
        }
    }

    #[test]
    fn a_path_may_be_spelled_in_another_way() {
        assert_eq!(
            spellings(&["sources", "ldap", "url"]),
            [vec!["sources", "ldap", "url"], vec!["ldap", "url"]]
        );
        assert_eq!(
            spellings(&["policy", "listed"]),
            [["policy", "listed"], ["policy", "leavers"]]
        );
        assert_eq!(spellings(&["log_level"]), [vec!["log_level"]]);
    }

    fn table(entries: &[(&str, Value)]) -> Value {
        let entries = entries
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()));
        Value::Dict(Tag::Default, entries.collect())
    }

    fn text(text: &str) -> Value {
        Value::String(Tag::Default, text.into())
    }

    #[test]
    fn values_move_unless_the_current_name_is_given_too() {
        let mut values = Dict::from([
            ("zitadel".to_owned(), table(&[("url", text("new"))])),
            ("famedly".to_owned(), table(&[("url", text("old"))])),
            ("ldap".to_owned(), table(&[("timeout", text("5"))])),
            (
                "policy".to_owned(),
                table(&[("adopt", text("true")), ("leavers", text("delete"))]),
            ),
        ]);
        assert_eq!(modernize(&mut values), [of("famedly", "zitadel")]);
        let sources = table(&[("ldap", table(&[("timeout", text("5"))]))]);
        assert_eq!(
            values,
            Dict::from([
                ("zitadel".to_owned(), table(&[("url", text("new"))])),
                ("sources".to_owned(), sources),
                (
                    "policy".to_owned(),
                    table(&[("adopt", text("true")), ("listed", text("delete"))])
                ),
            ])
        );
    }
}
