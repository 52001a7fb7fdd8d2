//! What is known of everything that can be referred to.

use crate::model::{DesiredState, ExternalId, Ids, TargetId, TypeId};

/// An object of the sources that the target knows by another external id, or by none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// Its type.
    pub resource: TypeId,
    /// The id in the sources.
    pub id: ExternalId,
    /// The id that it carries at the target, if any.
    pub former: Option<ExternalId>,
    /// The target's id.
    pub target_id: TargetId,
}

/// What is known of everything that can be referred to.
#[derive(Clone, Copy, Debug)]
pub struct Objects<'a> {
    /// What the sources say, one for each resource type.
    pub desired: &'a [DesiredState],
    /// The target's ids of everything that carries an external id.
    pub ids: &'a Ids,
    /// Objects that go by another id at the target.
    pub aliases: &'a [Alias],
}
