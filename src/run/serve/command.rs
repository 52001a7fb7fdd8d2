//! Commands that an administrator stores at the target. Pure.
//!
//! The target stores one text until another one replaces it: `{"id": "42", "run": "sync"}`. Each id is carried out
//! once.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::Deserialize;

use super::schedule::Verb;

/// The longest id. It is written back to the target.
const LONGEST_ID: usize = 200;

/// What to do, and the id of the command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) id: String,
    pub(super) verb: Verb,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    id: String,
    run: Run,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Run {
    Sync,
    Plan,
}

/// State of the commands so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Commands {
    /// The id of the last command that was carried out.
    last: Option<String>,
    /// A fingerprint of the last invalid text. It stays at the target, and is reported once.
    reported: Option<u64>,
}

impl Commands {
    /// Continues after an earlier process, which carried out this id last.
    pub(super) fn after(last: Option<String>) -> Self {
        Self { last, reported: None }
    }

    /// The id of the last command that was carried out.
    pub(super) fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// The command in the text, if it is new.
    ///
    /// # Errors
    /// What is wrong with the text, if it was not reported before.
    pub(super) fn take(&mut self, text: &str) -> Result<Option<Command>, String> {
        match parse(text) {
            Ok(command) if self.last.as_ref() == Some(&command.id) => Ok(None),
            Ok(command) => {
                self.last = Some(command.id.clone());
                self.reported = None;
                Ok(Some(command))
            }
            Err(problem) => {
                let print = fingerprint(text);
                if self.reported.replace(print) == Some(print) {
                    return Ok(None);
                }
                Err(problem)
            }
        }
    }
}

fn parse(text: &str) -> Result<Command, String> {
    let wire: Wire = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if wire.id.is_empty() || wire.id.chars().count() > LONGEST_ID {
        return Err(format!("`id` must have 1 to {LONGEST_ID} characters"));
    }
    let verb = match wire.run {
        Run::Sync => Verb::Sync,
        Run::Plan => Verb::Plan,
    };
    Ok(Command { id: wire.id, verb })
}

fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_id_is_carried_out_once() {
        let mut commands = Commands::after(Some("1".to_owned()));
        let text = |id: &str, run: &str| format!(r#"{{"id": "{id}", "run": "{run}"}}"#);
        assert_eq!(commands.take(&text("1", "sync")), Ok(None));
        let expected = |id: &str, verb| {
            let id = id.to_owned();
            Ok(Some(Command { id, verb }))
        };
        assert_eq!(commands.take(&text("2", "sync")), expected("2", Verb::Sync));
        assert_eq!(commands.take(&text("2", "plan")), Ok(None), "the id counts");
        assert_eq!(commands.take(&text("3", "plan")), expected("3", Verb::Plan));
        assert_eq!(commands.last(), Some("3"));
    }

    #[test]
    fn what_is_no_command_is_reported_once() {
        let mut commands = Commands::default();
        for (text, problem) in [
            ("sync", "expected value at line 1 column 1"),
            (
                r#"{"id": "1", "run": "wipe"}"#,
                "unknown variant `wipe`, expected `sync` or `plan` at line 1 column 25",
            ),
            (r#"{"id": "1"}"#, "missing field `run` at line 1 column 11"),
            (
                r#"{"id": "", "run": "sync"}"#,
                "`id` must have 1 to 200 characters",
            ),
            (
                r#"{"id": "1", "run": "sync", "dry_run": true}"#,
                "unknown field `dry_run`, expected `id` or `run` at line 1 column 36",
            ),
        ] {
            assert_eq!(commands.take(text), Err(problem.to_owned()));
            assert_eq!(commands.take(text), Ok(None));
        }
        assert_eq!(commands.last(), None);
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,60}", other in r#"\{("id"|"run"|"x"|:|,|1|"sync"| ){0,8}\}"#) {
            let mut commands = Commands::default();
            for text in [text, other] {
                if commands.take(&text).is_err() {
                    prop_assert_eq!(commands.take(&text), Ok(None));
                }
            }
        }
    }
}
