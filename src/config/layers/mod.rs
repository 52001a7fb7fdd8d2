//! Defaults < file < environment < flags, merged by figment.
//!
//! Every scalar stays a text: figment would read `00123` in a variable as a number. [`super::document::values`]
//! parses a text once it is known which key it belongs to.

pub(super) mod file;
pub(super) mod import;

use std::collections::BTreeMap;

use figment::value::{Dict, Map, Tag, Value};
use figment::{Figment, Metadata, Profile, Provider, Source};

use self::file::File;
use super::environment::Variable;
use super::error::{Mistake, Origin};
use super::keys::{self, SourceType};
use super::request::FlagValue;

/// The merged tree, with the origin of each value.
pub(super) struct Layers {
    figment: Figment,
    root: Dict,
    /// The tree without defaults.
    given: Dict,
    file: Option<File>,
    /// The kind of each configured source, by name; set by [`Layers::with_sources`].
    kinds: BTreeMap<String, SourceType>,
}

struct Layer {
    metadata: Metadata,
    values: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        self.metadata.clone()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

const UDM: &str = "udm";
const FILE: &str = "file";
const VARIABLE: &str = "variable";
const FLAG: &str = "flag";

impl Layers {
    /// Merges all layers.
    pub(super) fn new(
        file: Option<File>,
        variables: &[Variable],
        flags: &[FlagValue],
        mistakes: &mut Vec<Mistake>,
    ) -> Self {
        let mut figment = Figment::new();
        if let Some(file) = &file {
            figment = figment.merge(Layer {
                metadata: Metadata::from(FILE, Source::File(file.path.clone())),
                values: import::values(file, mistakes),
            });
        }
        for variable in variables {
            figment = figment.merge(single(VARIABLE, &variable.name, &variable.path, &variable.value));
        }
        for FlagValue { flag, key, value } in flags {
            let path: Vec<_> = key.split('.').map(str::to_owned).collect();
            figment = figment.merge(single(FLAG, flag, &path, value));
        }
        let given = root(&figment);
        let is_udm = given.contains_key(UDM);
        figment = figment.join(defaults(|path| match path.split('.').next() {
            Some("sources") => false,
            Some(UDM) => is_udm,
            _ => true,
        }));
        Self {
            root: root(&figment),
            figment,
            given,
            file,
            kinds: BTreeMap::new(),
        }
    }

    /// Adds the kind of each source, and with it the defaults.
    pub(super) fn with_sources(mut self, kinds: BTreeMap<String, SourceType>) -> Self {
        for (name, kind) in &kinds {
            let kind = kind.name();
            let pattern = format!("sources.{kind}.");
            let mut layer = defaults(|path| path.starts_with(&pattern));
            let Some(Value::Dict(tag, mut sources)) = layer.values.remove("sources") else {
                continue;
            };
            if let Some(values) = sources.remove(kind) {
                let named = Dict::from([(name.clone(), values)]);
                layer.values.insert("sources".into(), Value::Dict(tag, named));
                self.figment = self.figment.join(layer);
            }
        }
        self.root = root(&self.figment);
        self.kinds = kinds;
        self
    }

    /// Returns whether a section is given, even an empty one.
    pub(super) fn is_given(&self, path: &str) -> bool {
        let mut levels = path.split('.');
        let top = levels.next().and_then(|level| self.given.get(level));
        levels
            .try_fold(top, |value, level| Some(value?.as_dict()?.get(level)))
            .flatten()
            .is_some()
    }

    pub(super) fn root(&self) -> &Dict {
        &self.root
    }

    /// The value at a path with dots. Elements of a list are numbered from 0.
    pub(super) fn value(&self, path: &str) -> Option<&Value> {
        let mut levels = path.split('.');
        let mut value = self.root.get(levels.next()?)?;
        for level in levels {
            value = match value {
                Value::Array(_, elements) => elements.get(level.parse::<usize>().ok()?)?,
                other => other.as_dict()?.get(level)?,
            };
        }
        Some(value)
    }

    pub(super) fn file(&self) -> Option<&File> {
        self.file.as_ref()
    }

    pub(super) fn kinds(&self) -> &BTreeMap<String, SourceType> {
        &self.kinds
    }

    /// The path in the table of keys for a path in the tree: the name of a source is replaced by its kind, and
    /// indexes of list elements are dropped.
    pub(super) fn pattern(&self, path: &str) -> String {
        let is_index = |level: &str| level.bytes().all(|byte| byte.is_ascii_digit());
        let levels = path.split('.').enumerate();
        let mut levels: Vec<_> = levels
            .filter(|(depth, level)| *depth < 3 || !is_index(level))
            .map(|(_, level)| level)
            .collect();
        if let ["sources", name, ..] = levels.as_slice()
            && let Some(kind) = self.kinds.get(*name)
        {
            levels[1] = kind.name();
        }
        levels.join(".")
    }

    /// Where the value at this path with dots was given; `None` for a default.
    pub(super) fn origin(&self, path: &str, tag: Tag) -> Option<Origin> {
        let levels: Vec<_> = path.split('.').collect();
        self.origin_of(&levels, tag)
    }

    /// Where the file has this path with dots.
    pub(super) fn origin_in_file(&self, path: &str) -> Option<Origin> {
        let levels: Vec<_> = path.split('.').collect();
        self.file.as_ref().map(|file| file.origin(&levels, 0))
    }

    /// Like [`Layers::origin`], for levels that contain dots.
    pub(super) fn origin_of(&self, levels: &[&str], tag: Tag) -> Option<Origin> {
        let metadata = self.figment.get_metadata(tag)?;
        match metadata.source.as_ref()? {
            Source::Custom(name) if metadata.name == FLAG => Some(Origin::Flag(name.clone())),
            Source::Custom(name) => Some(Origin::Variable(name.clone())),
            _ => self.file.as_ref().map(|file| file.origin(levels, 0)),
        }
    }
}

fn root(figment: &Figment) -> Dict {
    figment
        .data()
        .ok()
        .and_then(|mut profiles| profiles.remove(&Profile::Default))
        .unwrap_or_default()
}

fn defaults(wanted: impl Fn(&str) -> bool) -> Layer {
    let mut values = Dict::new();
    for key in keys::KEYS.iter().filter(|key| wanted(key.path)) {
        if let Some(default) = key.default {
            let path: Vec<_> = key.path.split('.').map(str::to_owned).collect();
            insert(&mut values, &path, text(default));
        }
    }
    Layer {
        metadata: Metadata::named("default"),
        values,
    }
}

fn single(layer: &'static str, name: &str, path: &[String], value: &str) -> Layer {
    let mut values = Dict::new();
    insert(&mut values, path, text(value));
    Layer {
        metadata: Metadata::from(layer, Source::Custom(name.to_owned())),
        values,
    }
}

fn insert(values: &mut Dict, path: &[String], value: Value) {
    match path {
        [] => {}
        [last] => {
            values.insert(last.clone(), value);
        }
        [first, rest @ ..] => {
            let section = values
                .entry(first.clone())
                .or_insert_with(|| Value::Dict(Tag::Default, Dict::new()));
            if let Value::Dict(_, section) = section {
                insert(section, rest, value);
            }
        }
    }
}

fn text(text: &str) -> Value {
    Value::String(Tag::Default, text.to_owned())
}
