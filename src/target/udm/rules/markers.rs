//! This tool's own records about an object, in one text of the marker property.

use crate::model::{AttributeChange, Purpose, Schema, Value};

/// `directory-sync: disabled, missing since 1764500000, runs 2`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::target::udm) struct Markers {
    /// This tool disabled the object.
    pub(in crate::target::udm) disabled: bool,
    /// Start of the absence in seconds since 1970 (UTC), as stored.
    pub(in crate::target::udm) since: Option<String>,
    /// Number of runs that found it absent, as stored.
    pub(in crate::target::udm) runs: Option<String>,
}

const PREFIX: &str = "directory-sync:";
const DISABLED: &str = "disabled";
const SINCE: &str = "missing since ";
const RUNS: &str = "runs ";

/// Value of the deactivation mark.
pub(in crate::target::udm) const MARK: &str = "directory-sync";

impl Markers {
    /// Texts of others are ignored.
    pub(in crate::target::udm) fn parse(text: &str) -> Option<Self> {
        let mut markers = Self::default();
        for part in text.trim().strip_prefix(PREFIX)?.split(',').map(str::trim) {
            if part == DISABLED {
                markers.disabled = true;
            } else if let Some(since) = part.strip_prefix(SINCE) {
                markers.since = Some(since.to_owned());
            } else if let Some(runs) = part.strip_prefix(RUNS) {
                markers.runs = Some(runs.to_owned());
            }
        }
        Some(markers)
    }

    /// The text; `None` if there is nothing to record.
    pub(in crate::target::udm) fn text(&self) -> Option<String> {
        let disabled = self.disabled.then(|| DISABLED.to_owned());
        let since = self.since.as_ref().map(|since| format!("{SINCE}{since}"));
        let runs = self.runs.as_ref().map(|runs| format!("{RUNS}{runs}"));
        let markers: Vec<String> = [disabled, since, runs].into_iter().flatten().collect();
        (!markers.is_empty()).then(|| format!("{PREFIX} {}", markers.join(", ")))
    }

    pub(in crate::target::udm) fn of(&self, purpose: Purpose) -> Option<Value> {
        match purpose {
            Purpose::DisabledByUs => self.disabled.then(|| Value::text(MARK)),
            Purpose::MissingSince => self.since.as_deref().map(Value::text),
            Purpose::MissingRuns => self.runs.as_deref().map(Value::text),
            _ => None,
        }
    }

    /// The records after these changes.
    #[must_use]
    pub(in crate::target::udm) fn after(mut self, schema: &Schema, changes: &[AttributeChange]) -> Self {
        for change in changes {
            let after = change.after.as_ref().map(|value| value.as_text().to_owned());
            match schema.purpose(change.attribute) {
                Purpose::DisabledByUs => self.disabled = after.is_some(),
                Purpose::MissingSince => self.since = after,
                Purpose::MissingRuns => self.runs = after,
                _ => {}
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let markers = Markers {
            disabled: true,
            since: Some("1764500000".into()),
            runs: Some("2".into()),
        };
        let text = markers.text().unwrap();
        assert_eq!(text, "directory-sync: disabled, missing since 1764500000, runs 2");
        assert_eq!(Markers::parse(&text), Some(markers));
        assert_eq!(Markers::parse("Main Street"), None);
        assert_eq!(Markers::default().text(), None);
    }
}
