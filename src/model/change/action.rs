//! What happens to an object.

/// What happens to one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ActionKind {
    /// A new account; its lifecycle is the person's.
    Create,
    /// An account without our id becomes the person's.
    Adopt,
    /// The person's account is brought in line.
    Update,
    /// A deactivated account becomes active again, and is brought in line.
    Reactivate,
    /// The account is deactivated.
    Deactivate,
    /// The account is deleted.
    Delete,
    /// The account gets an absence marker, and stays as it is otherwise.
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

    /// The name in plan, report and configuration; its symbol in a plan and what that means; what would become of an
    /// account, to follow "would".
    const fn words(self) -> (&'static str, (char, &'static str), &'static str) {
        match self {
            Self::Create => ("create", ('+', "create"), "be made"),
            Self::Adopt => ("adopt", ('~', "change"), "be adopted"),
            Self::Update => ("update", ('~', "change"), "be updated"),
            Self::Reactivate => ("enable", ('~', "change"), "be reactivated"),
            Self::Deactivate => ("disable", ('-', "remove"), "be deactivated"),
            Self::Delete => ("delete", ('-', "remove"), "be deleted"),
            Self::MarkAbsent => ("note", ('!', "missing"), "be noted as missing"),
        }
    }

    /// The name used in plan, report and configuration.
    pub const fn name(self) -> &'static str {
        self.words().0
    }

    /// The symbol in a plan, and what it means.
    pub const fn symbol(self) -> (char, &'static str) {
        self.words().1
    }

    /// What would become of an account, to follow "would".
    pub const fn deed(self) -> &'static str {
        self.words().2
    }
}
