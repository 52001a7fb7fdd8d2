//! Settings from the environment: `DIRECTORY_SYNC__ZITADEL__URL` is `zitadel.url`.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;

use crate::config::error::{Mistake, Origin};
use crate::config::keys::aliases;

/// Prefixes in order of precedence. The others are famedly-sync's, from 0.6 on and before.
const PREFIXES: [&str; 3] = ["DIRECTORY_SYNC__", "FAMEDLY_SYNC__", "FAMEDLY_LDAP_SYNC__"];

/// Captured variables, so that no other code reads the environment of the process.
#[derive(Clone, Default)]
pub struct Environment(Vec<(OsString, OsString)>);

impl Environment {
    pub fn capture() -> Self {
        std::env::vars_os().collect()
    }

    /// The value of a variable, with the exact letter case of its name.
    pub fn var(&self, name: &str) -> Option<&OsStr> {
        self.0
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_os_str())
    }
}

/// Only names, because values may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(
            variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

/// A variable that sets a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) name: String,
    /// Levels of the key in lower case, with current names.
    pub(super) path: Vec<String>,
    /// Unchanged, in any form.
    pub(super) value: String,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FoundVariables {
    /// One per key, outer levels before inner ones.
    pub(super) variables: Vec<Variable>,
    pub(super) notes: Vec<String>,
    pub(super) mistakes: Vec<Mistake>,
}

/// Selects the variables that set keys. Others are ignored, whatever bytes they contain.
pub(super) fn read(environment: &Environment) -> FoundVariables {
    let mut found = FoundVariables::default();
    let mut ranked = Vec::new();
    for (name, value) in &environment.0 {
        // Lossy: an invalid name with our prefix is a mistake to report.
        let name = name.to_string_lossy();
        let Some((rank, path)) = key_path(&name) else {
            continue;
        };
        match value.to_str() {
            Some(value) if !name.contains(char::REPLACEMENT_CHARACTER) => ranked.push((
                rank,
                Variable {
                    name: name.into_owned(),
                    path,
                    value: value.to_owned(),
                },
            )),
            _ => found.mistakes.push(not_utf8(&name, &path)),
        }
    }
    // With the same prefix, spellings of a name differ only in letter case. Upper case sorts first and takes
    // precedence.
    ranked.sort_by(|(a, one), (b, other)| (a, &one.name).cmp(&(b, &other.name)));
    let mut chosen: BTreeMap<Vec<String>, Variable> = BTreeMap::new();
    for (_, variable) in ranked {
        match chosen.get(&variable.path) {
            Some(winner) if winner.value != variable.value => found.notes.push(format!(
                "the variables {} and {} disagree; {} counts",
                winner.name, variable.name, winner.name
            )),
            Some(_) => {}
            None => {
                chosen.insert(variable.path.clone(), variable);
            }
        }
    }
    // In a sorted map, each path comes before its continuations.
    found.variables = chosen.into_values().collect();
    found
}

/// The precedence of the prefix, and the key.
fn key_path(name: &str) -> Option<(usize, Vec<String>)> {
    PREFIXES.iter().enumerate().find_map(|(rank, prefix)| {
        let (start, key) = name.split_at_checked(prefix.len())?;
        let levels = || {
            key.to_lowercase()
                .split("__")
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        start
            .eq_ignore_ascii_case(prefix)
            .then(|| (rank, aliases::current_path(&levels())))
    })
}

fn not_utf8(name: &str, path: &[String]) -> Mistake {
    Mistake::new(path.join("."), format!("the variable {name} is not valid UTF-8"))
        .at(Origin::Variable(name.to_owned()))
        .hint("set it again in a UTF-8 terminal, or move the value to the configuration file")
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt as _;

    use super::*;

    fn found(variables: &[(&str, &str)]) -> FoundVariables {
        read(&variables.iter().copied().collect())
    }

    fn variable(name: &str, path: &[&str], value: &str) -> Variable {
        Variable {
            name: name.into(),
            path: path.iter().map(ToString::to_string).collect(),
            value: value.into(),
        }
    }

    #[test]
    fn every_prefix_counts_in_any_letter_case() {
        let found = found(&[
            ("DIRECTORY_SYNC__ZITADEL__URL", "a"),
            ("famedly_sync__feature_flags", "b"),
            ("Famedly_Ldap_Sync__Sources__LDAP__base_dn", "c"),
        ]);
        assert_eq!(
            found,
            FoundVariables {
                variables: vec![
                    variable("famedly_sync__feature_flags", &["feature_flags"], "b"),
                    variable(
                        "Famedly_Ldap_Sync__Sources__LDAP__base_dn",
                        &["sources", "ldap", "base_dn"],
                        "c"
                    ),
                    variable("DIRECTORY_SYNC__ZITADEL__URL", &["zitadel", "url"], "a"),
                ],
                ..FoundVariables::default()
            }
        );
    }

    #[test]
    fn a_single_underscore_is_no_key() {
        let names = [
            "FAMEDLY_SYNC_CONFIG",
            "DIRECTORY_SYNC_CONFIG",
            "DIRECTORY_SYNC_APPROVE",
            "DIRECTORY_SYNC_LOG_FORMAT",
            "FAMEDLY_SYNC_FEATURE_FLAGS",
            "DIRECTORY_SYNC",
            "PATH",
        ];
        assert_eq!(
            read(&names.iter().map(|name| (*name, "x")).collect()),
            FoundVariables::default()
        );
    }

    #[test]
    fn the_own_prefix_wins_over_the_newer_over_the_older() {
        let disagreeing = found(&[
            ("FAMEDLY_LDAP_SYNC__LOG_LEVEL", "warn"),
            ("FAMEDLY_SYNC__LOG_LEVEL", "info"),
            ("DIRECTORY_SYNC__LOG_LEVEL", "debug"),
        ]);
        assert_eq!(
            disagreeing,
            FoundVariables {
                variables: vec![variable("DIRECTORY_SYNC__LOG_LEVEL", &["log_level"], "debug")],
                notes: vec![
                    "the variables DIRECTORY_SYNC__LOG_LEVEL and FAMEDLY_SYNC__LOG_LEVEL disagree; \
                     DIRECTORY_SYNC__LOG_LEVEL counts"
                        .into(),
                    "the variables DIRECTORY_SYNC__LOG_LEVEL and FAMEDLY_LDAP_SYNC__LOG_LEVEL disagree; \
                     DIRECTORY_SYNC__LOG_LEVEL counts"
                        .into(),
                ],
                mistakes: Vec::new(),
            }
        );
        let agreeing = found(&[
            ("FAMEDLY_LDAP_SYNC__LOG_LEVEL", "warn"),
            ("FAMEDLY_SYNC__LOG_LEVEL", "warn"),
        ]);
        assert_eq!(agreeing.notes, Vec::<String>::new());
    }

    #[test]
    fn an_old_name_is_the_same_key() {
        let both = found(&[
            ("FAMEDLY_SYNC__ZITADEL__URL", "a"),
            ("FAMEDLY_LDAP_SYNC__FAMEDLY__URL", "b"),
        ]);
        assert_eq!(
            both.variables,
            [variable("FAMEDLY_SYNC__ZITADEL__URL", &["zitadel", "url"], "a")]
        );
        assert_eq!(both.notes.len(), 1);
    }

    #[test]
    fn values_are_not_printed() {
        let environment: Environment = [("A", "hunter2")].into_iter().collect();
        assert_eq!(format!("{environment:?}"), "{\"A\"}");
    }

    #[test]
    fn bytes_that_are_no_text_matter_only_in_our_variables() {
        let environment: Environment = ["LANG", "FAMEDLY_SYNC__ZITADEL__TOKEN"]
            .into_iter()
            .map(|name| (name, OsString::from_vec(vec![0xff, b'x'])))
            .collect();
        let found = read(&environment);
        assert_eq!(found.variables, []);
        let messages: Vec<_> = found.mistakes.iter().map(ToString::to_string).collect();
        assert_eq!(
            messages,
            [
                "error: the variable FAMEDLY_SYNC__ZITADEL__TOKEN is not valid UTF-8\n  \
              at variable FAMEDLY_SYNC__ZITADEL__TOKEN\n\
              hint: set it again in a UTF-8 terminal, or move the value to the configuration file"
            ]
        );
    }
}
