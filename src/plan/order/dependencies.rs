//! The dependencies of each change.

use std::collections::HashMap;

use super::values::{self, Handover};
use crate::model::{
    ActionKind, AttributeIndex, Catalog, Change, Edit, ExternalId, Purpose, Reference, Schema, TypeId,
};

/// A group of changes. The next phase starts when all changes of a phase are complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Removals come first, because revoking access is most urgent.
    Removals,
    /// Changes that free login names and other unique values for others.
    Renames,
    /// New people, who may take a name that has just become free.
    Creates,
    /// All other changes.
    Updates,
}

impl Phase {
    pub(super) const ALL: [Self; 4] = [Self::Removals, Self::Renames, Self::Creates, Self::Updates];
}

pub fn phase(catalog: &Catalog, change: &Change) -> Phase {
    match change.kind {
        ActionKind::Create => Phase::Creates,
        // Renames come early, because another change may wait for the login name. An undo may give an account a name
        // before it is deactivated.
        _ if passes_values_on(catalog.schema(change.resource), change) => Phase::Renames,
        ActionKind::Deactivate | ActionKind::Delete => Phase::Removals,
        ActionKind::Adopt | ActionKind::Update | ActionKind::Reactivate | ActionKind::MarkAbsent => {
            Phase::Updates
        }
    }
}

fn passes_values_on(schema: &Schema, change: &Change) -> bool {
    change.renames(schema) || (change.edit().is_some() && !values::given_up(schema, change).is_empty())
}

/// What has to happen before a change may start. Numbers are indexes of changes. Whether these have already added all
/// references does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependency {
    /// This change gives up a name or another unique value.
    Name(usize),
    /// The account of this change got a temporary login name, or lost the value.
    TemporaryLogin(usize),
    /// This change creates an object.
    Made(usize),
    /// This change removes a reference.
    Dropped(usize),
}

/// Indexes of changes that may run in parallel, because none of them waits for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// These accounts get temporary login names, or lose values that others take.
    TemporaryLogin(Vec<usize>),
    /// These changes are applied, except references that are added later.
    Changes(Vec<usize>),
    /// These changes add the references that they left out.
    Links(Vec<usize>),
}

/// The dependencies of each change.
///
/// Nothing is ever removed to free a name. A delete that frees a name has its own reason.
pub(super) fn dependencies(catalog: &Catalog, changes: &[Change]) -> Vec<Vec<Dependency>> {
    let names = names(catalog, changes);
    let makers = makers(changes);
    let mut droppers: HashMap<(TypeId, &ExternalId), Vec<usize>> = HashMap::new();
    for (index, change) in changes.iter().enumerate() {
        for reference in change.unlinked(catalog.schema(change.resource)) {
            if let Reference::Managed(resource, id) = reference {
                droppers.entry((*resource, id)).or_default().push(index);
            }
        }
    }
    let of = |(index, change): (usize, &Change)| {
        let mut dependencies = names[index].clone();
        match (change.kind, change.id()) {
            // In a circle of names and references, neither waits for the other.
            _ if change.links_later => {}
            (ActionKind::Delete, Some(id)) => {
                let droppers = droppers.get(&(change.resource, id)).into_iter().flatten();
                dependencies.extend(droppers.map(|dropper| Dependency::Dropped(*dropper)));
            }
            _ => dependencies.extend(made_for(catalog, change, index, &makers).map(Dependency::Made)),
        }
        dependencies
    };
    changes.iter().enumerate().map(of).collect()
}

/// Returns whether the change has a second step.
pub fn writes_links_later(change: &Change) -> bool {
    change.links_later && change.kind != ActionKind::Delete
}

/// For each change, the changes that give up the values that it takes.
fn names(catalog: &Catalog, changes: &[Change]) -> Vec<Vec<Dependency>> {
    let dependency = |handover: &Handover| {
        let edit = changes[handover.giver].edit();
        if edit.is_some_and(|edit| gives_up_first(catalog, edit, handover.attribute)) {
            Dependency::TemporaryLogin(handover.giver)
        } else {
            Dependency::Name(handover.giver)
        }
    };
    let handovers = values::handovers(catalog, changes);
    let dependencies = handovers
        .iter()
        .map(|handovers| handovers.iter().map(dependency).collect());
    dependencies.collect()
}

fn gives_up_first(catalog: &Catalog, edit: &Edit, attribute: AttributeIndex) -> bool {
    let is_login = catalog.schema(edit.desired.resource).purpose(attribute) == Purpose::Login;
    edit.emptied_first.contains(attribute) || (is_login && edit.temporary_login.is_some())
}

/// The changes that create objects, by object.
fn makers(changes: &[Change]) -> HashMap<(TypeId, &ExternalId), usize> {
    let new = changes.iter().enumerate();
    let new = new.filter_map(|(index, change)| Some((index, change.resource, change.creation()?)));
    new.map(|(index, resource, creation)| ((resource, &creation.desired.id), index))
        .collect()
}

/// The changes that create what this one refers to.
fn made_for<'a>(
    catalog: &Catalog,
    change: &'a Change,
    index: usize,
    makers: &'a HashMap<(TypeId, &ExternalId), usize>,
) -> impl Iterator<Item = usize> + 'a {
    let linked = change.linked(catalog.schema(change.resource)).into_iter();
    linked
        .filter_map(|reference| match reference {
            Reference::Managed(resource, id) => makers.get(&(*resource, id)).copied(),
            Reference::Foreign(_) => None,
        })
        .filter(move |maker| *maker != index)
}
