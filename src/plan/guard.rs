//! What a run may not do, however right it looks.

/// A limit on a number of accounts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// A share of the active managed accounts, 0 to 100 percent.
    Percent(f64),
    /// A number of accounts.
    Count(usize),
}

/// `guard.*`
#[derive(Clone, Debug, PartialEq)]
pub struct GuardLimits {
    /// Accounts that may be removed.
    pub max_removals: Limit,
    /// Accounts whose login name may change.
    pub max_logins_changed: Limit,
    /// Changes of any kind.
    pub max_changes: Option<Limit>,
    /// A source of people may be empty.
    pub allow_empty: bool,
    /// People that all sources together must yield.
    pub min_users: Option<usize>,
    /// External ids (hex) or e-mail addresses that must be among them.
    pub canaries: Vec<String>,
}

impl Default for GuardLimits {
    fn default() -> Self {
        Self {
            max_removals: Limit::Percent(10.0),
            max_logins_changed: Limit::Percent(10.0),
            max_changes: None,
            allow_empty: false,
            min_users: None,
            canaries: Vec::new(),
        }
    }
}
