//! Decides which references a plan writes: those to objects that exist after the run.
//!
//! A plan is made for each resource type separately. Only all plans together show whether a referenced object exists,
//! is created, or is deleted.

use std::collections::{HashMap, HashSet};

pub(super) mod nesting;
mod objects;
mod rewrite;

pub use self::objects::{Alias, Objects};
use self::rewrite::{drop_empty, rewrite};
use crate::model::{
    ActionKind, AttributeIndex, Catalog, Change, ExternalId, Ids, Plan, Purpose, Reference, TypeId, Value,
    Write,
};

/// Removes references from a plan that cannot be written, and keeps references that must not be removed.
///
/// - References to objects that neither exist nor are created are left out.
/// - References to an object that no source contains stay, because it is not known whether the object still belongs
///   there.
/// - A deleted object takes the references to it with it.
/// - An object whose external id changes keeps its references.
/// - References that would lead back to their own object are left out where the target does not allow it.
pub fn resolve_references(catalog: &Catalog, plan: &mut Plan, objects: Objects<'_>) {
    if !plan
        .changes
        .iter()
        .any(|change| members(catalog, change).is_some())
    {
        return;
    }
    let resolver = Resolver::new(plan, objects);
    let mut changes = std::mem::take(&mut plan.changes);
    for change in &mut changes {
        if let Some(attribute) = members(catalog, change) {
            resolver.resolve(change, attribute);
        }
    }
    plan.changes = changes;
    drop_empty(plan);
    nesting::leave_out_circles(catalog, plan, objects);
}

/// The attribute with references, if the change writes it.
fn members(catalog: &Catalog, change: &Change) -> Option<AttributeIndex> {
    let attribute = catalog.schema(change.resource).find(Purpose::Members)?;
    let is_written = match &change.write {
        Write::Create(creation) => creation.attributes.get(attribute).is_some(),
        Write::Edit(edit) => edit.change(attribute).is_some(),
        Write::Delete(_) => false,
    };
    is_written.then_some(attribute)
}

type Key = (TypeId, ExternalId);

struct Resolver<'a> {
    ids: &'a Ids,
    /// By the ids of the sources.
    aliases: HashMap<Key, &'a Alias>,
    /// The ids that objects of the sources give up.
    former: HashSet<Key>,
    /// Objects in the sources, including rejected records.
    named: HashSet<(TypeId, &'a ExternalId)>,
    /// Objects that the plan creates or updates.
    made: HashSet<Key>,
    gone: HashSet<Key>,
}

impl<'a> Resolver<'a> {
    fn new(plan: &Plan, objects: Objects<'a>) -> Self {
        let named = objects.desired.iter().flat_map(|of_type| {
            let wanted = of_type.objects.iter().map(|one| &one.id);
            let rejected = of_type.rejected.iter().filter_map(|one| one.id.as_ref());
            let resource = of_type.resource;
            wanted.chain(rejected).map(move |id| (resource, id))
        });
        let ids_of = |fits: fn(&Change) -> bool| {
            let fitting = plan.changes.iter().filter(move |change| fits(change));
            fitting.filter_map(|change| Some((change.resource, change.id()?.clone())))
        };
        let aliases = objects.aliases.iter();
        Self {
            ids: objects.ids,
            former: aliases
                .clone()
                .filter_map(|alias| Some((alias.resource, alias.former.clone()?)))
                .collect(),
            aliases: aliases
                .map(|alias| ((alias.resource, alias.id.clone()), alias))
                .collect(),
            named: named.collect(),
            made: ids_of(|change| change.person().is_some()).collect(),
            gone: ids_of(|change| change.kind == ActionKind::Delete).collect(),
        }
    }

    fn resolve(&self, change: &mut Change, attribute: AttributeIndex) {
        rewrite(change, attribute, |before, wanted| self.after(before, wanted));
    }

    /// The references of an object after the run.
    fn after(&self, before: Option<&Value>, wanted: Option<&Value>) -> Option<Value> {
        let before = before.map_or(&[][..], Value::as_references);
        let wanted = wanted.map_or(&[][..], Value::as_references).iter();
        let written = wanted.filter_map(|one| self.written(one, before));
        let stays = before.iter().filter(|one| self.stays(one));
        Value::references(written.chain(stays.cloned()))
    }

    /// The reference in its existing form, if it can be written at all.
    fn written(&self, wanted: &Reference, before: &[Reference]) -> Option<Reference> {
        let Reference::Managed(resource, id) = wanted else {
            return Some(wanted.clone());
        };
        let key = (*resource, id.clone());
        let known_as = self.aliases.get(&key).map(|alias| match &alias.former {
            Some(former) => Reference::Managed(*resource, former.clone()),
            None => Reference::Foreign(alias.target_id.as_str().into()),
        });
        if let Some(known) = known_as.filter(|known| before.binary_search(known).is_ok()) {
            return Some(known);
        }
        let is_there = self.ids.get(*resource, id).is_some() && !self.gone.contains(&key);
        (is_there || self.made.contains(&key)).then(|| wanted.clone())
    }

    /// Returns whether a reference stays although it is not desired.
    fn stays(&self, before: &Reference) -> bool {
        let Reference::Managed(resource, id) = before else {
            return false;
        };
        let key = (*resource, id.clone());
        let is_named = self.named.contains(&(*resource, id)) || self.former.contains(&key);
        !is_named || self.gone.contains(&key)
    }
}
