//! The limits of a run, as the configuration sets them.

use std::collections::BTreeMap;

use super::limit::Limit;
use super::protect::Protected;
use crate::model::ActionKind;

/// `guard.*`
#[derive(Clone, Debug, PartialEq)]
pub struct GuardLimits {
    /// Accounts that may be removed.
    pub max_removals: Limit,
    /// Limits on removals that others set, with where they are. No token lifts them.
    pub firm_removals: Vec<(Limit, String)>,
    /// Accounts whose login name may change.
    pub max_logins_changed: Limit,
    /// Accounts that may become somebody's who has another first and last name.
    pub max_adoptions_renaming: Limit,
    /// References that objects may lose, of all that there are: the members of groups.
    pub max_memberships_removed: Limit,
    /// Changes of any kind.
    pub max_changes: Option<Limit>,
    /// A source of people may be empty.
    pub allow_empty: bool,
    /// What all sources together must yield.
    pub demands: Demands,
    /// What single sources must yield, by their name.
    pub demands_of: BTreeMap<Box<str>, Demands>,
    /// Changes of one kind.
    pub max_per_kind: BTreeMap<ActionKind, Limit>,
    /// Records of a source that may lack one and the same key attribute, and accounts of its people that may lose another one.
    pub max_missing: Limit,
    /// Records that may be rejected while the run still counts as good.
    pub max_rejected: Limit,
    /// Accounts that are never changed.
    pub protected: Protected,
}

impl GuardLimits {
    /// Whether a run is good although so many of the records that were read are rejected.
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

/// What has to be there for a source, or all of them, to count as complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// People, at the least.
    pub min_users: Option<usize>,
    /// External ids (hex) or e-mail addresses that must be among them.
    pub canaries: Vec<String>,
}
