//! What each change waits for.

use std::collections::HashMap;

use super::values::{self, Handover};
use crate::model::{
    ActionKind, AttributeIndex, Catalog, Change, Edit, ExternalId, Purpose, Reference, Schema, TypeId,
};

/// A group of changes that belong together; the next group starts when all of it are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// People who leave go first: that they lose access is what matters most.
    Removals,
    /// Login names, and other values of one object alone, that become free for others.
    Renames,
    /// New people, who may take a name that has just become free.
    Creates,
    /// Everything else.
    Updates,
}

impl Phase {
    pub(super) const ALL: [Self; 4] = [Self::Removals, Self::Renames, Self::Creates, Self::Updates];
}

/// The phase of a change.
pub fn phase(catalog: &Catalog, change: &Change) -> Phase {
    match change.kind {
        ActionKind::Create => Phase::Creates,
        // A set-once or personal detail can wait; somebody else may be waiting for a login name. An undo may give an
        // account a name before it is deactivated.
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

/// What has to have happened before a change may start. The numbers are places of changes; whether these have added all
/// references does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// This change gives up a name, or another value that only one object can have.
    Name(usize),
    /// The account of this change has stepped aside: to a temporary name, or without the value.
    TemporaryLogin(usize),
    /// This change makes an object.
    Made(usize),
    /// This change drops a reference.
    Dropped(usize),
}

/// Changes that may run at once, by their places; none of them waits for another one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// These accounts step aside: to temporary names, or without values that others take.
    TemporaryLogin(Vec<usize>),
    /// These changes are carried out, but for references that are added later.
    Changes(Vec<usize>),
    /// These changes add the references that they left out.
    Links(Vec<usize>),
}

/// For each change, what it waits for.
///
/// Nothing is ever removed to make room: a delete that frees a name stands in the plan for a reason of its own.
pub fn waits(catalog: &Catalog, changes: &[Change]) -> Vec<Vec<Wait>> {
    let names = names(catalog, changes);
    let makers = makers(changes);
    let mut droppers: HashMap<(TypeId, &ExternalId), Vec<usize>> = HashMap::new();
    for (place, change) in changes.iter().enumerate() {
        for reference in change.unlinked(catalog.schema(change.resource)) {
            if let Reference::Managed(resource, id) = reference {
                droppers.entry((*resource, id)).or_default().push(place);
            }
        }
    }
    let of = |(place, change): (usize, &Change)| {
        let mut waits = names[place].clone();
        match (change.kind, change.id()) {
            // Nobody waits for the other in a circle of names and references.
            _ if change.links_later => {}
            (ActionKind::Delete, Some(id)) => {
                let droppers = droppers.get(&(change.resource, id)).into_iter().flatten();
                waits.extend(droppers.map(|dropper| Wait::Dropped(*dropper)));
            }
            _ => waits.extend(made_for(catalog, change, place, &makers).map(Wait::Made)),
        }
        waits
    };
    changes.iter().enumerate().map(of).collect()
}

/// For each change that adds references in a second step, the changes that have to be done before that.
pub(super) fn waits_of_links(catalog: &Catalog, changes: &[Change]) -> Vec<Vec<usize>> {
    let makers = makers(changes);
    let of = |(place, change): (usize, &Change)| {
        if !writes_links_later(change) {
            return Vec::new();
        }
        let made = made_for(catalog, change, place, &makers);
        let droppers = (0..changes.len()).filter(|other| {
            let other = &changes[*other];
            change.nests_last && other.resource == change.resource && drops_nested(catalog, other)
        });
        made.chain(droppers).collect()
    };
    changes.iter().enumerate().map(of).collect()
}

/// Whether an object refers to fewer objects of its own type afterwards, or is gone.
fn drops_nested(catalog: &Catalog, change: &Change) -> bool {
    let dropped = change.unlinked(catalog.schema(change.resource));
    change.kind == ActionKind::Delete || dropped.into_iter().any(|one| one.is_of(change.resource))
}

/// Whether a second step belongs to the change.
pub fn writes_links_later(change: &Change) -> bool {
    change.links_later && change.kind != ActionKind::Delete
}

/// For each change, those that give up what it takes.
fn names(catalog: &Catalog, changes: &[Change]) -> Vec<Vec<Wait>> {
    let wait = |handover: &Handover| {
        let edit = changes[handover.giver].edit();
        if edit.is_some_and(|edit| gives_up_first(catalog, edit, handover.attribute)) {
            Wait::TemporaryLogin(handover.giver)
        } else {
            Wait::Name(handover.giver)
        }
    };
    let handovers = values::handovers(catalog, changes);
    let waits = handovers
        .iter()
        .map(|handovers| handovers.iter().map(wait).collect());
    waits.collect()
}

fn gives_up_first(catalog: &Catalog, edit: &Edit, attribute: AttributeIndex) -> bool {
    let is_login = catalog.schema(edit.desired.resource).purpose(attribute) == Purpose::Login;
    edit.emptied_first.contains(attribute) || (is_login && edit.temporary_login.is_some())
}

/// The changes that make objects, by these.
fn makers(changes: &[Change]) -> HashMap<(TypeId, &ExternalId), usize> {
    let new = changes.iter().enumerate();
    let new = new.filter_map(|(place, change)| Some((place, change.resource, change.creation()?)));
    new.map(|(place, resource, creation)| ((resource, &creation.desired.id), place))
        .collect()
}

/// The changes that make what this one refers to.
fn made_for<'a>(
    catalog: &Catalog,
    change: &'a Change,
    place: usize,
    makers: &'a HashMap<(TypeId, &ExternalId), usize>,
) -> impl Iterator<Item = usize> + 'a {
    let linked = change.linked(catalog.schema(change.resource)).into_iter();
    linked
        .filter_map(|reference| match reference {
            Reference::Managed(resource, id) => makers.get(&(*resource, id)).copied(),
            Reference::Foreign(_) => None,
        })
        .filter(move |maker| *maker != place)
}
