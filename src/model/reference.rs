//! References from one object of the target to others, such as the members of a group.

use crate::model::id::{ExternalId, TypeId};

/// The object that a reference points to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reference {
    /// A managed object, by its external id, because its target id may not be known yet.
    Managed(TypeId, ExternalId),
    /// Any other object, by the target's own reference, which is its target id if the target lists it. Such a
    /// reference stays unchanged.
    Foreign(Box<str>),
}
