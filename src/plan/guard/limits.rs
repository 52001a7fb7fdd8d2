//! The configured limits of a run.

use std::collections::BTreeMap;

use super::limit::Limit;
use super::protect::Protected;
use crate::model::ActionKind;

/// `guard.*`
#[derive(Clone, Debug, PartialEq)]
pub struct GuardLimits {
    /// Accounts that may be removed.
    pub max_removals: Limit,
    /// Limits on removals that the target's administrator sets, with their location. No token lifts them.
    pub firm_removals: Vec<(Limit, String)>,
    /// Accounts whose login name may change.
    pub max_logins_changed: Limit,
    /// Accounts that people with another first and last name may adopt.
    pub max_adoptions_renaming: Limit,
    /// References that objects may lose, of all references: members of groups.
    pub max_memberships_removed: Limit,
    /// Changes of any kind.
    pub max_changes: Option<Limit>,
    /// Whether a source may be empty.
    pub allow_empty: bool,
    /// What all sources together must contain.
    pub demands: Demands,
    /// What single sources must contain, by source name.
    pub demands_of: BTreeMap<Box<str>, Demands>,
    /// Changes per kind.
    pub max_per_kind: BTreeMap<ActionKind, Limit>,
    /// Records of a source that may lack the same key attribute, and accounts of its people that may lose the same
    /// value.
    pub max_missing: Limit,
    /// Records that may be rejected in a successful run.
    pub max_rejected: Limit,
    /// Accounts that are never changed.
    pub protected: Protected,
}

impl GuardLimits {
    /// Returns whether a run with this many rejected records is successful.
    pub fn tolerates(&self, rejected: usize, read: usize) -> bool {
        !self.max_rejected.is_over(rejected, read)
    }
}

impl Default for GuardLimits {
    fn default() -> Self {
        Self {
            max_removals: Limit::Percent(10.0),
            firm_removals: Vec::new(),
            max_logins_changed: Limit::Percent(10.0),
            max_adoptions_renaming: Limit::Percent(10.0),
            max_memberships_removed: Limit::Percent(20.0),
            max_changes: None,
            allow_empty: false,
            demands: Demands::default(),
            demands_of: BTreeMap::new(),
            max_per_kind: BTreeMap::new(),
            max_missing: Limit::Percent(20.0),
            max_rejected: Limit::Count(0),
            protected: Protected::default(),
        }
    }
}

/// What a source, or all sources together, must contain to count as complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// Minimum number of people.
    pub min_users: Option<usize>,
    /// External ids (hex) or e-mail addresses of people who must be present.
    pub canaries: Vec<String>,
}
