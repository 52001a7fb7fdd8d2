//! Questions about what the account list does not show.

use super::{AttributeIndex, TargetId, Value};

/// What an account is expected to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected<'a> {
    /// This attribute holds this value.
    Value(AttributeIndex, &'a Value),
    /// This attribute holds some value.
    Present(AttributeIndex),
    /// This attribute holds nothing.
    Absent(AttributeIndex),
    /// This attribute holds one of these values, or nothing.
    NoneBut(AttributeIndex, &'a [Value]),
    /// This tool deactivated the account.
    DisabledByUs,
    /// Nothing says that this tool deactivated the account.
    NotDisabledByUs,
    /// Nothing is noted of an absence of the person. What is held instead is a number, or else a text that means nothing.
    NotNoted(AbsenceNote),
    /// An absence of the person is noted that began then, in seconds since 1970 (UTC).
    MissingSince(i64),
}

/// What is noted of somebody's absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbsenceNote {
    /// When it began, in seconds since 1970 (UTC).
    Since,
    /// How many runs have seen it.
    Runs,
}

/// A question to the target about one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation<'a> {
    /// The account.
    pub target_id: &'a TargetId,
    /// What it is expected to hold.
    pub expected: Expected<'a>,
}

/// An expectation that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
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
    /// The text in which its external id is looked for.
    pub id_text: Box<str>,
}
