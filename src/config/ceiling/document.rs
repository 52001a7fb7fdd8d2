//! A document with limits, in YAML or JSON.

use super::error::CeilingError;
use crate::config::document::values;
use crate::config::document::yaml::{self, Node};
use crate::config::error::suggest;
use crate::plan::Limit;

/// The limits of one document. Of two values, the stricter one applies, per key. A document never loosens a limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Ceiling {
    /// Location of the document, for messages.
    pub origin: String,
    /// Names of the active switches; see [`SWITCHES`].
    switches: Vec<&'static str>,
    pub(super) max_removals: Option<Limit>,
    pub(super) protected: Vec<String>,
    pub(super) paused: Option<String>,
}

/// Switches of a document.
pub(super) const SWITCHES: [&str; 7] = [
    DRY_RUN,
    NO_CREATE,
    NO_UPDATE,
    NO_DELETE,
    DELETE_DISABLES,
    CREATE_AS_DISABLED,
    NO_PROVIDER_MISMATCH,
];
pub(super) const DRY_RUN: &str = "dry-run";
pub(super) const NO_CREATE: &str = "no-create";
pub(super) const NO_UPDATE: &str = "no-update";
pub(super) const NO_DELETE: &str = "no-delete";
pub(super) const DELETE_DISABLES: &str = "delete-disables";
pub(super) const CREATE_AS_DISABLED: &str = "create-as-disabled";
pub(super) const NO_PROVIDER_MISMATCH: &str = "no-update-provider-mismatch";
const MAX_REMOVALS: &str = "max_removals";
const PROTECTED: &str = "protected";
const PAUSED: &str = "paused";

const KNOWN: &str = "the keys are dry-run, no-create, no-update, no-delete, delete-disables, create-as-disabled, \
                     no-update-provider-mismatch, max_removals, protected and paused";

impl Ceiling {
    /// Reads a document.
    ///
    /// # Errors
    /// It is not a table in YAML or JSON, or contains an unknown key or value.
    pub fn parse(origin: &str, text: &[u8]) -> Result<Self, CeilingError> {
        let error = |(what, hint): (String, String)| CeilingError {
            what: format!("{origin} {what}"),
            hint,
        };
        let mut ceiling = Self {
            origin: origin.to_owned(),
            switches: Vec::new(),
            max_removals: None,
            protected: Vec::new(),
            paused: None,
        };
        for (key, node) in table(text).map_err(error)? {
            ceiling.take(&key, node).map_err(error)?;
        }
        Ok(ceiling)
    }

    fn take(&mut self, key: &str, node: Node) -> Result<(), (String, String)> {
        if let Some(switch) = SWITCHES.into_iter().find(|switch| *switch == key) {
            let is_on = match &node {
                Node::Text(text) => values::boolean(text),
                _ => None,
            };
            let is_on = is_on.ok_or_else(|| wrong(key, "`true` or `false`"))?;
            self.switches.extend(is_on.then_some(switch));
            return Ok(());
        }
        match (key, node) {
            (MAX_REMOVALS, Node::Text(text)) => {
                let limit = values::limit(&text);
                let wanted = || wrong(key, "a percentage such as `10%` or a number such as `50`");
                self.max_removals = Some(limit.ok_or_else(wanted)?);
            }
            (MAX_REMOVALS, _) => {
                return Err(wrong(key, "a percentage such as `10%` or a number such as `50`"));
            }
            (PROTECTED, Node::List(items)) => {
                for item in items {
                    let Some(text) = filled(item) else {
                        return Err(wrong(key, "a list of texts"));
                    };
                    self.protected.push(text);
                }
            }
            (PROTECTED, _) => return Err(wrong(key, "a list of texts")),
            (PAUSED, node) => {
                let reason = filled(node).ok_or_else(|| wrong(key, "a text that says why"))?;
                self.paused = Some(reason);
            }
            _ => return Err(unknown(key)),
        }
        Ok(())
    }

    pub(super) fn is_on(&self, switch: &str) -> bool {
        self.switches.contains(&switch)
    }

    /// The limits of the document, in one line.
    pub fn summary(&self) -> String {
        let mut parts: Vec<String> = self.switches.iter().map(ToString::to_string).collect();
        parts.extend(self.max_removals.map(|limit| format!("{MAX_REMOVALS} {limit}")));
        parts.extend((!self.protected.is_empty()).then(|| format!("{PROTECTED} {}", self.protected.len())));
        parts.extend(self.paused.as_ref().map(|reason| format!("{PAUSED}: {reason}")));
        if parts.is_empty() {
            parts.push("no limits".to_owned());
        }
        format!("{}: {}", self.origin, parts.join(", "))
    }
}

/// The keys and values of a document, each key once.
fn table(text: &[u8]) -> Result<Vec<(String, Node)>, (String, String)> {
    let hint = || KNOWN.to_owned();
    let text = std::str::from_utf8(text).map_err(|_| ("is not a text in UTF-8".to_owned(), hint()))?;
    let table = match yaml::parse(text) {
        Ok(Node::Table(table)) => table,
        Ok(_) => return Err(("is not a table of keys and values".to_owned(), hint())),
        Err(error) => return Err((format!("is neither YAML nor JSON: {error}"), hint())),
    };
    for (index, (key, _)) in table.iter().enumerate() {
        if table[..index].iter().any(|(other, _)| other == key) {
            let what = format!("contains the key `{key}` twice");
            return Err((what, "keep one of them".to_owned()));
        }
    }
    Ok(table)
}

fn filled(node: Node) -> Option<String> {
    match node {
        Node::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        _ => None,
    }
}

fn wrong(key: &str, wanted: &str) -> (String, String) {
    let what = format!("is not understood: `{key}` must be {wanted}");
    (what, "correct the value; until then, nothing is done".to_owned())
}

fn unknown(key: &str) -> (String, String) {
    let others = [MAX_REMOVALS, PROTECTED, PAUSED];
    let meant = suggest(&key.replace('_', "-"), SWITCHES.into_iter().chain(others));
    let hint = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => KNOWN.to_owned(),
    };
    let what =
        format!("is not understood: it contains the unknown key `{key}`, and a limit must not be ignored");
    (what, hint)
}
