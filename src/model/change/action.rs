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

    /// The only place with words about kinds of change.
    const fn words(self) -> Words {
        let (name, verb, done, symbol) = match self {
            Self::Create => ("create", "create", "created", ('+', "create")),
            Self::Adopt => ("adopt", "adopt", "adopted", ('~', "change")),
            Self::Update => ("update", "update", "updated", ('~', "change")),
            Self::Reactivate => ("enable", "reactivate", "reactivated", ('~', "change")),
            Self::Deactivate => ("disable", "deactivate", "deactivated", ('-', "remove")),
            Self::Delete => ("delete", "delete", "deleted", ('-', "remove")),
            Self::MarkAbsent => ("note", "mark as absent", "marked as absent", ('!', "missing")),
        };
        Words {
            name,
            verb,
            done,
            symbol,
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name in JSON, metrics and configuration. Other programs read it.
    pub const fn name(self) -> &'static str {
        self.words().name
    }

    /// The verb in texts, to follow "to".
    pub const fn verb(self) -> &'static str {
        self.words().verb
    }

    /// The participle in texts, to follow "was" or "would be".
    pub const fn done(self) -> &'static str {
        self.words().done
    }

    /// The symbol in a plan, with its meaning.
    pub const fn symbol(self) -> (char, &'static str) {
        self.words().symbol
    }
}

/// Words about one kind of change.
struct Words {
    name: &'static str,
    verb: &'static str,
    done: &'static str,
    symbol: (char, &'static str),
}
