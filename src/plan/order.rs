//! In which order changes are shown and applied: whoever needs a login name waits for whoever gives it up.

use std::collections::HashMap;

use crate::model::{Account, Action, Change, Schema, TargetId, comparable};

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

/// The phase of a change.
pub fn phase(change: &Change) -> Phase {
    match &change.action {
        Action::Create { .. } => Phase::Creates,
        // A set-once or personal detail can wait; an address is the login name somebody else may be waiting for. An undo
        // may give an account a name before it is deactivated.
        _ if change.renames() => Phase::Renames,
        Action::Disable(_) | Action::Delete(_) => Phase::Removals,
        Action::Adopt(_) | Action::Update(_) | Action::Enable(_) | Action::Note(_) => Phase::Updates,
    }
}

/// What has to have happened before a change may start: the place of a change that gives up a login name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// It is done.
    Done(usize),
    /// Its account has stepped aside to a temporary name.
    Aside(usize),
}

/// Changes that may run at once, by their places; none of them waits for another one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// These accounts step aside to their temporary names.
    Aside(Vec<usize>),
    /// These changes are carried out.
    Changes(Vec<usize>),
}

/// For each change, what it waits for: whoever holds the login name that it takes and is about to give it up.
///
/// Nothing is ever removed to make room: a delete that frees a name stands in the plan for a reason of its own.
pub fn waits(schema: &Schema, changes: &[Change]) -> Vec<Option<Wait>> {
    let mut holders: HashMap<String, usize> = HashMap::new();
    for (place, change) in changes.iter().enumerate() {
        if let Some(name) = freed(change) {
            holders.entry(comparable(name)).or_insert(place);
        }
    }
    let wait = |(place, change): (usize, &Change)| {
        let name = change.login(schema).filter(|_| !holders.is_empty())?;
        let holder = *holders
            .get(&comparable(&name))
            .filter(|holder| **holder != place)?;
        let steps_aside = changes[holder].edit().is_some_and(|edit| edit.detour.is_some());
        Some(if steps_aside {
            Wait::Aside(holder)
        } else {
            Wait::Done(holder)
        })
    };
    changes.iter().enumerate().map(wait).collect()
}

/// The steps in which an arranged plan is carried out.
pub fn steps(changes: &[Change], waits: &[Option<Wait>]) -> Vec<Step> {
    let mut groups: Vec<((Phase, usize), Vec<usize>)> = Vec::new();
    for (place, key) in ranks(changes, waits).into_iter().enumerate() {
        match groups.last_mut() {
            Some((last, places)) if *last == key => places.push(place),
            _ => groups.push((key, vec![place])),
        }
    }
    let has_detour = |place: &usize| changes[*place].edit().is_some_and(|edit| edit.detour.is_some());
    let aside: Vec<usize> = (0..changes.len()).filter(has_detour).collect();
    let mut steps: Vec<Step> = Vec::new();
    for (key, places) in groups {
        if key == (Phase::Renames, 0) && !aside.is_empty() {
            steps.push(Step::Aside(aside.clone()));
        }
        steps.push(Step::Changes(places));
    }
    steps
}

/// Sorts changes by the step in which they run, then by id, so that the same input in any order makes the same plan;
/// where accounts exchange their names in a circle, one of them gets a temporary name on the way.
pub(super) fn arrange(schema: &Schema, changes: &mut Vec<Change>) {
    changes.sort_by(|a, b| (phase(a), a.id(), a.target_id()).cmp(&(phase(b), b.id(), b.target_id())));
    for edit in changes.iter_mut().filter_map(Change::edit_mut) {
        edit.detour = None;
    }
    for place in one_of_each_circle(&waits(schema, changes)) {
        if let Some(edit) = changes[place].edit_mut() {
            edit.detour = Some(temporary_name(&edit.target_id));
        }
    }
    let ranks = ranks(changes, &waits(schema, changes));
    let mut ranked: Vec<_> = ranks.into_iter().zip(std::mem::take(changes)).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    changes.extend(ranked.into_iter().map(|(_, change)| change));
}

/// Whether the account was left with a temporary name by a run that did not come to its end.
pub(super) fn is_on_detour(account: &Account) -> bool {
    *account.login == *temporary_name(&account.target_id)
}

/// A name that no other account can need: the target gives each id once.
fn temporary_name(account: &TargetId) -> Box<str> {
    format!("directory-sync-renaming-{account}").into()
}

/// The login name that a change gives up.
fn freed(change: &Change) -> Option<&str> {
    match &change.action {
        Action::Delete(removal) => Some(&removal.account.login),
        _ if change.renames() => Some(&change.edit()?.before.as_ref()?.login),
        _ => None,
    }
}

/// Nobody waits for more than one change, so a walk from any of them ends, or comes round.
fn one_of_each_circle(waits: &[Option<Wait>]) -> Vec<usize> {
    let mut walk_of: Vec<Option<usize>> = vec![None; waits.len()];
    let mut chosen = Vec::new();
    for start in 0..waits.len() {
        let mut place = start;
        while walk_of[place].is_none() {
            walk_of[place] = Some(start);
            let Some(Wait::Done(next)) = waits[place] else {
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
    while let Some(Wait::Done(next)) = waits[place] {
        smallest = smallest.min(next);
        place = next;
        if place == start {
            break;
        }
    }
    smallest
}

/// The phase of each change, and how many changes of that phase have to be done before it.
fn ranks(changes: &[Change], waits: &[Option<Wait>]) -> Vec<(Phase, usize)> {
    let mut depths: Vec<Option<usize>> = vec![None; changes.len()];
    let mut chain = Vec::new();
    for start in 0..changes.len() {
        let mut place = start;
        // Chains may be as long as the plan, so this is no recursion.
        let mut depth = loop {
            if let Some(depth) = depths[place] {
                break depth + 1;
            }
            chain.push(place);
            match waits[place] {
                Some(Wait::Done(next)) if phase(&changes[next]) == phase(&changes[place]) => place = next,
                _ => break 0,
            }
        };
        while let Some(place) = chain.pop() {
            depths[place] = Some(depth);
            depth += 1;
        }
    }
    let depths = depths.into_iter().map(Option::unwrap_or_default);
    changes.iter().map(phase).zip(depths).collect()
}
