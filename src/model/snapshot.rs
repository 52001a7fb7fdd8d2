//! Snapshots of accounts, from which an undo restores them.

/// A fact about an account that only the target interprets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Name of the fact, chosen by the target.
    pub name: Box<str>,
    pub texts: Vec<Box<str>>,
}

/// The state of an account before it is changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Values that the account list does not show.
    pub values: Vec<(super::AttributeIndex, super::Value)>,
    /// Everything else that the change would lose.
    pub details: Vec<Detail>,
}

/// Times of a run's last writes, in the format and by the clock of the target. A list that is older does not show all
/// of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastWrites {
    /// The last write that the account list shows.
    pub accounts: Option<Box<str>>,
    /// The last write of a role.
    pub roles: Option<Box<str>>,
}
