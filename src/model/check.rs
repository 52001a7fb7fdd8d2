//! Checks about what the account list does not show.

use super::{AttributeIndex, TargetId, TypeId, Value};

/// What an account is expected to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected<'a> {
    /// This attribute holds this value.
    Value(AttributeIndex, &'a Value),
    /// This attribute holds some value.
    Present(AttributeIndex),
    /// This attribute holds nothing.
    Absent(AttributeIndex),
}

impl Expected<'_> {
    /// The attribute that it is about.
    pub fn attribute(self) -> AttributeIndex {
        match self {
            Self::Value(attribute, _) | Self::Present(attribute) | Self::Absent(attribute) => attribute,
        }
    }
}

/// A question to the target about one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check<'a> {
    /// The account.
    pub target_id: &'a TargetId,
    /// What it is expected to hold.
    pub expected: Expected<'a>,
}

/// An expectation that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The place of the expectation in the list that was asked.
    pub index: usize,
    /// What the account holds instead; `None`: nothing.
    pub current: Option<Value>,
}

/// An account that holds a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// What it holds.
    pub value: Value,
    /// The account.
    pub account: TargetId,
    /// The text in the place of an external id.
    pub id_text: Box<str>,
}

/// Who has a value that only one object can have, as far as the target knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its type.
    pub resource: TypeId,
    /// The target's id.
    pub target_id: TargetId,
    /// Its kind and what the target calls it, if it is none of the objects that this run reads.
    pub elsewhere: Option<(&'static str, Box<str>)>,
}
