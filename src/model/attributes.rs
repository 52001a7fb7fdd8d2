//! The values of one person, as an array indexed by the schema: a million people must fit into memory.

use std::sync::Arc;

use super::{AttributeIndex, Equality, Purpose, Reference, Schema, comparable};

/// A value of one attribute. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// The value of an attribute with one value.
    Text(Box<str>),
    /// The values of an attribute with several, sorted and without repeats. Shared, since many people hold the same.
    Set(Arc<[Box<str>]>),
    /// The objects that an attribute with several values refers to, sorted and without repeats.
    References(Arc<[Reference]>),
}

impl Value {
    /// A single text.
    pub fn text(text: impl Into<Box<str>>) -> Self {
        Self::Text(text.into())
    }

    /// Several texts, sorted and without repeats; `None` if there are none.
    pub fn set(texts: impl IntoIterator<Item = Box<str>>) -> Option<Self> {
        let mut texts: Vec<Box<str>> = texts.into_iter().collect();
        texts.sort_unstable();
        texts.dedup();
        (!texts.is_empty()).then(|| Self::Set(texts.into()))
    }

    /// Several references, sorted and without repeats; `None` if there are none.
    pub fn references(references: impl IntoIterator<Item = Reference>) -> Option<Self> {
        let mut references: Vec<Reference> = references.into_iter().collect();
        references.sort_unstable();
        references.dedup();
        (!references.is_empty()).then(|| Self::References(references.into()))
    }

    /// The text, or the first of several. References have none.
    pub fn as_text(&self) -> &str {
        self.texts().first().map_or("", |text| text)
    }

    /// The texts in order, one or several. References have none.
    pub fn texts(&self) -> &[Box<str>] {
        match self {
            Self::Text(text) => std::slice::from_ref(text),
            Self::Set(texts) => texts,
            Self::References(_) => &[],
        }
    }

    /// The references in order.
    pub fn as_references(&self) -> &[Reference] {
        match self {
            Self::References(references) => references,
            Self::Text(_) | Self::Set(_) => &[],
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

    fn folded(&self, fold: fn(&str) -> String) -> Option<Self> {
        match self {
            Self::Text(text) => Some(Self::text(fold(text))),
            Self::Set(texts) => Self::set(texts.iter().map(|text| fold(text).into())),
            Self::References(_) => Some(self.clone()),
        }
    }
}

/// The values of one person in the order of a [`Schema`]; `None` where there is none. As long as the last value needs it.
#[derive(Clone, Debug, Default)]
pub struct Attributes(Box<[Option<Value>]>);

impl Attributes {
    /// The value at a place.
    pub fn get(&self, index: AttributeIndex) -> Option<&Value> {
        self.0.get(index.position())?.as_ref()
    }

    /// The text at a place.
    pub fn text(&self, index: AttributeIndex) -> Option<&str> {
        self.get(index).map(Value::as_text)
    }

    /// The texts at a place, in order.
    pub fn texts(&self, index: AttributeIndex) -> &[Box<str>] {
        self.get(index).map_or(&[], Value::texts)
    }

    /// The value of a purpose.
    pub fn of(&self, schema: &Schema, purpose: Purpose) -> Option<&Value> {
        self.get(schema.find(purpose)?)
    }

    /// The text of a purpose.
    pub fn text_of(&self, schema: &Schema, purpose: Purpose) -> Option<&str> {
        self.of(schema, purpose).map(Value::as_text)
    }

    /// Puts a value, or takes it away.
    pub fn set(&mut self, index: AttributeIndex, value: Option<Value>) {
        let place = index.position();
        if place >= self.0.len() {
            if value.is_none() {
                return;
            }
            let mut longer = std::mem::take(&mut self.0).into_vec();
            longer.resize(place + 1, None);
            self.0 = longer.into();
        }
        self.0[place] = value;
    }

    /// The places that hold a value, in order, with it.
    pub fn iter(&self) -> impl Iterator<Item = (AttributeIndex, &Value)> {
        let places = (0u8..).map(AttributeIndex).zip(self.0.iter());
        places.filter_map(|(index, value)| Some((index, value.as_ref()?)))
    }
}

impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Attributes {}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value that was taken away leaves nothing that could be compared.
    #[test]
    fn values_are_equal_whatever_was_there_before() {
        let mut one = Attributes::default();
        one.set(AttributeIndex(0), Some(Value::text("a")));
        let mut other = one.clone();
        other.set(AttributeIndex(5), Some(Value::text("b")));
        assert_ne!(one, other);
        other.set(AttributeIndex(5), None);
        assert_eq!(one, other);
        assert_eq!(other.get(AttributeIndex(9)), None);
    }

    #[test]
    fn several_values_are_sorted_and_each_once() {
        let set = |texts: &[&str]| Value::set(texts.iter().map(|text| Box::from(*text)));
        assert_eq!(set(&["b", "a", "b"]), set(&["a", "b"]));
        assert_eq!(set(&[]), None);
    }
}
