//! The effective configuration: each value with its origin, without secrets.

mod mask;
mod value;
mod yaml;

use std::path::{Path, PathBuf};

use figment::value::{Dict, Value};
use serde::Serialize;

pub use self::value::Shown;
pub use self::yaml::scalar_in_yaml;
use super::dialects::{self, Dialect};
use super::environment::Environment;
use super::error::{ConfigErrors, Origin};
use super::keys::{self, Entry, Key, Kind};
use super::layers::Layers;
use super::layers::file::File;
use super::request::LoadRequest;

#[derive(Debug)]
pub struct ShownConfig {
    pub file: Option<PathBuf>,
    /// The other tool that the file belongs to, if any.
    pub tool: Option<&'static str>,
    /// Keys with a value, in the order of the sample.
    pub values: Vec<ShownValue>,
}

#[derive(Clone, Debug)]
pub struct ShownValue {
    pub key: Vec<String>,
    /// Its value, without secrets.
    pub value: Shown,
    pub origin: ValueOrigin,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ValueOrigin {
    /// The default.
    Default {
        /// The other tool whose default it is, if any.
        #[serde(skip_serializing_if = "Option::is_none")]
        tool: Option<&'static str>,
    },
    File {
        /// Its path as it was given.
        path: PathBuf,
        /// Starting at 1.
        line: usize,
        /// The file's name for the key, if it differs.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
    Variable {
        name: String,
    },
    Flag {
        /// As it was given.
        name: String,
    },
}

/// Reads the configuration, and returns the effective values.
///
/// # Errors
/// Every mistake, with its location.
pub fn show(request: &LoadRequest, environment: &Environment) -> Result<ShownConfig, ConfigErrors> {
    let (_, layers) = super::load_with_layers(request, environment, Path::new(""))?;
    let mut showing = Showing {
        layers: &layers,
        values: Vec::new(),
    };
    showing.table(layers.root(), &[]);
    let file = layers.file();
    Ok(ShownConfig {
        file: file.map(|file| file.path.clone()),
        tool: file.and_then(|file| dialects::tool(file.dialect)),
        values: showing.values,
    })
}

struct Showing<'a> {
    layers: &'a Layers,
    values: Vec<ShownValue>,
}

impl Showing<'_> {
    fn table(&mut self, table: &Dict, above: &[String]) {
        let mut entries: Vec<(Vec<String>, &Value)> = table
            .iter()
            .map(|(name, value)| ([above, std::slice::from_ref(name)].concat(), value))
            .collect();
        entries.sort_by_key(|(levels, _)| self.rank(levels));
        for (levels, value) in entries {
            if self.is_of_no_use(&levels) {
                continue;
            }
            match value {
                Value::Dict(_, below) => self.table(below, &levels),
                Value::Empty(..) => {}
                value => self.values.push(self.shown(levels, value)),
            }
        }
    }

    /// The order of the sample. Names that the administrator chose come last.
    fn rank(&self, levels: &[String]) -> usize {
        let pattern = self.layers.pattern(&levels.join("."));
        let is_it = |key: &Key| {
            let rest = key.path.strip_prefix(pattern.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        keys::KEYS.iter().position(is_it).unwrap_or(usize::MAX)
    }

    /// Defaults of an absent section that has no effect then: the other target, and groups.
    fn is_of_no_use(&self, levels: &[String]) -> bool {
        let path = levels.join(".");
        match self.layers.pattern(&path).as_str() {
            "zitadel" => !self.layers.is_given("zitadel") && self.layers.is_given("udm"),
            "sources.ldap.groups" => !self.layers.is_given(&path),
            _ => false,
        }
    }

    fn shown(&self, levels: Vec<String>, value: &Value) -> ShownValue {
        let pattern = self.layers.pattern(&levels.join("."));
        let kind = match keys::find(&pattern) {
            Entry::Key(key) => key.kind,
            Entry::Section | Entry::Unknown => Kind::Text,
        };
        let shown = Shown::new(kind, value, keys::is_ordered(&levels));
        ShownValue {
            value: mask::masked(&pattern, kind, shown),
            origin: self.origin(&levels, value),
            key: levels,
        }
    }

    fn origin(&self, levels: &[String], value: &Value) -> ValueOrigin {
        let names: Vec<&str> = levels.iter().map(String::as_str).collect();
        match self.layers.origin_of(&names, value.tag()) {
            None => ValueOrigin::Default { tool: None },
            Some(Origin::Variable(name)) => ValueOrigin::Variable { name },
            Some(Origin::Flag(name)) => ValueOrigin::Flag { name },
            Some(Origin::File { path, position }) => {
                let file = self.layers.file();
                match position {
                    Some((line, _)) => ValueOrigin::File {
                        path,
                        line,
                        key: file.and_then(|file| name_in(file, levels)),
                    },
                    None => ValueOrigin::Default {
                        tool: file.and_then(|file| dialects::tool(file.dialect)),
                    },
                }
            }
        }
    }
}

/// The name of a key in the file of another tool.
fn name_in(file: &File, levels: &[String]) -> Option<String> {
    (file.dialect != Dialect::Own)
        .then(|| file.names.of(&levels.join(".")))
        .flatten()
}
