//! The configuration as it takes effect, as data. Field names are a contract for other programs.

use serde::Serialize;

use crate::config::{Effective, Shown, ShownConfig, ShownValue, ValueOrigin};

/// The setting of a limit that stands for more than one key.
const DRY_RUN: &str = "feature_flags: dry_run";
/// The setting to which a limit adds.
pub(in crate::report) const PROTECTED: &str = "guard.protected";

/// The configuration as it takes effect, schema `directory-sync/configuration/1`.
#[derive(Debug, Serialize)]
pub struct ConfigurationDocument {
    schema: &'static str,
    /// The file, if there is one.
    pub(in crate::report) file: Option<String>,
    /// Whose form the file has, if that is another tool's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) tool: Option<&'static str>,
    /// Whether the limits of the target are among them.
    pub(in crate::report) target_was_asked: bool,
    /// Why no run may take place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) paused: Vec<String>,
    /// What is stricter than the configuration.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) policy: Vec<Effective>,
    /// In the order of the sample.
    pub(in crate::report) values: Vec<DocumentValue>,
}

/// One key.
#[derive(Debug, Serialize)]
pub(in crate::report) struct DocumentValue {
    /// Levels with dots between them.
    pub(in crate::report) key: String,
    #[serde(skip)]
    pub(in crate::report) levels: Vec<String>,
    /// What counts.
    pub(in crate::report) value: Shown,
    /// Where it comes from.
    pub(in crate::report) origin: DocumentOrigin,
    /// What the configuration says, if a limit is stricter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) configured: Option<Configured>,
}

/// Where a value comes from.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(in crate::report) enum DocumentOrigin {
    /// The configuration.
    Configuration(ValueOrigin),
    /// The target, or the administrator of the machine.
    Ceiling {
        /// `ceiling`
        kind: &'static str,
        /// Where the limit is set.
        name: String,
    },
}

/// What does not count.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Configured {
    pub(in crate::report) value: Shown,
    pub(in crate::report) origin: ValueOrigin,
}

impl ConfigurationDocument {
    /// The configuration under these limits.
    pub fn new(
        shown: ShownConfig,
        policy: Vec<Effective>,
        paused: Vec<String>,
        target_was_asked: bool,
    ) -> Self {
        let values = shown.values.into_iter().map(DocumentValue::new);
        let mut document = Self {
            schema: "directory-sync/configuration/1",
            file: shown.file.map(|file| file.display().to_string()),
            tool: shown.tool,
            target_was_asked,
            paused,
            values: values.collect(),
            policy: Vec::new(),
        };
        for limit in &policy {
            document.limit(limit);
        }
        Self { policy, ..document }
    }

    /// Limits come in the order in which they are read: a later one is stricter still.
    fn limit(&mut self, limit: &Effective) {
        let key = match limit.setting {
            DRY_RUN => "dry_run",
            setting => setting,
        };
        let value = match limit.value.as_str() {
            "true" => Shown::Bool(true),
            "false" => Shown::Bool(false),
            text => Shown::Text(text.to_owned()),
        };
        let origin = DocumentOrigin::Ceiling {
            kind: "ceiling",
            name: limit.origin.clone(),
        };
        let levels: Vec<String> = key.split('.').map(str::to_owned).collect();
        let mut values = self.values.iter_mut();
        if let Some(known) = values.find(|known| known.levels == levels && key != PROTECTED) {
            known.tighten(value, origin);
        }
    }
}

impl DocumentValue {
    fn new(shown: ShownValue) -> Self {
        Self {
            key: shown.key.join("."),
            levels: shown.key,
            value: shown.value,
            origin: DocumentOrigin::Configuration(shown.origin),
            configured: None,
        }
    }

    fn tighten(&mut self, value: Shown, origin: DocumentOrigin) {
        let value = std::mem::replace(&mut self.value, value);
        if let DocumentOrigin::Configuration(origin) = std::mem::replace(&mut self.origin, origin) {
            self.configured = Some(Configured { value, origin });
        }
    }
}
