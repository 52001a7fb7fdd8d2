//! The report of the previous run, in the file that this run's report replaces.

use std::collections::HashSet;
use std::fs::{self, Metadata};

use serde_json::Value;

use crate::cli::Global;
use crate::names::Names;
use crate::report::{Note, Report, SCHEMA, in_json};

/// Source, id or else location, and reason of a record, as a report contains them.
type Key = [String; 3];

/// The rejected records of the previous run.
pub(in crate::run) struct FormerRejected(HashSet<Key>);

impl FormerRejected {
    /// Reads them; `None` if there is no such report.
    pub(in crate::run) fn read(global: &Global) -> Option<Self> {
        let path = global.report.as_ref()?;
        // Opening a pipe would block.
        fs::symlink_metadata(path).ok().filter(Metadata::is_file)?;
        let document: Value = serde_json::from_str(&fs::read_to_string(path).ok()?).ok()?;
        document.get("schema").filter(|schema| **schema == SCHEMA)?;
        let rejected = document.get("rejected")?.as_array()?.iter();
        let text = |note: &Value, field: &str| Some(note.get(field)?.as_str()?.to_owned());
        let keys = rejected.filter_map(|note| {
            let who = text(note, "id").or_else(|| text(note, "at"))?;
            Some([text(note, "source")?, who, text(note, "reason")?])
        });
        Some(Self(keys.collect()))
    }

    /// Marks each rejected record as new or known.
    pub(in crate::run) fn mark_new(&self, report: &mut Report, names: &Names) {
        for note in &mut report.rejected {
            let is_known = keys(note, names).iter().any(|key| self.0.contains(key));
            note.new = Some(!is_known);
        }
    }
}

/// The key of a record in a report that shows names, and in one that hides them.
fn keys(note: &Note, names: &Names) -> [Key; 2] {
    let who = note.id.as_ref().unwrap_or(&note.at);
    [true, false].map(|shows| {
        let names = names.naming(shows);
        [&note.source, who, &note.reason].map(|text| in_report(text, &names))
    })
}

/// A text as a reader of the report finds it. Names are replaced in the JSON, where values are escaped.
fn in_report(text: &str, names: &Names) -> String {
    let json = names.render(&in_json(&Value::from(text).to_string()));
    serde_json::from_str(&json).unwrap_or(json)
}
