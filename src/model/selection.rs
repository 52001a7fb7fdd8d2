//! The people whom a run is about, if it is not about everybody.

use std::collections::BTreeSet;

/// The people whom a run is about, by their places in [`super::DesiredState`].
///
/// Nobody else is changed, and nobody counts as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Places in `objects`.
    pub people: BTreeSet<usize>,
    /// Places in `leavers`.
    pub leavers: BTreeSet<usize>,
}
