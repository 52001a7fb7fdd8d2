//! The known objects, each stored once: hundreds of thousands of them must fit into memory.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZero;
use std::rc::Rc;

use hashbrown::HashTable;

use crate::model::{ExternalId, TargetId, TypeId};
use crate::target::udm::rules::name;

/// An object, by its entryUUID.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) target_id: TargetId,
    /// Users by default.
    pub(super) resource: TypeId,
    pub(super) id: Option<ExternalId>,
    /// Its DN.
    pub(super) dn: Option<DnParts>,
    held: [Option<Held>; KINDS],
}

/// A DN in two parts. Thousands of objects share the second one.
#[derive(Debug)]
pub(super) struct DnParts {
    own: Box<str>,
    above: Rc<str>,
}

/// Number of kinds of unique values.
pub(super) const KINDS: usize = 3;

/// The number of a value. `Option` takes no more memory.
type Held = (NonZero<u64>, u64);

/// The place of an object in [`Objects`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(u32);

/// All known objects. None is removed.
#[derive(Debug, Default)]
pub(super) struct Objects {
    all: Vec<Object>,
    by_target_id: HashTable<Place>,
    /// Owners of unique values, by kind.
    holders: [HashTable<Place>; KINDS],
    /// Second parts of DNs.
    above: HashSet<Rc<str>>,
    state: RandomState,
}

impl DnParts {
    pub(super) fn join(&self) -> Box<str> {
        [&*self.own, &*self.above].concat().into()
    }
}

impl Objects {
    pub(super) fn get(&self, target_id: &TargetId) -> Option<&Object> {
        self.find(target_id).map(|place| self.at(place))
    }

    pub(super) fn at(&self, place: Place) -> &Object {
        &self.all[place.index()]
    }

    pub(super) fn at_mut(&mut self, place: Place) -> &mut Object {
        &mut self.all[place.index()]
    }

    pub(super) fn find(&self, target_id: &TargetId) -> Option<Place> {
        let hash = self.state.hash_one(target_id);
        let is_it = |place: &Place| self.at(*place).target_id == *target_id;
        self.by_target_id.find(hash, is_it).copied()
    }

    /// The place of an object, which is added if it is new.
    pub(super) fn place(&mut self, target_id: &TargetId) -> Place {
        if let Some(place) = self.find(target_id) {
            return place;
        }
        let place = Place::new(self.all.len());
        self.all.push(Object {
            target_id: target_id.clone(),
            resource: TypeId::default(),
            id: None,
            dn: None,
            held: [None; KINDS],
        });
        let hash = |place: &Place| self.state.hash_one(&self.all[place.index()].target_id);
        self.by_target_id.insert_unique(hash(&place), place, hash);
        place
    }

    /// Sets the DN of an object.
    pub(super) fn set_dn(&mut self, place: Place, dn: &str) {
        let above = name::parent(dn);
        let (own, above) = dn.strip_suffix(above).map_or((dn, ""), |own| (own, above));
        let known = self.above.get(above).cloned();
        let above = known.unwrap_or_else(|| {
            let above: Rc<str> = above.into();
            self.above.insert(above.clone());
            above
        });
        self.all[place.index()].dn = Some(DnParts {
            own: own.into(),
            above,
        });
    }

    /// The owner of a value.
    pub(super) fn holder(&self, kind: usize, value: [u64; 2]) -> Option<&Object> {
        let value = held(value);
        let is_held = |place: &Place| self.at(*place).held[kind] == Some(value);
        self.holders[kind]
            .find(value.1, is_held)
            .map(|place| self.at(*place))
    }

    /// Makes the object the owner of a value, in place of another value of this kind and of another owner.
    pub(super) fn take(&mut self, place: Place, kind: usize, value: [u64; 2]) {
        self.give_up(place, kind);
        let value = held(value);
        let (all, holders) = (&mut self.all, &mut self.holders[kind]);
        all[place.index()].held[kind] = Some(value);
        let of = |place: &Place| all[place.index()].held[kind];
        if let Some(holder) = holders.find_mut(value.1, |other| of(other) == Some(value)) {
            *holder = place;
        } else {
            let hash = |place: &Place| of(place).map_or(0, |(_, hash)| hash);
            holders.insert_unique(value.1, place, hash);
        }
    }

    /// Takes the value of this kind away from the object.
    pub(super) fn give_up(&mut self, place: Place, kind: usize) {
        let Some((_, hash)) = self.all[place.index()].held[kind].take() else {
            return;
        };
        if let Ok(entry) = self.holders[kind].find_entry(hash, |holder| *holder == place) {
            entry.remove();
        }
    }
}

impl Place {
    /// No memory holds 2^32 objects.
    fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    fn index(self) -> usize {
        self.0 as usize
    }
}

fn held([high, low]: [u64; 2]) -> Held {
    (NonZero::<u64>::MIN | high, low)
}
