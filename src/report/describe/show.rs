//! How much of a plan identifies people.

/// What is printed about the people in a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Nothing that identifies a person, and which attributes change.
    NoNames,
    /// Names, and which attributes change.
    Names,
    /// Their values too.
    Values,
}
