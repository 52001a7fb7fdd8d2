//! Extracts one attribute of a person from a record. Pure.

use std::borrow::Cow;

use regex::Regex;
use unicode_normalization::UnicodeNormalization as _;

use crate::config::{Case, Choice, Template, TextOrigin, TextRule};
use crate::transform::{RawRecord, key};

/// A compiled rule.
#[derive(Debug)]
pub(crate) struct AttributeRule {
    attribute: Box<str>,
    rule: TextRule,
    /// The attributes that it reads: as configured, and as keys of records.
    attributes: Vec<(String, String)>,
    field: String,
}

/// Result of extracting one attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Extracted<'a> {
    /// A text that is not empty.
    Value(Cow<'a, str>),
    /// There is no value.
    Empty,
    /// The value is not known, with the reason. The account's value stays.
    Unreadable(&'static str),
}

const NOT_TEXT: &str = "is not text (UTF-8)";
const NOT_READ: &str = "was not read in full";

impl AttributeRule {
    /// `attribute` is the schema's name.
    pub(crate) fn new(attribute: &str, rule: &TextRule) -> Self {
        let names = rule.attributes();
        let field = match &rule.from {
            TextOrigin::Attributes(names) => names.join("` or `"),
            TextOrigin::Constant(_) | TextOrigin::Template(_) => format!("attributes.{attribute}"),
        };
        Self {
            attribute: attribute.into(),
            rule: rule.clone(),
            attributes: names
                .into_iter()
                .map(|name| (name.to_owned(), key(name)))
                .collect(),
            field,
        }
    }

    /// The schema's name of the attribute.
    pub(super) fn attribute(&self) -> &str {
        &self.attribute
    }

    /// The source's name, for messages between backticks.
    pub(super) fn field(&self) -> &str {
        &self.field
    }

    /// Keys of the attributes that it reads.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(_, key)| key.as_str())
    }

    /// # Errors
    /// Why the rule cannot be applied to the record, without any value.
    pub(super) fn extract<'a>(&'a self, record: &'a RawRecord) -> Result<Extracted<'a>, String> {
        let found = match &self.rule.from {
            TextOrigin::Constant(text) => Extracted::Value(Cow::Borrowed(text)),
            TextOrigin::Attributes(_) => self.first_filled(record)?,
            TextOrigin::Template(template) => self.filled_in(template, record)?,
        };
        Ok(match found {
            Extracted::Value(text) if text.is_empty() => Extracted::Empty,
            Extracted::Value(text) => Extracted::Value(self.shape(text)),
            other => other,
        })
    }

    /// The attributes that a template needs and the record lacks.
    pub(super) fn missing(&self, record: &RawRecord) -> Vec<Box<str>> {
        let lacks = |(_, key): &&(String, String)| record.values(key).next().is_none();
        let lacking = self.attributes.iter().filter(lacks);
        lacking.map(|(name, _)| name.as_str().into()).collect()
    }

    /// Names and keys of the attributes with several values, of which the first one was used only because of its
    /// position.
    pub(super) fn by_chance<'a>(&'a self, record: &'a RawRecord) -> impl Iterator<Item = (&'a str, &'a str)> {
        let first = self.rule.choice == Choice::First;
        let several =
            move |(_, key): &&(String, String)| first && self.candidates(record, key).nth(1).is_some();
        let several = self.attributes.iter().filter(several);
        several.map(|(name, key)| (name.as_str(), key.as_str()))
    }

    /// Keys of the attributes whose values are all needed.
    pub(super) fn needed_whole(&self) -> impl Iterator<Item = &str> {
        let keys = self.attributes.iter().filter(|_| self.needs_all());
        keys.map(|(_, key)| key.as_str())
    }

    /// Returns whether the rule produces all values, so that the target decides whether it takes several.
    pub(super) fn takes_all(&self) -> bool {
        let is_copied = matches!(self.rule.from, TextOrigin::Attributes(_));
        is_copied && self.rule.choice == Choice::All
    }

    /// All values of the attribute in which the first one was found, or only `first`.
    pub(super) fn all(&self, record: &RawRecord, first: &str) -> Vec<Box<str>> {
        let texts = |key: &str| -> Vec<Box<str>> {
            let texts = self
                .candidates(record, key)
                .filter_map(|value| std::str::from_utf8(value).ok());
            let texts = texts.filter(|text| !text.is_empty());
            texts.map(|text| self.shape(Cow::Borrowed(text)).into()).collect()
        };
        let mut all = self.keys().map(texts);
        all.find(|texts| !texts.is_empty())
            .unwrap_or_else(|| vec![first.into()])
    }

    /// Why not all values are known, if one is not text or was not read.
    pub(super) fn unreadable(&self, record: &RawRecord) -> Option<&'static str> {
        let is_text = |value: &[u8]| std::str::from_utf8(value).is_ok();
        self.keys().find_map(|key| {
            let is_cut = record.is_incomplete(key).then_some(NOT_READ);
            is_cut.or_else(|| (!self.candidates(record, key).all(is_text)).then_some(NOT_TEXT))
        })
    }

    /// The first value is always there; all values are needed for anything else.
    fn needs_all(&self) -> bool {
        !matches!(self.rule.choice, Choice::First | Choice::All) || self.rule.matching.is_some()
    }

    fn first_filled<'a>(&'a self, record: &'a RawRecord) -> Result<Extracted<'a>, String> {
        for (name, key) in &self.attributes {
            match self.value(record, name, key)? {
                Extracted::Empty => {}
                Extracted::Value(text) if text.is_empty() => {}
                found => return Ok(found),
            }
        }
        Ok(Extracted::Empty)
    }

    fn filled_in<'a>(&'a self, template: &Template, record: &'a RawRecord) -> Result<Extracted<'a>, String> {
        let mut values = Vec::new();
        for (name, key) in &self.attributes {
            match self.value(record, name, key)? {
                Extracted::Value(text) => values.push((name, text)),
                Extracted::Empty => {}
                unreadable @ Extracted::Unreadable(_) => return Ok(unreadable),
            }
        }
        let value = |name: &str| {
            let known = values.iter().find(|(known, _)| *known == name);
            known.map(|(_, text)| &**text)
        };
        match template.render(value) {
            Ok(text) => Ok(Extracted::Value(Cow::Owned(text))),
            Err(why) => Err(format!("`{}`: {why}", self.field)),
        }
    }

    /// The value of one attribute. An empty text is a value.
    fn value<'a>(&'a self, record: &'a RawRecord, name: &str, key: &'a str) -> Result<Extracted<'a>, String> {
        Ok(match self.pick(record, name, key)?.map(std::str::from_utf8) {
            Some(Ok(text)) => Extracted::Value(Cow::Borrowed(text)),
            Some(Err(_)) => Extracted::Unreadable(NOT_TEXT),
            None if record.is_incomplete(key) => Extracted::Unreadable(NOT_READ),
            None => Extracted::Empty,
        })
    }

    fn candidates<'a>(&'a self, record: &'a RawRecord, key: &str) -> impl Iterator<Item = &'a [u8]> {
        let matches =
            |value: &[u8], regex: &Regex| std::str::from_utf8(value).is_ok_and(|text| regex.is_match(text));
        let matching = self.rule.matching.as_ref();
        record
            .values(key)
            .filter(move |value| matching.is_none_or(|regex| matches(value, regex)))
    }

    fn pick<'a>(
        &'a self,
        record: &'a RawRecord,
        name: &str,
        key: &'a str,
    ) -> Result<Option<&'a [u8]>, String> {
        if self.needs_all() && record.is_incomplete(key) {
            return Err(format!(
                "the server sent only the first values of `{name}` (range), and `value` or `matching` needs them all"
            ));
        }
        let mut candidates = self.candidates(record, key);
        match self.rule.choice {
            Choice::First | Choice::All => Ok(candidates.next()),
            Choice::FirstSorted => Ok(candidates.min()),
            Choice::Only => match (candidates.next(), candidates.next()) {
                (_, Some(_)) => Err(format!(
                    "several values of `{name}`, and `value: only` allows one"
                )),
                (only, None) => Ok(only),
            },
        }
    }

    fn shape<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        let text = match self.rule.case {
            None => text,
            Some(Case::Lower) => Cow::Owned(text.to_lowercase()),
            Some(Case::Upper) => Cow::Owned(text.to_uppercase()),
        };
        if self.rule.nfc {
            return Cow::Owned(text.nfc().collect());
        }
        text
    }
}

#[cfg(test)]
mod tests;
