//! The people of a run that is limited to some.

use std::collections::BTreeSet;

/// The people of a limited run, by their indexes in [`super::DesiredState`].
///
/// Other people are not changed, and no person counts as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Indexes of `objects`.
    pub people: BTreeSet<usize>,
    /// Indexes of `leavers`.
    pub leavers: BTreeSet<usize>,
}
