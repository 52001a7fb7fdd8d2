//! How a value is made from the attributes of an entry.

use regex::Regex;

use crate::config::syntax::template::Template;

/// How a text about a person is made from a record.
#[derive(Debug, Clone)]
pub struct TextRule {
    /// Where it comes from.
    pub from: TextOrigin,
    /// Which of several values of an attribute is used.
    pub choice: Choice,
    /// Values that do not match do not count.
    pub matching: Option<Regex>,
    /// Letter case of the result.
    pub case: Option<Case>,
    /// The result is put into Unicode's form NFC.
    pub nfc: bool,
}

impl TextRule {
    /// The attributes that it looks at.
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
    /// The first of these attributes that is not empty; at least one.
    Attributes(Vec<String>),
    /// The same for everybody.
    Constant(String),
    /// Put together from attributes.
    Template(Template),
}

/// Which of several values of an attribute is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The one that the server sends first.
    First,
    /// There may be no more than one.
    Only,
    /// The first in the order of bytes.
    FirstSorted,
}

/// Letter case of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    Lower,
    Upper,
}
