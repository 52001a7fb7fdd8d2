//! The people of a run that is limited to some.

use std::collections::BTreeSet;

/// The people of a limited run, by their places in [`super::DesiredState`].
///
/// Other people are not changed, and no person counts as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Places in `objects`.
    pub people: BTreeSet<usize>,
    /// Places in `leavers`.
    pub leavers: BTreeSet<usize>,
}
