//! What is known of the server before anything is read.

use std::cell::Cell;

use crate::model::TypeId;
use crate::target::udm::rules::catalog::USER;
use crate::target::udm::rules::types::Types;

/// What is known of a type.
pub(in crate::target::udm) struct Place {
    /// The whole name of the container.
    pub(in crate::target::udm) container: String,
    /// Whether the container is there; it is made when the first object needs it.
    pub(in crate::target::udm) is_there: Cell<bool>,
    pub(in crate::target::udm) types: Types,
}

/// What was found out about the server.
pub(in crate::target::udm) struct Prepared {
    pub(in crate::target::udm) base: String,
    pub(in crate::target::udm) users: Place,
    pub(in crate::target::udm) groups: Option<Place>,
}

impl Prepared {
    pub(in crate::target::udm) fn place(&self, resource: TypeId) -> Option<&Place> {
        match resource {
            USER => Some(&self.users),
            _ => self.groups.as_ref(),
        }
    }
}
