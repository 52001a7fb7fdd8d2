//! The target's ids of objects, by what references name them by.

use std::collections::HashMap;

use super::existing::Existing;
use super::id::{ExternalId, TargetId, TypeId};

/// The target's ids of the objects that can be referred to: those that were read, and those made so far.
#[derive(Clone, Debug, Default)]
pub struct Ids(HashMap<(TypeId, ExternalId), TargetId>);

impl Ids {
    /// Adds an object, or gives it another id.
    pub fn insert(&mut self, resource: TypeId, id: ExternalId, target_id: TargetId) {
        self.0.insert((resource, id), target_id);
    }

    /// Adds an object that was read, if it carries an external id.
    pub fn add(&mut self, existing: &Existing) {
        if let Some(id) = &existing.id {
            self.insert(existing.resource, id.clone(), existing.target_id.clone());
        }
    }

    /// Takes out an object that is no longer there.
    pub fn remove(&mut self, resource: TypeId, id: ExternalId) {
        self.0.remove(&(resource, id));
    }

    /// The target's id of an object.
    pub fn get(&self, resource: TypeId, id: &ExternalId) -> Option<&TargetId> {
        self.0.get(&(resource, id.clone()))
    }
}
