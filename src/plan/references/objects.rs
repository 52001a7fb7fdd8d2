//! The objects that references can point to.

use crate::model::{DesiredState, ExternalId, Ids, TargetId, TypeId};

/// An object of the sources that has another external id at the target, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    pub resource: TypeId,
    /// The id in the sources.
    pub id: ExternalId,
    /// The id at the target, if any.
    pub former: Option<ExternalId>,
    pub target_id: TargetId,
}

/// All objects that references can point to.
#[derive(Clone, Copy, Debug)]
pub struct Objects<'a> {
    /// The desired objects, one entry per resource type.
    pub desired: &'a [DesiredState],
    /// The target ids of all objects with an external id.
    pub ids: &'a Ids,
    /// Objects with another id at the target.
    pub aliases: &'a [Alias],
}
