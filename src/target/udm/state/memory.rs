//! What is remembered of the objects of a run: where they are, and what else their next change needs.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::holders::Holders;
use crate::config::Dn;
use crate::model::{ExternalId, Reference, TargetId, TypeId};
use crate::target::udm::rules::catalog::{GROUP, USER};
use crate::target::udm::rules::notes::Notes;

/// An object that can be a member.
struct Meant {
    resource: TypeId,
    object: TargetId,
    id: Option<ExternalId>,
}

/// Objects by their entryUUID, which stays when names change.
#[derive(Default)]
pub(in crate::target::udm) struct Memory {
    names: RefCell<HashMap<TargetId, Box<str>>>,
    /// All others are users.
    groups: RefCell<HashSet<TargetId>>,
    /// What a name in a group means.
    meant: RefCell<HashMap<Dn, Meant>>,
    notes: RefCell<HashMap<TargetId, Notes>>,
    /// Names of objects without an external id, by type.
    foreign: RefCell<BTreeMap<TypeId, Vec<Box<str>>>>,
    /// Who has what only one object can have.
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

    /// The object is somebody else's.
    pub(in crate::target::udm) fn is_foreign(&self, resource: TypeId, dn: &str) {
        self.foreign
            .borrow_mut()
            .entry(resource)
            .or_default()
            .push(dn.into());
    }

    /// Names of what is somebody else's.
    pub(in crate::target::udm) fn foreign(&self) -> BTreeMap<TypeId, Vec<Box<str>>> {
        self.foreign.borrow().clone()
    }

    /// Where an object is, by the name that the server gave it.
    pub(in crate::target::udm) fn put(&self, object: &TargetId, dn: &str) {
        self.names.borrow_mut().insert(object.clone(), dn.into());
    }

    pub(in crate::target::udm) fn dn(&self, object: &TargetId) -> Option<Box<str>> {
        self.names.borrow().get(object).cloned()
    }

    /// Groups call this object by its name.
    pub(in crate::target::udm) fn means(
        &self,
        dn: &str,
        resource: TypeId,
        object: &TargetId,
        id: Option<&ExternalId>,
    ) {
        if let Some(name) = Dn::parse(dn.as_bytes()) {
            let meant = Meant {
                resource,
                object: object.clone(),
                id: id.cloned(),
            };
            self.meant.borrow_mut().insert(name, meant);
        }
    }

    /// The object that was read under a name.
    pub(in crate::target::udm) fn object(&self, dn: &str) -> Option<TargetId> {
        let meant = self.meant.borrow();
        meant
            .get(&Dn::parse(dn.as_bytes())?)
            .map(|meant| meant.object.clone())
    }

    /// What a name in a group refers to: an object without an external id goes by the id that the server gave it, and what
    /// was not read by its name.
    pub(in crate::target::udm) fn reference(&self, dn: &str) -> Reference {
        let name = Dn::parse(dn.as_bytes());
        let meant = self.meant.borrow();
        match name.and_then(|name| meant.get(&name)) {
            Some(Meant {
                resource,
                id: Some(id),
                ..
            }) => Reference::Managed(*resource, id.clone()),
            Some(Meant { object, .. }) => Reference::Foreign(object.as_str().into()),
            None => Reference::Foreign(dn.into()),
        }
    }

    /// The object is of this type.
    pub(in crate::target::udm) fn is_of(&self, resource: TypeId, object: &TargetId) {
        if resource == GROUP {
            self.groups.borrow_mut().insert(object.clone());
        }
    }

    /// The type of an object that was read or made.
    pub(in crate::target::udm) fn type_of(&self, object: &TargetId) -> TypeId {
        if self.groups.borrow().contains(object) {
            GROUP
        } else {
            USER
        }
    }

    pub(in crate::target::udm) fn note(&self, object: &TargetId, notes: Option<Notes>) {
        match notes {
            Some(notes) => self.notes.borrow_mut().insert(object.clone(), notes),
            None => self.notes.borrow_mut().remove(object),
        };
    }

    pub(in crate::target::udm) fn notes(&self, object: &TargetId) -> Notes {
        self.notes.borrow().get(object).cloned().unwrap_or_default()
    }
}
