//! What an undo writes beyond what a run from the sources can.

use super::Edit;

/// Something about an account that only the target knows the meaning of: a name, and texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// What it is, in the target's words.
    pub name: Box<str>,
    /// What it holds.
    pub texts: Vec<Box<str>>,
}

/// How an account was: what has to be written back, as it is, beside values and roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restore {
    /// The text to carry in the place of an external id; it need not be one.
    pub id_text: Box<str>,
    /// The login name, which need not follow from any attribute.
    pub login: Box<str>,
    /// What the target read before the run that is undone.
    pub details: Vec<Detail>,
    /// An account that is deactivated gets this tool's mark.
    pub mark: bool,
    /// An account that is deactivated is brought in line before.
    pub edit: Option<Edit>,
}

/// What is kept of an account before it is changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keepsake {
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
