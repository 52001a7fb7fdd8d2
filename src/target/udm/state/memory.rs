//! State of the objects of a run: their DNs, and what else their next change needs.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::holders::Holders;
use crate::config::Dn;
use crate::model::{ExternalId, Fingerprints, Reference, TargetId, TypeId};
use crate::target::udm::rules::catalog::{GROUP, USER};
use crate::target::udm::rules::notes::Notes;

/// An object that can be a member.
struct Meant {
    resource: TypeId,
    object: TargetId,
    id: Option<ExternalId>,
}

/// Objects by their entryUUID, which does not change with the name.
#[derive(Default)]
pub(in crate::target::udm) struct Memory {
    names: RefCell<HashMap<TargetId, Box<str>>>,
    /// All others are users.
    groups: RefCell<HashSet<TargetId>>,
    /// The object of each DN in a group, by the number of the DN.
    meant: RefCell<HashMap<u128, Meant>>,
    numbers: Fingerprints,
    notes: RefCell<HashMap<TargetId, Notes>>,
    /// Names of objects without an external id, by type.
    foreign: RefCell<BTreeMap<TypeId, Vec<Box<str>>>>,
    /// Objects outside of the containers that have a needed value.
    elsewhere: RefCell<HashSet<TargetId>>,
    /// Owners of unique values.
    pub(in crate::target::udm) holders: Holders,
}

impl Memory {
    /// Forgets all objects of a type.
    pub(in crate::target::udm) fn forget(&self, resource: TypeId) {
        self.foreign.borrow_mut().remove(&resource);
        self.meant
            .borrow_mut()
            .retain(|_, meant| meant.resource != resource);
    }

    /// Records an object without an external id.
    pub(in crate::target::udm) fn is_foreign(&self, resource: TypeId, dn: &str) {
        self.foreign
            .borrow_mut()
            .entry(resource)
            .or_default()
            .push(dn.into());
    }

    /// Names of objects without an external id.
    pub(in crate::target::udm) fn foreign(&self) -> BTreeMap<TypeId, Vec<Box<str>>> {
        self.foreign.borrow().clone()
    }

    /// Records the DN of an object, by its entryUUID.
    pub(in crate::target::udm) fn put(&self, object: &TargetId, dn: &str) {
        self.names.borrow_mut().insert(object.clone(), dn.into());
    }

    pub(in crate::target::udm) fn dn(&self, object: &TargetId) -> Option<Box<str>> {
        self.names.borrow().get(object).cloned()
    }

    /// Records that groups refer to this object by its DN.
    pub(in crate::target::udm) fn means(
        &self,
        dn: &str,
        resource: TypeId,
        object: &TargetId,
        id: Option<&ExternalId>,
    ) {
        if let Some(number) = self.number(dn) {
            let meant = Meant {
                resource,
                object: object.clone(),
                id: id.cloned(),
            };
            self.meant.borrow_mut().insert(number, meant);
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
        let meant = self.meant.borrow();
        meant.get(&self.number(dn)?).map(|meant| meant.object.clone())
    }

    /// The reference that a DN in a group stands for. An object without an external id is referred to by its
    /// entryUUID, and an unread one by its DN.
    pub(in crate::target::udm) fn reference(&self, dn: &str) -> Reference {
        let meant = self.meant.borrow();
        match self.number(dn).and_then(|number| meant.get(&number)) {
            Some(Meant {
                resource,
                id: Some(id),
                ..
            }) => Reference::Managed(*resource, id.clone()),
            Some(Meant { object, .. }) => Reference::Foreign(object.as_str().into()),
            None => Reference::Foreign(dn.into()),
        }
    }

    /// Equal DNs have the same number, in any spelling.
    fn number(&self, dn: &str) -> Option<u128> {
        Dn::parse(dn.as_bytes()).map(|name| self.numbers.number(&name))
    }

    /// Records the type of an object.
    pub(in crate::target::udm) fn is_of(&self, resource: TypeId, object: &TargetId) {
        if resource == GROUP {
            self.groups.borrow_mut().insert(object.clone());
        }
    }

    /// The type of an object that was read or created.
    pub(in crate::target::udm) fn type_of(&self, object: &TargetId) -> TypeId {
        if self.groups.borrow().contains(object) {
            GROUP
        } else {
            USER
        }
    }

    pub(in crate::target::udm) fn remember(&self, object: &TargetId, notes: Option<Notes>) {
        match notes {
            Some(notes) => drop(self.notes.borrow_mut().insert(object.clone(), notes)),
            None => drop(self.notes.borrow_mut().remove(object)),
        }
    }

    pub(in crate::target::udm) fn notes(&self, object: &TargetId) -> Notes {
        self.notes.borrow().get(object).cloned().unwrap_or_default()
    }
}
