//! The configuration as a JSON Schema (2020-12), made from the table of keys, with descriptions from
//! `config.sample.yaml`.
//!
//! It covers our own files and famedly-sync's. A key without a value counts as absent, and variables can set any key.
//! Therefore each value may be null, and no key is required.

mod describe;
mod kind;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use self::kind::joined;

use super::keys::aliases::{ALIASES, Alias};
use super::keys::{self, Entry, SOURCE_KINDS};

pub fn schema() -> Value {
    let descriptions = describe::descriptions();
    let tree = Tree {
        descriptions: &descriptions,
    };
    let mut top = tree.section("");
    for alias in ALIASES {
        if let Some(entry) = top.pointer_mut(&pointer(alias.section())) {
            entry["properties"][alias.last()] = another_name(*alias);
        }
    }
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of directory-sync",
    });
    joined(head, top)
}

/// The JSON pointer to the schema of a section of the table.
fn pointer(section: &str) -> String {
    if section.is_empty() {
        return String::new();
    }
    format!("/properties/{}", section.replace('.', "/properties/"))
}

fn another_name(alias: Alias) -> Value {
    let reference = format!("#{}", pointer(alias.name));
    let name = alias.name;
    if alias.is_of_section() {
        let description = format!("The name of `{name}` in files of famedly-sync.");
        json!({"$ref": reference, "deprecated": true, "description": description})
    } else {
        json!({"$ref": reference, "description": format!("Another name of `{name}`.")})
    }
}

struct Tree<'a> {
    descriptions: &'a BTreeMap<String, String>,
}

impl Tree<'_> {
    fn section(&self, section: &str) -> Value {
        let mut properties = Map::new();
        for name in keys::members(section) {
            let path = format!("{section}.{name}");
            let path = path.trim_start_matches('.');
            if !properties.contains_key(name) {
                let below = if path == "sources" {
                    self.sources()
                } else {
                    self.at(path)
                };
                properties.insert(name.to_owned(), below);
            }
        }
        let closed = json!(false);
        // The target, or the configuration itself, has further attributes.
        let further = match section {
            "sources.ldap.attributes" | "sources.ldap.groups.attributes" => {
                kind::schema(keys::Kind::AttributeText, None)
            }
            _ => closed,
        };
        self.described(
            section,
            json!({"type": kind::or_null(section, "object"), "properties": properties, "additionalProperties": further}),
        )
    }

    /// The schema for a path of the table.
    fn at(&self, path: &str) -> Value {
        match keys::find(path) {
            Entry::Key(key) => self.described(path, kind::schema(key.kind, key.default)),
            Entry::Section | Entry::Unknown => self.section(path),
        }
    }

    /// Sources by name: a source named like a kind has this kind; others specify it.
    fn sources(&self) -> Value {
        let mut properties = Map::new();
        let mut cases = Vec::new();
        for kind in SOURCE_KINDS {
            let reference = json!({"$ref": format!("#/properties/sources/properties/{kind}")});
            properties.insert((*kind).to_owned(), self.section(&format!("sources.{kind}")));
            cases.push(json!({
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": reference,
            }));
        }
        let other = json!({
            "type": ["object", "null"],
            "properties": {"kind": {"enum": SOURCE_KINDS, "description": "What the source is, if its name does not say it."}},
            "required": ["kind"],
            "allOf": cases,
        });
        let sources = json!({
            "type": ["object", "null"],
            "properties": properties,
            "additionalProperties": other,
        });
        self.described("sources", sources)
    }

    fn described(&self, path: &str, schema: Value) -> Value {
        match self.descriptions.get(path) {
            Some(text) if schema.get("description").is_none() => joined(json!({"description": text}), schema),
            _ => schema,
        }
    }
}

#[cfg(test)]
mod tests;
