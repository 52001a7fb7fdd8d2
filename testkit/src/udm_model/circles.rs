//! Groups in groups.

use std::collections::{BTreeMap, BTreeSet};

use super::state::State;

/// Whether a group contains another one, directly or not.
pub(crate) fn contains(state: &State, outer: &str, inner: &str) -> bool {
    let nested: BTreeMap<&str, &BTreeSet<String>> = state
        .groups
        .iter()
        .map(|(id, group)| (id.as_str(), &group.members))
        .collect();
    let (mut seen, mut next) = (BTreeSet::new(), vec![outer]);
    while let Some(group) = next.pop() {
        for member in nested.get(group).into_iter().copied().flatten() {
            if member == inner {
                return true;
            }
            if seen.insert(member.as_str()) {
                next.push(member);
            }
        }
    }
    false
}
