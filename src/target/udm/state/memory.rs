//! State of the objects of a run: their DNs, and what else their next change needs.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::objects::{DnParts, ObjectIndex, Objects};
use crate::config::Dn;
use crate::model::{ExternalId, Fingerprints, Reference, TargetId, TypeId};
use crate::target::udm::rules::catalog::USER;
use crate::target::udm::rules::markers::Markers;

/// An object without an external id.
struct Foreign {
    resource: TypeId,
    target_id: TargetId,
    dn: Box<str>,
}

/// Objects by their entryUUID, which does not change with the name.
#[derive(Default)]
pub(in crate::target::udm) struct Memory {
    pub(super) objects: RefCell<Objects>,
    /// The object of each DN in a group, by the number of the DN.
    meant: RefCell<HashMap<[u64; 2], ObjectIndex>>,
    pub(super) numbers: Fingerprints,
    markers: RefCell<HashMap<TargetId, Markers>>,
    /// Objects without an external id.
    foreign: RefCell<Vec<Foreign>>,
    /// Objects outside of the containers that have a needed value.
    elsewhere: RefCell<HashSet<TargetId>>,
}

impl Memory {
    /// Forgets the DNs of all objects of a type.
    pub(in crate::target::udm) fn forget(&self, resource: TypeId) {
        self.foreign
            .borrow_mut()
            .retain(|object| object.resource != resource);
        let objects = self.objects.borrow();
        self.meant
            .borrow_mut()
            .retain(|_, index| objects.at(*index).resource != resource);
    }

    /// Records an object without an external id.
    pub(in crate::target::udm) fn is_foreign(&self, resource: TypeId, object: &TargetId, dn: &str) {
        self.foreign.borrow_mut().push(Foreign {
            resource,
            target_id: object.clone(),
            dn: dn.into(),
        });
    }

    /// Names of objects without an external id, by type, without the adopted ones.
    pub(in crate::target::udm) fn foreign(&self, adopted: &[TargetId]) -> BTreeMap<TypeId, Vec<Box<str>>> {
        let adopted: HashSet<&TargetId> = adopted.iter().collect();
        let mut names: BTreeMap<TypeId, Vec<Box<str>>> = BTreeMap::new();
        let foreign = self.foreign.borrow();
        for object in foreign
            .iter()
            .filter(|object| !adopted.contains(&object.target_id))
        {
            names.entry(object.resource).or_default().push(object.dn.clone());
        }
        names
    }

    /// Records the DN of an object, by its entryUUID.
    pub(in crate::target::udm) fn put(&self, object: &TargetId, dn: &str) {
        let mut objects = self.objects.borrow_mut();
        let index = objects.index(object);
        objects.set_dn(index, dn);
    }

    pub(in crate::target::udm) fn dn(&self, object: &TargetId) -> Option<Box<str>> {
        self.objects.borrow().get(object)?.dn.as_ref().map(DnParts::join)
    }

    /// Records that groups refer to this object by its DN.
    pub(in crate::target::udm) fn means(&self, dn: &str, object: &TargetId, id: Option<&ExternalId>) {
        if let Some(number) = self.number(dn) {
            let mut objects = self.objects.borrow_mut();
            let index = objects.index(object);
            objects.at_mut(index).id = id.cloned();
            self.meant.borrow_mut().insert(number, index);
        }
    }

    /// Records an object outside of the containers that has a needed value.
    pub(in crate::target::udm) fn is_elsewhere(&self, resource: TypeId, object: &TargetId, dn: &str) {
        self.put(object, dn);
        self.is_of(resource, object);
        self.elsewhere.borrow_mut().insert(object.clone());
    }

    /// The DN of an object outside of the containers.
    pub(in crate::target::udm) fn elsewhere(&self, object: &TargetId) -> Option<Box<str>> {
        let is_elsewhere = self.elsewhere.borrow().contains(object);
        self.dn(object).filter(|_| is_elsewhere)
    }

    /// The object with a DN.
    pub(in crate::target::udm) fn object(&self, dn: &str) -> Option<TargetId> {
        let objects = self.objects.borrow();
        self.meant(dn).map(|index| objects.at(index).target_id.clone())
    }

    /// The reference that a DN in a group stands for. An object without an external id is referred to by its
    /// entryUUID, and an unread one by its DN.
    pub(in crate::target::udm) fn reference(&self, dn: &str) -> Reference {
        let Some(index) = self.meant(dn) else {
            return Reference::Foreign(dn.into());
        };
        let objects = self.objects.borrow();
        let object = objects.at(index);
        match &object.id {
            Some(id) => Reference::Managed(object.resource, id.clone()),
            None => Reference::Foreign(object.target_id.as_str().into()),
        }
    }

    fn meant(&self, dn: &str) -> Option<ObjectIndex> {
        self.meant.borrow().get(&self.number(dn)?).copied()
    }

    /// Equal DNs have the same number, in any spelling.
    fn number(&self, dn: &str) -> Option<[u64; 2]> {
        Dn::parse(dn.as_bytes()).map(|name| self.numbers.halves(&name))
    }

    /// Records the type of an object.
    pub(in crate::target::udm) fn is_of(&self, resource: TypeId, object: &TargetId) {
        let mut objects = self.objects.borrow_mut();
        let index = objects.index(object);
        objects.at_mut(index).resource = resource;
    }

    /// The type of an object that was read or created. All others are users.
    pub(in crate::target::udm) fn type_of(&self, object: &TargetId) -> TypeId {
        let objects = self.objects.borrow();
        objects.get(object).map_or(USER, |object| object.resource)
    }

    pub(in crate::target::udm) fn remember(&self, object: &TargetId, markers: Option<Markers>) {
        match markers {
            Some(markers) => drop(self.markers.borrow_mut().insert(object.clone(), markers)),
            None => drop(self.markers.borrow_mut().remove(object)),
        }
    }

    pub(in crate::target::udm) fn markers(&self, object: &TargetId) -> Markers {
        self.markers.borrow().get(object).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DNs keep the spelling of the server.
    #[test]
    fn names_stay_as_they_are() {
        let memory = Memory::default();
        let names = [
            "uid=ada,ou=people,dc=x",
            "uid=ben,ou=people,dc=x",
            "cn=a\\, b , ou = people;dc=x ",
            "dc=x",
            "",
        ];
        for name in names {
            let object = TargetId::new(name);
            memory.put(&object, "cn=before,dc=x");
            memory.put(&object, name);
            assert_eq!(memory.dn(&object).as_deref(), Some(name));
        }
    }
}
