//! The effective configuration, as data. Field names are a contract for other programs.

use serde::Serialize;

use crate::config::{Effective, Shown, ShownConfig, ShownValue, ValueOrigin};

/// The name of a limit that concerns more than one key.
const DRY_RUN: &str = "feature_flags: dry_run";
/// The setting to which a limit adds patterns.
pub(in crate::report) const PROTECTED: &str = "guard.protected";

/// The effective configuration, schema `directory-sync/configuration/1`.
#[derive(Debug, Serialize)]
pub struct ConfigurationDocument {
    schema: &'static str,
    pub(in crate::report) file: Option<String>,
    /// The other tool that the file belongs to, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) tool: Option<&'static str>,
    /// Whether the limits of the target are included.
    pub(in crate::report) target_was_asked: bool,
    /// Why no run may take place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) paused: Vec<String>,
    /// Settings that are stricter than configured.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) policy: Vec<Effective>,
    /// In the order of the sample.
    pub(in crate::report) values: Vec<DocumentValue>,
}

/// One key.
#[derive(Debug, Serialize)]
pub(in crate::report) struct DocumentValue {
    /// Levels with dots in between.
    pub(in crate::report) key: String,
    #[serde(skip)]
    pub(in crate::report) levels: Vec<String>,
    /// The effective value.
    pub(in crate::report) value: Shown,
    /// Where it comes from.
    pub(in crate::report) origin: DocumentOrigin,
    /// The configured value, if a limit is stricter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) configured: Option<Configured>,
}

/// Where a value comes from.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(in crate::report) enum DocumentOrigin {
    Configuration(ValueOrigin),
    /// The target, or the administrator of the machine.
    Ceiling {
        /// `ceiling`
        kind: &'static str,
        /// Where the limit is set.
        name: String,
    },
}

/// A configured value that a limit replaces.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Configured {
    pub(in crate::report) value: Shown,
    pub(in crate::report) origin: ValueOrigin,
}

impl ConfigurationDocument {
    /// The configuration with these limits applied.
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

    /// Limits are added in the order in which they are read. A later one is stricter.
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
