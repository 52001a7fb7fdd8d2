//! What each change waits for.

use std::collections::HashMap;

use crate::model::{
    ActionKind, Catalog, Change, ExternalId, Purpose, Reference, Schema, TypeId, Value, Write, comparable,
};

/// A group of changes that belong together; the next group starts when all of it are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// People who leave go first: that they lose access is what matters most.
    Removals,
    /// Login names that become free for others.
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
        _ if change.renames(catalog.schema(change.resource)) => Phase::Renames,
        ActionKind::Deactivate | ActionKind::Delete => Phase::Removals,
        ActionKind::Adopt | ActionKind::Update | ActionKind::Reactivate | ActionKind::MarkAbsent => {
            Phase::Updates
        }
    }
}

/// What has to have happened before a change may start. The numbers are places of changes; whether these have added all
/// references does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// This change gives up a name.
    Name(usize),
    /// The account of this change has stepped aside to a temporary name.
    TemporaryLogin(usize),
    /// This change makes an object.
    Made(usize),
    /// This change drops a reference.
    Dropped(usize),
}

/// Changes that may run at once, by their places; none of them waits for another one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// These accounts step aside to their temporary names.
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
        let mut waits: Vec<Wait> = names[place].into_iter().collect();
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
        let makers = made_for(catalog, change, place, &makers);
        makers.filter(|_| writes_links_later(change)).collect()
    };
    changes.iter().enumerate().map(of).collect()
}

/// Whether a second step belongs to the change.
pub fn writes_links_later(change: &Change) -> bool {
    change.links_later && change.kind != ActionKind::Delete
}

/// The changes that give up the names that others take.
pub(super) fn names(catalog: &Catalog, changes: &[Change]) -> Vec<Option<Wait>> {
    let mut holders: HashMap<(TypeId, String), usize> = HashMap::new();
    for (place, change) in changes.iter().enumerate() {
        if let Some(name) = freed(catalog.schema(change.resource), change) {
            holders
                .entry((change.resource, comparable(name)))
                .or_insert(place);
        }
    }
    let wait = |(place, change): (usize, &Change)| {
        let login = change.login(catalog.schema(change.resource));
        let name = login.filter(|_| !holders.is_empty())?;
        let holder = *holders
            .get(&(change.resource, comparable(name)))
            .filter(|holder| **holder != place)?;
        let steps_aside = changes[holder]
            .edit()
            .is_some_and(|edit| edit.temporary_login.is_some());
        Some(if steps_aside {
            Wait::TemporaryLogin(holder)
        } else {
            Wait::Name(holder)
        })
    };
    changes.iter().enumerate().map(wait).collect()
}

/// The changes that make objects, by these.
fn makers(changes: &[Change]) -> HashMap<(TypeId, &ExternalId), usize> {
    let new = changes.iter().enumerate();
    let new = new.filter_map(|(place, change)| Some((place, change.resource, change.creation()?)));
    new.map(|(place, resource, creation)| ((resource, &creation.identity.id), place))
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

/// The login name that a change gives up.
fn freed<'a>(schema: &Schema, change: &'a Change) -> Option<&'a str> {
    match &change.write {
        Write::Create(_) => None,
        Write::Edit(edit) => {
            let renamed = edit.change_of(schema, Purpose::Login)?;
            renamed.before.as_ref().map(Value::as_text)
        }
        Write::Delete(account) => Some(account.login(schema)),
    }
}
