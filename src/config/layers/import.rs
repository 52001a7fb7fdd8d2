//! The content of the file as figment's values: keys in lower case with their current names, scalars as texts.

use std::collections::BTreeMap;

use figment::value::{Dict, Empty, Tag, Value};

use super::file::File;
use crate::config::document::yaml::Node;
use crate::config::error::{Mistake, Origin};
use crate::config::keys;
use crate::config::keys::aliases::{self, Alias};

/// All values of the file.
pub(in crate::config) fn values(file: &File, mistakes: &mut Vec<Mistake>) -> Dict {
    let mut import = Import {
        file,
        mistakes,
        path: Vec::new(),
    };
    let mut values = Dict::new();
    if let Node::Table(entries) = &file.content {
        import.table(entries, &mut values);
    }
    for alias in aliases::modernize(&mut values) {
        import.clash(alias);
    }
    values
}

struct Import<'a> {
    file: &'a File,
    mistakes: &'a mut Vec<Mistake>,
    /// The current path, in lower case.
    path: Vec<String>,
}

impl Import<'_> {
    fn table(&mut self, entries: &[(String, Node)], values: &mut Dict) {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (key, node) in entries {
            let key = key.to_lowercase();
            self.path.push(key.clone());
            let before = seen.entry(key.clone()).or_default();
            if *before > 0 {
                self.repeated(*before);
            } else if let Some(value) = self.value(node) {
                values.insert(key, value);
            }
            *before += 1;
            self.path.pop();
        }
    }

    /// `None` for a known key without a value: it is not set, so the default applies.
    fn value(&mut self, node: &Node) -> Option<Value> {
        Some(match node {
            Node::Null if keys::known_to_any(&aliases::current_path(&self.path)) => return None,
            Node::Null => Value::Empty(Tag::Default, Empty::None),
            Node::Text(content) => Value::String(Tag::Default, content.clone()),
            Node::List(elements) => {
                let elements = elements.iter().enumerate().map(|(index, element)| {
                    self.path.push(index.to_string());
                    let value = self.value(element);
                    self.path.pop();
                    value.unwrap_or(Value::Empty(Tag::Default, Empty::None))
                });
                Value::Array(Tag::Default, elements.collect())
            }
            Node::Table(entries) if keys::is_ordered(&aliases::current_path(&self.path)) => {
                self.pairs(entries)
            }
            Node::Table(entries) => {
                let mut values = Dict::new();
                self.table(entries, &mut values);
                Value::Dict(Tag::Default, values)
            }
            Node::Tagged => {
                let key = self.path.join(".");
                let mistake = Mistake::new(&key, format!("`{key}` has a tag, which has no meaning here"))
                    .at(self.origin(0))
                    .hint("remove the word that starts with `!`, or put the whole value into quotes");
                self.mistakes.push(mistake);
                return None;
            }
        })
    }

    /// A table whose order and letter case matter becomes a list of tables with `name` and `value`.
    fn pairs(&mut self, entries: &[(String, Node)]) -> Value {
        let pairs = entries.iter().map(|(key, node)| {
            self.path.push(key.to_lowercase());
            let value = self
                .value(node)
                .unwrap_or(Value::Empty(Tag::Default, Empty::None));
            self.path.pop();
            let name = Value::String(Tag::Default, key.clone());
            let pair = [("name".to_owned(), name), ("value".to_owned(), value)];
            Value::Dict(Tag::Default, pair.into())
        });
        Value::Array(Tag::Default, pairs.collect())
    }

    fn repeated(&mut self, before: usize) {
        let key = self.path.join(".");
        let mistake = Mistake::new(&key, format!("`{key}` is given more than once"))
            .at(self.origin(before))
            .hint("keep one of them; letter case makes no difference");
        self.mistakes.push(mistake);
    }

    /// Reports an alias beside the current name.
    fn clash(&mut self, clashing: Alias) {
        let Alias { alias, name } = clashing;
        self.path = alias.split('.').map(str::to_owned).collect();
        let (what, hint) = if clashing.is_of_section() {
            let what = format!("`{alias}` is the old name of `{name}`, and both are given");
            (what, format!("move its keys to `{name}`"))
        } else {
            let what = format!("`{alias}` is another name of `{name}`, and both are given");
            (what, "remove one of them".to_owned())
        };
        let mistake = Mistake::new(alias, what).at(self.origin(0)).hint(hint);
        self.mistakes.push(mistake);
    }

    fn origin(&self, skip: usize) -> Origin {
        let path: Vec<_> = self.path.iter().map(String::as_str).collect();
        self.file.origin(&path, skip)
    }
}
