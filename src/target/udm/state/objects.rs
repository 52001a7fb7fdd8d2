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
    pub(super) dn: Option<DnParts>,
    values: [Option<HashedValue>; KINDS],
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
type HashedValue = (NonZero<u64>, u64);

/// The index of an object in [`Objects`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ObjectIndex(u32);

/// All known objects. None is removed.
#[derive(Debug, Default)]
pub(super) struct Objects {
    all: Vec<Object>,
    by_target_id: HashTable<ObjectIndex>,
    /// Owners of unique values, by kind.
    holders: [HashTable<ObjectIndex>; KINDS],
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
        self.find(target_id).map(|index| self.at(index))
    }

    pub(super) fn at(&self, index: ObjectIndex) -> &Object {
        &self.all[index.index()]
    }

    pub(super) fn at_mut(&mut self, index: ObjectIndex) -> &mut Object {
        &mut self.all[index.index()]
    }

    pub(super) fn find(&self, target_id: &TargetId) -> Option<ObjectIndex> {
        let hash = self.state.hash_one(target_id);
        let is_it = |index: &ObjectIndex| self.at(*index).target_id == *target_id;
        self.by_target_id.find(hash, is_it).copied()
    }

    /// The index of an object, which is added if it is new.
    pub(super) fn index(&mut self, target_id: &TargetId) -> ObjectIndex {
        if let Some(index) = self.find(target_id) {
            return index;
        }
        let index = ObjectIndex::new(self.all.len());
        self.all.push(Object {
            target_id: target_id.clone(),
            resource: TypeId::default(),
            id: None,
            dn: None,
            values: [None; KINDS],
        });
        let hash = |index: &ObjectIndex| self.state.hash_one(&self.all[index.index()].target_id);
        self.by_target_id.insert_unique(hash(&index), index, hash);
        index
    }

    pub(super) fn set_dn(&mut self, index: ObjectIndex, dn: &str) {
        let above = name::parent(dn);
        let (own, above) = dn.strip_suffix(above).map_or((dn, ""), |own| (own, above));
        let known = self.above.get(above).cloned();
        let above = known.unwrap_or_else(|| {
            let above: Rc<str> = above.into();
            self.above.insert(above.clone());
            above
        });
        self.all[index.index()].dn = Some(DnParts {
            own: own.into(),
            above,
        });
    }

    /// The owner of a value.
    pub(super) fn holder(&self, kind: usize, value: [u64; 2]) -> Option<&Object> {
        let value = hashed(value);
        let has_value = |index: &ObjectIndex| self.at(*index).values[kind] == Some(value);
        self.holders[kind]
            .find(value.1, has_value)
            .map(|index| self.at(*index))
    }

    /// Makes the object the owner of a value, instead of another value of this kind and of another owner.
    pub(super) fn take(&mut self, index: ObjectIndex, kind: usize, value: [u64; 2]) {
        self.give_up(index, kind);
        let value = hashed(value);
        let (all, holders) = (&mut self.all, &mut self.holders[kind]);
        all[index.index()].values[kind] = Some(value);
        let of = |index: &ObjectIndex| all[index.index()].values[kind];
        if let Some(holder) = holders.find_mut(value.1, |other| of(other) == Some(value)) {
            *holder = index;
        } else {
            let hash = |index: &ObjectIndex| of(index).map_or(0, |(_, hash)| hash);
            holders.insert_unique(value.1, index, hash);
        }
    }

    /// Takes the value of this kind away from the object.
    pub(super) fn give_up(&mut self, index: ObjectIndex, kind: usize) {
        let Some((_, hash)) = self.all[index.index()].values[kind].take() else {
            return;
        };
        if let Ok(entry) = self.holders[kind].find_entry(hash, |holder| *holder == index) {
            entry.remove();
        }
    }
}

impl ObjectIndex {
    /// No memory holds 2^32 objects.
    fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    fn index(self) -> usize {
        self.0 as usize
    }
}

fn hashed([high, low]: [u64; 2]) -> HashedValue {
    (NonZero::<u64>::MIN | high, low)
}
