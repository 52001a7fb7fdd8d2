//! Checks of what the account list does not show.

use super::{AttributeIndex, TargetId, TypeId, Value};

/// The expected value of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected<'a> {
    Value(AttributeIndex, &'a Value),
    /// The attribute has a value.
    Present(AttributeIndex),
    /// The attribute has no value.
    Absent(AttributeIndex),
}

impl Expected<'_> {
    pub fn attribute(self) -> AttributeIndex {
        match self {
            Self::Value(attribute, _) | Self::Present(attribute) | Self::Absent(attribute) => attribute,
        }
    }
}

/// A question to the target about one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check<'a> {
    pub target_id: &'a TargetId,
    pub expected: Expected<'a>,
}

/// A failed check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Index of the check in the list.
    pub index: usize,
    /// The account's value; `None` if there is none.
    pub current: Option<Value>,
}

/// An account with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    pub value: Value,
    pub account: TargetId,
    /// The text of its external id.
    pub id_text: Box<str>,
}

/// The owner of a unique value, as far as the target knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub resource: TypeId,
    pub target_id: TargetId,
    /// Its kind and its name at the target, if this run does not read the object.
    pub elsewhere: Option<(&'static str, Box<str>)>,
}
