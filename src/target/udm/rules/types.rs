//! The properties of a type, from its template.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

/// The JSON type of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    One,
    Switch,
    List,
}

/// The properties of the server, by name.
#[derive(Clone, Debug, Default)]
pub(in crate::target::udm) struct Types(BTreeMap<String, Shape>);

impl Types {
    /// A property whose value in the template is a list has several values.
    pub(in crate::target::udm) fn of(template: &Map<String, Json>) -> Self {
        let shape = |value: &Json| match value {
            Json::Array(_) => Shape::List,
            Json::Bool(_) => Shape::Switch,
            _ => Shape::One,
        };
        let properties = template.iter();
        Self(
            properties
                .map(|(name, value)| (name.clone(), shape(value)))
                .collect(),
        )
    }

    pub(in crate::target::udm) fn is_list(&self, property: &str) -> bool {
        self.0.get(property) == Some(&Shape::List)
    }

    pub(in crate::target::udm) fn is_switch(&self, property: &str) -> bool {
        self.0.get(property) == Some(&Shape::Switch)
    }

    pub(in crate::target::udm) fn has(&self, property: &str) -> bool {
        self.0.contains_key(property)
    }

    pub(in crate::target::udm) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
