use figment::value::Value;
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use crate::config::document::values;
use crate::config::keys::Kind;

/// A value for output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    Bool(bool),
    Number(i64),
    /// Any other scalar, unchanged.
    Text(String),
    List(Vec<Shown>),
    /// A table, in its order.
    Table(Vec<(String, Shown)>),
}

impl Shown {
    /// With `is_ordered`, a list of `name` and `value` stands for a table.
    pub(super) fn new(kind: Kind, value: &Value, is_ordered: bool) -> Self {
        match value {
            Value::String(_, text) => Self::scalar(kind, text),
            Value::Array(_, elements) => {
                let pairs: Option<Vec<_>> = elements.iter().map(|element| pair(kind, element)).collect();
                match pairs {
                    Some(pairs) if is_ordered => Self::Table(pairs),
                    _ => Self::List(
                        elements
                            .iter()
                            .map(|element| Self::new(kind, element, is_ordered))
                            .collect(),
                    ),
                }
            }
            Value::Dict(_, entries) => {
                let entries = entries.iter();
                Self::Table(
                    entries
                        .map(|(name, value)| (name.clone(), Self::new(kind, value, is_ordered)))
                        .collect(),
                )
            }
            _ => Self::Text(String::new()),
        }
    }

    fn scalar(kind: Kind, text: &str) -> Self {
        let bool = || values::boolean(text).map(Self::Bool);
        let number = || values::integer(text).map(Self::Number);
        let scalar = match kind {
            Kind::Bool => bool(),
            Kind::Count | Kind::AtLeastOne => number(),
            _ => None,
        };
        scalar.unwrap_or_else(|| Self::Text(text.to_owned()))
    }

    /// Converts each text.
    pub(super) fn map(self, change: &impl Fn(String) -> String) -> Self {
        match self {
            Self::Text(text) => Self::Text(change(text)),
            Self::List(elements) => {
                Self::List(elements.into_iter().map(|element| element.map(change)).collect())
            }
            Self::Table(entries) => {
                let entries = entries.into_iter();
                Self::Table(entries.map(|(name, value)| (name, value.map(change))).collect())
            }
            other => other,
        }
    }
}

fn pair(kind: Kind, element: &Value) -> Option<(String, Shown)> {
    let table = element.as_dict().filter(|table| table.len() == 2)?;
    let name = table.get("name")?.as_str()?.to_owned();
    Some((name, Shown::new(kind, table.get("value")?, true)))
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => serializer.serialize_i64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(elements) => serializer.collect_seq(elements),
            Self::Table(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (name, value) in entries {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}
