//! The stored objects, with the rules of a strict server, and its calls.

use std::collections::{BTreeMap, BTreeSet};

use super::drafts;
use crate::model::{
    Attributes, Catalog, Change, Edit, Existing, ExternalId, Ids, Lifecycle, Ownership, Purpose, Reference,
    TargetId, TypeId, Value, Write,
};
use crate::target::{TargetError, TargetErrorKind};

/// Objects of different kinds may have the same id.
pub(super) type Key = (TypeId, TargetId);

/// A member, as the server stores it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Member {
    Object(TypeId, TargetId),
    Other(Box<str>),
}

/// An object, as the server stores it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) attributes: Attributes,
    pub(super) members: BTreeSet<Member>,
}

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    TemporaryLogin,
    Back,
    Apply,
    Link,
}

/// A call that fails, once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    /// Which one, in the order of their arrival.
    pub(super) call: usize,
    pub(super) kind: TargetErrorKind,
    /// The call is carried out, and its answer is lost.
    pub(super) writes: bool,
}

/// A call: its task, and its account.
pub(super) type Call = (Verb, TypeId, Option<ExternalId>);

pub(super) const FAULT: &str = "told to fail";

/// Refuses a taken name, and a reference to a missing object. It only knows its own ids.
#[derive(Debug)]
pub(super) struct Server {
    catalog: Catalog,
    pub(super) objects: BTreeMap<Key, Stored>,
    made: usize,
}

impl Server {
    pub(super) fn new(objects: BTreeMap<Key, Stored>) -> Self {
        Self {
            catalog: drafts::catalog(),
            objects,
            made: 0,
        }
    }

    /// An object as a list shows it.
    pub(super) fn account(&self, key: &Key) -> Existing {
        let (schema, stored) = (self.catalog.schema(key.0), &self.objects[key]);
        let members = stored.members.iter().map(|member| match member {
            Member::Object(kind, target_id) => self.id_of(&(*kind, target_id.clone())).map_or_else(
                || Reference::Foreign(target_id.as_str().into()),
                |id| Reference::Managed(*kind, id),
            ),
            Member::Other(text) => Reference::Foreign(text.clone()),
        });
        let mut attributes = stored.attributes.clone();
        if let Some(index) = schema.find(Purpose::Members) {
            attributes.set(index, Value::references(members));
        }
        let id = self.id_of(key);
        let ownership = if id.is_some() {
            Ownership::Ours
        } else {
            Ownership::Foreign("it has no id")
        };
        Existing {
            resource: key.0,
            target_id: key.1.clone(),
            id,
            claims: Box::default(),
            lifecycle: Lifecycle::Active,
            attributes,
            not_fetched: schema.not_listed(),
            ownership,
        }
    }

    pub(super) fn id_of(&self, key: &Key) -> Option<ExternalId> {
        let attributes = &self.objects.get(key)?.attributes;
        ExternalId::from_hex(attributes.text_of(self.catalog.schema(key.0), Purpose::ExternalId)?)
    }

    /// Applies a change; returns the id of its object.
    pub(super) fn apply(&mut self, change: &Change, ids: &Ids) -> Result<TargetId, TargetError> {
        match &change.write {
            Write::Create(creation) => self.create(change, &creation.desired.id, &creation.attributes, ids),
            Write::Edit(edit) => self.edit(change, edit, ids),
            Write::Delete(account) => self.delete(change.resource, &account.target_id),
        }
    }

    /// New objects have the id of their person.
    fn create(
        &mut self,
        change: &Change,
        id: &ExternalId,
        attributes: &Attributes,
        ids: &Ids,
    ) -> Result<TargetId, TargetError> {
        let schema = self.catalog.schema(change.resource);
        let mut attributes = attributes.clone();
        let mut set = |purpose, value| {
            if let Some(index) = schema.find(purpose) {
                attributes.set(index, value);
            }
        };
        set(Purpose::Members, None);
        set(Purpose::ExternalId, Some(Value::text(id.hex())));
        let members = self.resolved(&change.linked(schema), ids)?;
        let target_id = TargetId::new(format!("made-{}", self.made));
        self.made += 1;
        self.put(
            (change.resource, target_id.clone()),
            Stored { attributes, members },
        )?;
        Ok(target_id)
    }

    fn edit(&mut self, change: &Change, edit: &Edit, ids: &Ids) -> Result<TargetId, TargetError> {
        let schema = self.catalog.schema(change.resource);
        let key = (change.resource, edit.target_id.clone());
        let mut stored = self.get(&key)?;
        // A deleted object is no member any more.
        for gone in in_own_terms(&change.unlinked(schema), ids) {
            stored.members.remove(&gone);
        }
        let added = self.resolved(&change.linked(schema), ids)?;
        stored.members.extend(added);
        for one in &edit.changes {
            if schema.purpose(one.attribute) != Purpose::Members {
                stored.attributes.set(one.attribute, one.after.clone());
            }
        }
        self.put(key, stored)?;
        Ok(edit.target_id.clone())
    }

    fn delete(&mut self, kind: TypeId, target_id: &TargetId) -> Result<TargetId, TargetError> {
        let key = (kind, target_id.clone());
        self.get(&key)?;
        self.objects.remove(&key);
        let gone = Member::Object(kind, target_id.clone());
        for stored in self.objects.values_mut() {
            stored.members.remove(&gone);
        }
        Ok(key.1)
    }

    pub(super) fn rename(&mut self, key: Key, login: &str) -> Result<(), TargetError> {
        let mut stored = self.get(&key)?;
        let attribute = self.catalog.schema(key.0).find(Purpose::Login).expect("a login");
        stored.attributes.set(attribute, Some(Value::text(login)));
        self.put(key, stored)
    }

    /// Adds references to objects that exist by now.
    pub(super) fn link(&mut self, change: &Change, account: &TargetId, ids: &Ids) -> Result<(), TargetError> {
        let key = (change.resource, account.clone());
        let linked = change.linked(self.catalog.schema(change.resource));
        let mut stored = self.get(&key)?;
        stored.members.extend(self.resolved(&linked, ids)?);
        self.put(key, stored)
    }

    fn get(&self, key: &Key) -> Result<Stored, TargetError> {
        let stored = self.objects.get(key).cloned();
        stored.ok_or_else(|| error(TargetErrorKind::NotFound, "no such object"))
    }

    fn put(&mut self, key: Key, stored: Stored) -> Result<(), TargetError> {
        let schema = self.catalog.schema(key.0);
        let name = |stored: &Stored| {
            let name = stored.attributes.text_of(schema, Purpose::Login);
            name.map(str::to_lowercase)
        };
        let mut others = self
            .objects
            .iter()
            .filter(|(other, _)| other.0 == key.0 && **other != key);
        if others.any(|(_, other)| name(other) == name(&stored)) {
            return Err(error(TargetErrorKind::Conflict, "the name is taken"));
        }
        self.objects.insert(key, stored);
        Ok(())
    }

    /// The server's ids of references, all of which must exist.
    fn resolved(&self, references: &[&Reference], ids: &Ids) -> Result<BTreeSet<Member>, TargetError> {
        let members = in_own_terms(references, ids);
        let is_missing = |member: &Member| match member {
            Member::Object(kind, target_id) => !self.objects.contains_key(&(*kind, target_id.clone())),
            Member::Other(_) => false,
        };
        if members.iter().any(is_missing) {
            return Err(error(TargetErrorKind::NotFound, "a reference to nothing"));
        }
        Ok(members)
    }
}

/// References without an id do not exist.
fn in_own_terms(references: &[&Reference], ids: &Ids) -> BTreeSet<Member> {
    let member = |reference: &&Reference| match reference {
        Reference::Foreign(text) => Some(Member::Other(text.clone())),
        Reference::Managed(kind, id) => {
            let target_id = ids.get(*kind, id)?.clone();
            Some(Member::Object(*kind, target_id))
        }
    };
    references.iter().filter_map(member).collect()
}

pub(super) fn error(kind: TargetErrorKind, what: &str) -> TargetError {
    TargetError::new(kind, "call", what.to_owned()).wrote_nothing()
}
