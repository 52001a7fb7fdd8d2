//! Values of attributes, and their equality.

use std::borrow::Cow;
use std::sync::Arc;

use smol_str::SmolStr;

use super::reference::Reference;
use crate::model::text::comparable::comparable;

/// When two values are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Equality {
    /// Byte for byte.
    Exact,
    /// After lower-casing each code point.
    IgnoreCase,
    /// If they look the same ([`crate::model::comparable`]).
    Comparable,
    /// As the target compares them.
    By(Likeness),
}

/// Whether two texts are equal for a target.
#[derive(Clone, Copy, Debug)]
pub struct Likeness(pub fn(&str, &str) -> bool);

impl PartialEq for Likeness {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::fn_addr_eq(self.0, other.0)
    }
}

impl Eq for Likeness {}

/// A value of one attribute. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// The value of a single-valued attribute. Short ones are stored inline.
    Text(SmolStr),
    /// The values of a multi-valued attribute, sorted and without duplicates. Shared, because many people have the
    /// same.
    Set(Arc<[Box<str>]>),
    /// The references of a multi-valued attribute, sorted and without duplicates.
    References(Arc<[Reference]>),
}

impl Value {
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(text.as_ref().into())
    }

    /// Several texts, sorted and without duplicates; `None` if there are none.
    pub fn set(texts: impl IntoIterator<Item = Box<str>>) -> Option<Self> {
        let mut texts: Vec<Box<str>> = texts.into_iter().collect();
        texts.sort_unstable();
        texts.dedup();
        (!texts.is_empty()).then(|| Self::Set(texts.into()))
    }

    /// Several references, sorted and without duplicates; `None` if there are none.
    pub fn references(references: impl IntoIterator<Item = Reference>) -> Option<Self> {
        let mut references: Vec<Reference> = references.into_iter().collect();
        references.sort_unstable();
        references.dedup();
        (!references.is_empty()).then(|| Self::References(references.into()))
    }

    /// The text, or the first of several; empty for references.
    pub fn as_text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Set(texts) => texts.first().map_or("", |text| text),
            Self::References(_) => "",
        }
    }

    /// The texts in order, one or several; empty for references.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => vec![text],
            Self::Set(texts) => texts.iter().map(|text| &**text).collect(),
            Self::References(_) => Vec::new(),
        }
    }

    /// The same where there may be no value.
    pub fn texts_of(value: Option<&Self>) -> Vec<&str> {
        value.map_or_else(Vec::new, Self::texts)
    }

    /// The texts of an attribute with several values.
    pub fn as_set(&self) -> &[Box<str>] {
        match self {
            Self::Set(texts) => texts,
            Self::Text(_) | Self::References(_) => &[],
        }
    }

    /// All texts, separated by commas; empty for references.
    pub fn to_text(&self) -> Cow<'_, str> {
        match &self.texts()[..] {
            [text] => Cow::Borrowed(text),
            texts => Cow::Owned(texts.join(", ")),
        }
    }

    /// The references in order.
    pub fn as_references(&self) -> &[Reference] {
        match self {
            Self::References(references) => references,
            Self::Text(_) | Self::Set(_) => &[],
        }
    }

    /// Returns whether both are equal according to the attribute's rule.
    pub fn equals(&self, other: &Self, equality: Equality) -> bool {
        match equality {
            Equality::Exact => self == other,
            Equality::IgnoreCase => {
                self == other || self.folded(str::to_lowercase) == other.folded(str::to_lowercase)
            }
            Equality::By(Likeness(same)) => self == other || self.matches(other, same),
            Equality::Comparable => self == other || self.folded(comparable) == other.folded(comparable),
        }
    }

    /// Returns whether each text equals one of the other value.
    fn matches(&self, other: &Self, same: fn(&str, &str) -> bool) -> bool {
        let (ours, theirs) = (self.texts(), other.texts());
        let has = |texts: &[&str], text: &str| texts.iter().any(|one| same(one, text));
        !ours.is_empty()
            && ours.len() == theirs.len()
            && ours.iter().all(|text| has(&theirs, text))
            && theirs.iter().all(|text| has(&ours, text))
    }

    fn folded(&self, fold: fn(&str) -> String) -> Option<Self> {
        match self {
            Self::Text(text) => Some(Self::text(fold(text))),
            Self::Set(texts) => Self::set(texts.iter().map(|text| fold(text).into())),
            Self::References(_) => Some(self.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each person stores each attribute.
    #[test]
    fn a_value_is_small() {
        assert_eq!(size_of::<Option<Value>>(), 24);
    }

    #[test]
    fn several_values_are_sorted_and_each_once() {
        let set = |texts: &[&str]| Value::set(texts.iter().map(|text| Box::from(*text)));
        assert_eq!(set(&["b", "a", "b"]), set(&["a", "b"]));
        assert_eq!(set(&[]), None);
    }
}
