//! Target ids of objects, by the ids that references use.

use std::collections::{BTreeMap, HashMap};

use super::id::{ExternalId, TargetId, TypeId};
use super::reference::Reference;
use super::resource::existing::Existing;

type Key = (TypeId, ExternalId);

/// Target ids of the objects that references can point to: those that were read, and those created so far.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    by_id: BTreeMap<TypeId, HashMap<ExternalId, TargetId>>,
    nested: HashMap<Key, Vec<ExternalId>>,
}

impl Ids {
    /// Adds an object, or changes its target id.
    pub fn insert(&mut self, resource: TypeId, id: ExternalId, target_id: TargetId) {
        self.by_id.entry(resource).or_default().insert(id, target_id);
    }

    /// Adds an object that was read, if it has an external id.
    pub fn add(&mut self, existing: &Existing) {
        if let Some(id) = &existing.id {
            self.insert(existing.resource, id.clone(), existing.target_id.clone());
            let nested = nested(existing);
            if !nested.is_empty() {
                self.nested.insert((existing.resource, id.clone()), nested);
            }
        }
    }

    /// The objects of a type that refer to objects of the same type, with these references, as they were read.
    pub fn nested(&self, resource: TypeId) -> impl Iterator<Item = (&ExternalId, &[ExternalId])> {
        let of_type = self.nested.iter().filter(move |((of, _), _)| *of == resource);
        of_type.map(|((_, id), nested)| (id, &nested[..]))
    }

    /// Removes an object that no longer exists.
    pub fn remove(&mut self, resource: TypeId, id: &ExternalId) {
        if let Some(of_type) = self.by_id.get_mut(&resource) {
            of_type.remove(id);
        }
    }

    /// The target id of an object.
    pub fn get(&self, resource: TypeId, id: &ExternalId) -> Option<&TargetId> {
        self.by_id.get(&resource)?.get(id)
    }
}

/// The objects of its own type to which an object refers.
fn nested(existing: &Existing) -> Vec<ExternalId> {
    let values = existing.attributes.iter();
    let references = values.flat_map(|(_, value)| value.as_references());
    let nested = references.filter_map(|reference| match reference {
        Reference::Managed(resource, id) if *resource == existing.resource => Some(id.clone()),
        Reference::Managed(..) | Reference::Foreign(_) => None,
    });
    nested.collect()
}
