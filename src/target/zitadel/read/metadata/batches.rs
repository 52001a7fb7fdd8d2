//! Distributes checks to requests.

use crate::target::zitadel::read::metadata::filter::{KEYS, LONGEST_VALUE};
use crate::target::zitadel::read::metadata::shared::is_shared;
use crate::target::zitadel::rules::metadata::Keys;
use crate::target::zitadel::schema::{DISABLED_BY, MISSING_SINCE};
use crate::target::{Check, Expected};
use std::collections::{BTreeMap, HashSet};

/// The server's work grows with the square of the number of values in a request.
pub(in crate::target::zitadel) const VALUES: usize = 100;

/// Condition of one request.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::target::zitadel) enum Condition<'k> {
    HasValue(&'k str),
    HasKey(&'k str),
    LacksKey(&'k str),
}

/// Indexes of the checks that one request answers, no user twice.
pub(in crate::target::zitadel) struct Batch<'k> {
    pub(in crate::target::zitadel) condition: Condition<'k>,
    pub(in crate::target::zitadel) indexes: Vec<usize>,
}

/// How the checks are answered.
pub(in crate::target::zitadel) struct Course<'k> {
    pub(in crate::target::zitadel) batches: Vec<Batch<'k>>,
    /// Indexes of checks about an attribute with the same value in many accounts.
    pub(in crate::target::zitadel) shared: Vec<usize>,
    /// Indexes of checks that need a read of the user.
    pub(in crate::target::zitadel) single: Vec<usize>,
}

impl Batch<'_> {
    pub(in crate::target::zitadel) fn users<'e>(&self, checks: &[Check<'e>]) -> HashSet<&'e str> {
        let user = |index: &usize| checks[*index].target_id.as_str();
        self.indexes.iter().map(user).collect()
    }
}

/// Distributes the checks to requests.
pub(in crate::target::zitadel) fn course<'k>(keys: &'k Keys, checks: &[Check<'_>]) -> Course<'k> {
    let mut groups: BTreeMap<Condition<'k>, Vec<usize>> = BTreeMap::new();
    let (mut shared, mut single) = (Vec::new(), Vec::new());
    for (index, check) in checks.iter().enumerate() {
        if is_shared(&check.expected) {
            shared.push(index);
            continue;
        }
        // Links cannot be filtered, so `condition` returns nothing for them.
        match condition(keys, &check.expected) {
            Some(condition) => groups.entry(condition).or_default().push(index),
            None => single.push(index),
        }
    }
    let mut batches = Vec::new();
    for (condition, mut indexes) in groups {
        let user = |index: usize| checks[index].target_id;
        // A second check of the same kind for a user would make the count wrong.
        indexes.sort_by_key(|index| user(*index));
        let repeated = |pair: &&[usize]| user(pair[0]) == user(pair[1]);
        single.extend(indexes.windows(2).filter(repeated).map(|pair| pair[1]));
        indexes.dedup_by(|second, first| user(*second) == user(*first));
        let size = match condition {
            Condition::HasValue(_) => VALUES,
            Condition::HasKey(_) | Condition::LacksKey(_) => KEYS,
        };
        let parts = indexes.chunks(size).map(<[usize]>::to_vec);
        batches.extend(parts.map(|indexes| Batch { condition, indexes }));
    }
    Course {
        batches,
        shared,
        single,
    }
}

pub(in crate::target::zitadel) fn condition<'k>(
    keys: &'k Keys,
    expected: &Expected<'_>,
) -> Option<Condition<'k>> {
    let key = keys.of(expected.attribute())?;
    match expected {
        _ if is_decisive(expected) => None,
        Expected::Value(_, value) => {
            (value.as_text().len() <= LONGEST_VALUE).then_some(Condition::HasValue(key))
        }
        Expected::Present(_) => Some(Condition::HasKey(key)),
        Expected::Absent(_) => Some(Condition::LacksKey(key)),
    }
}

/// Returns whether the answer can reactivate or remove an account. Then the account itself is read, not a filter or
/// the event log.
pub(in crate::target::zitadel) fn is_decisive(expected: &Expected<'_>) -> bool {
    matches!(
        expected,
        Expected::Present(DISABLED_BY) | Expected::Value(DISABLED_BY | MISSING_SINCE, _)
    )
}
