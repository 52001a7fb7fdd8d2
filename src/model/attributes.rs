//! The values of one person, as an array indexed by the schema: a million people must fit into memory.

use super::{AttributeIndex, Equality, Schema, comparable};

/// A value of one attribute. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// The value of an attribute with one value.
    Text(Box<str>),
    /// The values of an attribute with several, sorted and without repeats.
    Set(Box<[Box<str>]>),
}

impl Value {
    /// A single text.
    pub fn text(text: impl Into<Box<str>>) -> Self {
        Self::Text(text.into())
    }

    /// The text, or the first of several.
    pub fn as_text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Set(texts) => texts.first().map_or("", |text| text),
        }
    }

    /// Whether both mean the same under the attribute's rule.
    pub fn equals(&self, other: &Self, equality: Equality) -> bool {
        match equality {
            Equality::Exact => self == other,
            Equality::IgnoreCase => {
                self == other || self.folded(str::to_lowercase) == other.folded(str::to_lowercase)
            }
            Equality::Comparable => self == other || self.folded(comparable) == other.folded(comparable),
        }
    }

    fn folded(&self, fold: fn(&str) -> String) -> Self {
        match self {
            Self::Text(text) => Self::text(fold(text)),
            Self::Set(texts) => {
                let mut folded: Vec<Box<str>> = texts.iter().map(|text| fold(text).into()).collect();
                folded.sort_unstable();
                folded.dedup();
                Self::Set(folded.into())
            }
        }
    }
}

/// The values of one person in the order of a [`Schema`]; `None` where there is none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attributes(Box<[Option<Value>]>);

impl Attributes {
    /// No values yet.
    pub fn empty(schema: &Schema) -> Self {
        Self(vec![None; schema.len()].into())
    }

    /// The value at a place.
    pub fn get(&self, index: AttributeIndex) -> Option<&Value> {
        self.0[index.position()].as_ref()
    }

    /// The text at a place.
    pub fn text(&self, index: AttributeIndex) -> Option<&str> {
        self.get(index).map(Value::as_text)
    }

    /// Puts a value, or takes it away.
    pub fn set(&mut self, index: AttributeIndex, value: Option<Value>) {
        self.0[index.position()] = value;
    }
}
