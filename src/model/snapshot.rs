//! What is kept of accounts, so that an undo can put it back.

/// Something about an account that only the target knows the meaning of: a name, and texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// What it is, in the target's words.
    pub name: Box<str>,
    /// What it holds.
    pub texts: Vec<Box<str>>,
}

/// What is kept of an account before it is changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Values that the account list does not show.
    pub values: Vec<(super::AttributeIndex, super::Value)>,
    /// Everything else that the change would lose.
    pub details: Vec<Detail>,
}

/// When a run last wrote, in the words and by the clock of the target. A list that is not as far does not show all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastWrites {
    /// Something that the account list shows.
    pub accounts: Option<Box<str>>,
    /// A role of somebody's.
    pub roles: Option<Box<str>>,
}
