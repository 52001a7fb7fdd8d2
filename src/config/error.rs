//! Mistakes in a configuration, collected, each with its location.

use std::fmt;
use std::path::PathBuf;

use crate::model::counted;

/// Where a value was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    File {
        /// Its path as it was given.
        path: PathBuf,
        /// Line and, if known, column, both starting at 1.
        position: Option<(usize, Option<usize>)>,
    },
    Variable(String),
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, position: None } => write!(f, "{}", path.display()),
            Self::File {
                path,
                position: Some((line, None)),
            } => write!(f, "{}:{line}", path.display()),
            Self::File {
                path,
                position: Some((line, Some(column))),
            } => write!(f, "{}:{line}:{column}", path.display()),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::Flag(name) => write!(f, "option {name}"),
        }
    }
}

/// One mistake. Never contains the value of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The key, such as `zitadel.url`; empty if the mistake concerns the whole file.
    pub key: String,
    pub origin: Option<Origin>,
    /// What is wrong, with the key and the value.
    pub what: String,
    pub hint: Option<String>,
}

impl Mistake {
    pub(super) fn new(key: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            origin: None,
            what: what.into(),
            hint: None,
        }
    }

    pub(super) fn at(self, origin: impl Into<Option<Origin>>) -> Self {
        Self {
            origin: origin.into(),
            ..self
        }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        if let Some(origin) = &self.origin {
            write!(f, "\n  at {origin}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

/// All mistakes that were found, at least one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigErrors {
    /// In the order in which they were found.
    pub mistakes: Vec<Mistake>,
}

impl ConfigErrors {
    /// The keys and locations of the mistakes, without values.
    pub fn locations(&self) -> String {
        let locations = self.mistakes.iter().map(|mistake| {
            let origin = mistake.origin.as_ref().map(|origin| format!("at {origin}"));
            let key = Some(&mistake.key).filter(|key| !key.is_empty());
            let key = key.map(|key| format!("`{key}`"));
            let location: Vec<String> = key.into_iter().chain(origin).collect();
            location.join(" ")
        });
        let locations: Vec<String> = locations.filter(|location| !location.is_empty()).collect();
        let what = counted(self.mistakes.len(), "mistake");
        format!("the configuration has {what}: {}", locations.join(", "))
    }
}

impl fmt::Display for ConfigErrors {
    /// One block per mistake, with a blank line in between.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, mistake) in self.mistakes.iter().enumerate() {
            if position > 0 {
                f.write_str("\n\n")?;
            }
            write!(f, "{mistake}")?;
        }
        Ok(())
    }
}

impl From<Mistake> for ConfigErrors {
    fn from(mistake: Mistake) -> Self {
        Self {
            mistakes: vec![mistake],
        }
    }
}

/// The candidate that was probably meant by `given`, ignoring letter case.
pub(crate) fn suggest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    // A third of the letters may differ: `ulr` is `url`, but `port` is not `role`.
    let allowed = (given.chars().count() / 3).max(1);
    let rank = |candidate: &str| match strsim::damerau_levenshtein(&given, candidate) {
        distance if distance <= allowed => Some(distance),
        // `password` is short for `bind_password`.
        distance if given.len() >= 4 && candidate.contains(&given) => Some(allowed + distance),
        _ => None,
    };
    candidates
        .into_iter()
        .filter_map(|candidate| Some((rank(candidate)?, candidate)))
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_set_apart_and_name_the_location() {
        let errors = ConfigErrors {
            mistakes: vec![
                Mistake::new("zitadel.ulr", "unknown key `zitadel.ulr`")
                    .at(Origin::File {
                        path: "config.yaml".into(),
                        position: Some((3, None)),
                    })
                    .hint("did you mean `zitadel.url`?"),
                Mistake::new("log_level", "no such level")
                    .at(Origin::Variable("FAMEDLY_SYNC__LOG_LEVEL".into())),
            ],
        };
        assert_eq!(
            errors.to_string(),
            "error: unknown key `zitadel.ulr`\n  at config.yaml:3\nhint: did you mean `zitadel.url`?\n\n\
             error: no such level\n  at variable FAMEDLY_SYNC__LOG_LEVEL"
        );
    }

    #[test]
    fn only_near_misses_are_suggested() {
        let keys = ["url", "role", "key_file", "organization_id"];
        assert_eq!(suggest("ulr", keys), Some("url"));
        assert_eq!(suggest("Keyfile", keys), Some("key_file"));
        assert_eq!(suggest("organisation_id", keys), Some("organization_id"));
        assert_eq!(suggest("organization", keys), Some("organization_id"));
        assert_eq!(suggest("port", keys), None);
        assert_eq!(suggest("", keys), None);
    }
}
