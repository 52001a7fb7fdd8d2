//! Actions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happens to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionKind {
    /// A new account, active or disabled like its person.
    Create,
    /// An account without our id becomes the person's.
    Adopt,
    /// The person's account is updated.
    Update,
    /// A deactivated account is activated again, and updated.
    #[serde(rename = "enable")]
    Reactivate,
    #[serde(rename = "disable")]
    Deactivate,
    Delete,
    /// The account gets an absence marker, and is otherwise unchanged.
    #[serde(rename = "note")]
    MarkAbsent,
}

impl ActionKind {
    /// All kinds in the order in which they are reported.
    pub const ALL: [Self; 7] = [
        Self::Create,
        Self::Adopt,
        Self::Update,
        Self::Reactivate,
        Self::Deactivate,
        Self::Delete,
        Self::MarkAbsent,
    ];

    /// The name in plan, report and configuration; the symbol in a plan with its meaning; what would happen to an
    /// account, to follow "would".
    const fn words(self) -> (&'static str, (char, &'static str), &'static str) {
        match self {
            Self::Create => ("create", ('+', "create"), "be made"),
            Self::Adopt => ("adopt", ('~', "change"), "be adopted"),
            Self::Update => ("update", ('~', "change"), "be updated"),
            Self::Reactivate => ("enable", ('~', "change"), "be reactivated"),
            Self::Deactivate => ("disable", ('-', "remove"), "be deactivated"),
            Self::Delete => ("delete", ('-', "remove"), "be deleted"),
            Self::MarkAbsent => ("note", ('!', "missing"), "be marked as absent"),
        }
    }

    /// The name in plan, report and configuration.
    pub const fn name(self) -> &'static str {
        self.words().0
    }

    /// The symbol in a plan, with its meaning.
    pub const fn symbol(self) -> (char, &'static str) {
        self.words().1
    }

    /// What would happen to an account, to follow "would".
    pub const fn deed(self) -> &'static str {
        self.words().2
    }
}
