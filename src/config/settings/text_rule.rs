//! How a value is made from the attributes of an entry.

use regex::Regex;

use crate::config::syntax::template::Template;

/// How an attribute of a person is made from a record.
#[derive(Debug, Clone)]
pub struct TextRule {
    pub from: TextOrigin,
    /// Which of several values of an attribute is used.
    pub choice: Choice,
    /// Values that do not match are ignored.
    pub matching: Option<Regex>,
    /// Letter case of the result.
    pub case: Option<Case>,
    /// The result is normalized to Unicode's NFC.
    pub nfc: bool,
}

impl TextRule {
    /// The attributes that the rule reads.
    pub fn attributes(&self) -> Vec<&str> {
        match &self.from {
            TextOrigin::Attributes(names) => names.iter().map(String::as_str).collect(),
            TextOrigin::Constant(_) => Vec::new(),
            TextOrigin::Template(template) => template.names().collect(),
        }
    }
}

/// Where a text comes from.
#[derive(Debug, Clone)]
pub enum TextOrigin {
    /// The first non-empty one of these attributes, at least one.
    Attributes(Vec<String>),
    /// The same text for all people.
    Constant(String),
    /// A template over attributes.
    Template(Template),
}

/// Which of several values of an attribute is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The one that the server sends first.
    First,
    /// Several values are an error.
    Only,
    /// The first in byte order.
    FirstSorted,
    /// All of them, as many as the target stores. More are an error.
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    Lower,
    Upper,
}
