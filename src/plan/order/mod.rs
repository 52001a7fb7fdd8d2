//! In which order changes are shown and applied. A change waits for
//!
//! - the change that gives up the name that it takes,
//! - the creation of each object that it refers to,
//! - if it is a delete, the changes that drop references to the object.
//!
//! Where accounts exchange names in a circle, one of them gets a temporary name on the way; where objects refer to one
//! another in a circle, one of them gets references to what is not there yet in a second step.

mod schedule;

use std::collections::HashMap;

use self::schedule::Schedule;
use crate::model::{
    ActionKind, Catalog, Change, Existing, ExternalId, Purpose, Reference, Schema, TargetId, TypeId, Value,
    Write, comparable,
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
    const ALL: [Self; 4] = [Self::Removals, Self::Renames, Self::Creates, Self::Updates];
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
fn waits_of_links(catalog: &Catalog, changes: &[Change]) -> Vec<Vec<usize>> {
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
fn names(catalog: &Catalog, changes: &[Change]) -> Vec<Option<Wait>> {
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

/// The steps in which an arranged plan is carried out.
pub fn steps(catalog: &Catalog, changes: &[Change]) -> Vec<Step> {
    Schedule::of(catalog, changes).steps
}

/// Sorts changes by the step in which they run, then by id, so that the same input in any order makes the same plan.
pub(super) fn arrange(catalog: &Catalog, changes: &mut Vec<Change>) {
    let key = |change: &Change| (phase(catalog, change), change.resource);
    changes.sort_by(|a, b| (key(a), a.id(), a.target_id()).cmp(&(key(b), b.id(), b.target_id())));
    for change in changes.iter_mut() {
        change.links_later = false;
        if let Some(edit) = change.edit_mut() {
            edit.temporary_login = None;
        }
    }
    for place in one_of_each_circle(&names(catalog, changes)) {
        if let Some(edit) = changes[place].edit_mut() {
            edit.temporary_login = Some(temporary_name(&edit.target_id));
        }
    }
    let mut schedule = Schedule::of(catalog, changes);
    while let Some(place) = schedule.circle() {
        changes[place].links_later = true;
        schedule = Schedule::of(catalog, changes);
    }
    let mut sorted: Vec<Option<Change>> = std::mem::take(changes).into_iter().map(Some).collect();
    let places = schedule.steps.iter().filter_map(|step| match step {
        Step::Changes(places) => Some(places),
        Step::TemporaryLogin(_) | Step::Links(_) => None,
    });
    changes.extend(places.flatten().filter_map(|place| sorted[*place].take()));
}

/// Whether the account was left with a temporary name by a run that did not come to its end.
pub(super) fn has_temporary_login(schema: &Schema, account: &Existing) -> bool {
    *account.login(schema) == *temporary_name(&account.target_id)
}

/// A name that no other account can need: the target gives each id once.
pub(super) fn temporary_name(account: &TargetId) -> Box<str> {
    format!("directory-sync-renaming-{account}").into()
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

/// Nobody waits for more than one name, so a walk from any of them ends, or comes round.
fn one_of_each_circle(waits: &[Option<Wait>]) -> Vec<usize> {
    let mut walk_of: Vec<Option<usize>> = vec![None; waits.len()];
    let mut chosen = Vec::new();
    for start in 0..waits.len() {
        let mut place = start;
        while walk_of[place].is_none() {
            walk_of[place] = Some(start);
            let Some(Wait::Name(next)) = waits[place] else {
                break;
            };
            place = next;
            if walk_of[place] == Some(start) {
                chosen.push(smallest_of_circle(waits, place));
            }
        }
    }
    chosen
}

fn smallest_of_circle(waits: &[Option<Wait>], start: usize) -> usize {
    let (mut smallest, mut place) = (start, start);
    while let Some(Wait::Name(next)) = waits[place] {
        smallest = smallest.min(next);
        place = next;
        if place == start {
            break;
        }
    }
    smallest
}
