//! References from one object of the target to others, such as the members of a group.

use crate::model::id::{ExternalId, TypeId};

/// What an object refers to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reference {
    /// An object that this tool manages, by its external id: its id at the target may not be known yet.
    Managed(TypeId, ExternalId),
    /// Any other object, by the target's own reference, which is its target id if the target lists it. It stays where it is.
    Foreign(Box<str>),
}
