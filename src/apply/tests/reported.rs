//! Compares outcomes: the reported ones, the expected ones, and the state of the target.

use super::drafts::{USER, catalog};
use super::memory::Memory;
use super::server::{Call, FAULT, Fault, Verb};
use crate::apply::{NotApplied, Unlinked};
use crate::model::{
    ActionKind, Attributes, Change, Existing, Purpose, Reference, Schema, TargetId, TypeId, Value, Write,
};
use crate::plan::{Dependency, Schedule};
use crate::target::{Applied, TargetErrorKind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reported {
    Done {
        warnings: Vec<String>,
        list_was_stale: bool,
    },
    Failed(String),
    NotStarted,
    Unlinked,
}

impl Reported {
    pub(super) fn done() -> Self {
        Self::Done {
            warnings: Vec::new(),
            list_was_stale: false,
        }
    }

    fn is_done(&self) -> bool {
        matches!(self, Self::Done { .. })
    }
}

pub(super) fn reported(result: Result<Applied, NotApplied>) -> Reported {
    match result {
        Ok(applied) => {
            assert!(applied.target_id.is_some(), "which account it is, is known");
            Reported::Done {
                warnings: applied.warnings,
                list_was_stale: applied.list_was_stale,
            }
        }
        Err(NotApplied::Failed(error)) => Reported::Failed(error.what),
        Err(NotApplied::NotStarted(_)) => Reported::NotStarted,
        Err(NotApplied::Unlinked(first, why)) => {
            assert!(first.target_id.is_some(), "which account it is, is known");
            match why {
                Unlinked::Failed(error) => Reported::Failed(error.what),
                Unlinked::NotStarted(_) => Reported::Unlinked,
            }
        }
        Err(NotApplied::NotTakenBack(reason)) => unreachable!("no undo: {reason}"),
    }
}

/// Expected outcomes if one call fails.
pub(super) fn foreseen(changes: &[Change], failed: Option<&Call>, fault: Fault) -> Vec<Reported> {
    let mut reported = vec![Reported::done(); changes.len()];
    let Some((verb, kind, id)) = failed else {
        return reported;
    };
    let is_it = |change: &Change| change.resource == *kind && change.id() == id.as_ref();
    let index = changes.iter().position(is_it).expect("a change of the plan");
    let is_new_person = changes[index].kind == ActionKind::Create && *kind == USER;
    if fault.kind == TargetErrorKind::Conflict && fault.writes && is_new_person {
        // The account is found there, and is the person's.
        reported[index] = Reported::Done {
            warnings: Vec::new(),
            list_was_stale: true,
        };
        return reported;
    }
    reported[index] = Reported::Failed(FAULT.to_owned());
    if *verb == Verb::Link {
        return reported;
    }
    let dependencies = Schedule::of(&catalog(), changes).dependencies;
    let is_vain = |reported: &[Reported], dependency: &Dependency| match dependency {
        Dependency::Made(_) => false,
        Dependency::Name(other) | Dependency::Dropped(other) => !reported[*other].is_done(),
        Dependency::TemporaryLogin(other) => *other == index && *verb == Verb::TemporaryLogin,
    };
    while let Some(next) = (0..changes.len()).find(|at| {
        reported[*at].is_done()
            && dependencies[*at]
                .iter()
                .any(|dependency| is_vain(&reported, dependency))
    }) {
        reported[next] = Reported::NotStarted;
    }
    for (at, change) in changes.iter().enumerate() {
        let missing = missing(changes, change, &reported);
        if let (Reported::Done { warnings, .. }, true) = (&mut reported[at], missing > 0) {
            warnings.push(format!(
                "{missing} of what it refers to is not there yet; the next run adds the references"
            ));
        }
    }
    reported
}

/// How many references of a change have no object, as far as known.
fn missing(changes: &[Change], change: &Change, reported: &[Reported]) -> usize {
    let linked = change.linked(catalog().schema(change.resource));
    let is_missing = |reference: &&&Reference| {
        let Reference::Managed(kind, id) = reference else {
            return false;
        };
        let mut makers = changes
            .iter()
            .zip(reported)
            .filter(|(maker, reported)| maker.creation().is_some() && !reported.is_done());
        makers.any(|(maker, _)| maker.resource == *kind && maker.id() == Some(id))
    };
    linked.iter().filter(is_missing).count()
}

/// Changes whose outcome contradicts the target.
pub(super) fn unlike(
    memory: &Memory,
    listed: &[(TypeId, Existing)],
    changes: &[Change],
    reported: &[Reported],
) -> Vec<String> {
    let now = memory.list();
    let is_like = |(change, reported): &(&Change, &Reported)| {
        let of = |accounts: &[(TypeId, Existing)]| find(accounts, change);
        match (reported, of(listed), of(&now)) {
            (Reported::Done { .. } | Reported::Unlinked, _, now) => {
                let is_whole = reported.is_done();
                match &change.write {
                    Write::Delete(_) => now.is_none(),
                    _ => now.is_some_and(|now| {
                        holds(changes, change, &now.attributes, is_whole.then_some(memory))
                    }),
                }
            }
            (Reported::NotStarted, None, None) | (Reported::Failed(_), _, _) => true,
            (Reported::NotStarted, Some(before), Some(now)) => {
                is_as_before(memory, changes, change.resource, [before, now])
            }
            (Reported::NotStarted, _, _) => false,
        }
    };
    let unlike = changes.iter().zip(reported).filter(|one| !is_like(one));
    unlike
        .map(|(change, reported)| format!("{reported:?} of {change:?}"))
        .collect()
}

fn find(accounts: &[(TypeId, Existing)], change: &Change) -> Option<Existing> {
    let is_it = |(kind, account): &&(TypeId, Existing)| {
        *kind == change.resource
            && match change.target_id() {
                Some(target_id) => account.target_id == *target_id,
                None => account.id.as_ref() == change.id(),
            }
    };
    accounts.iter().find(is_it).map(|(_, account)| account.clone())
}

/// Returns whether an object has what the change was to write, including all existing members if required.
fn holds(changes: &[Change], change: &Change, attributes: &Attributes, whole: Option<&Memory>) -> bool {
    let schema = &catalog().schema(change.resource).clone();
    let is_written = |purpose| {
        let written = change.written(schema, purpose);
        written.is_none() || written == attributes.of(schema, purpose)
    };
    let stored = members(schema, attributes, changes);
    let linked: Vec<Reference> = change.linked(schema).into_iter().cloned().collect();
    let mut unlinked = change
        .unlinked(schema)
        .into_iter()
        .map(|gone| by_new_id(changes, gone));
    let dropped = unlinked.all(|gone| linked.contains(&gone) || !stored.contains(&gone));
    let is_there = |memory: &Memory, linked: &Reference| match linked {
        Reference::Managed(kind, id) => memory.stored().contains_key(&(*kind, id.clone())),
        Reference::Foreign(_) => true,
    };
    // An object that was created by a call with a lost answer exists, but its id is not known.
    let is_lost = |memory: &Memory, linked: &Reference| match linked {
        Reference::Managed(kind, id) => memory.lost() == Some((*kind, id.clone())),
        Reference::Foreign(_) => false,
    };
    let linked = whole.is_none_or(|memory| {
        let is_stored =
            |one: &Reference| stored.contains(one) || !is_there(memory, one) || is_lost(memory, one);
        linked.iter().all(is_stored)
    });
    [Purpose::Login, Purpose::ExternalId, Purpose::Address]
        .into_iter()
        .all(is_written)
        && dropped
        && linked
}

/// Returns whether nothing was written. Deleted members do not count, and a temporary name stays if the former one is
/// taken.
fn is_as_before(memory: &Memory, changes: &[Change], kind: TypeId, accounts: [Existing; 2]) -> bool {
    let catalog = catalog();
    let schema = catalog.schema(kind);
    let [mut before, mut now] = accounts;
    let login = schema.find(Purpose::Login).expect("a login");
    if now.login(schema) == temporary(&now.target_id) && is_taken(memory, kind, before.login(schema)) {
        now.attributes.set(login, before.attributes.get(login).cloned());
    }
    if let Some(index) = schema.find(Purpose::Members) {
        let there: Vec<Reference> = memory
            .stored()
            .into_keys()
            .map(|(kind, id)| Reference::Managed(kind, id))
            .collect();
        let is_left = |one: &Reference| {
            matches!(one, Reference::Foreign(_))
                || there.iter().any(|other| by_new_id(changes, other) == *one)
        };
        for account in [&mut before, &mut now] {
            let left = members(schema, &account.attributes, changes)
                .into_iter()
                .filter(is_left);
            let left = Value::references(left);
            account.attributes.set(index, left);
        }
    }
    before == now
}

fn is_taken(memory: &Memory, kind: TypeId, name: &str) -> bool {
    let mut listed = memory.list().into_iter();
    listed.any(|(of, account)| of == kind && account.login(catalog().schema(kind)) == name)
}

fn members(schema: &Schema, attributes: &Attributes, changes: &[Change]) -> Vec<Reference> {
    let members = attributes.of(schema, Purpose::Members);
    let members = members.map_or(&[][..], Value::as_references).iter();
    members.map(|member| by_new_id(changes, member)).collect()
}

/// A reference by the id that an account has after its adoption. It may have belonged to another person before.
fn by_new_id(changes: &[Change], reference: &Reference) -> Reference {
    let Reference::Managed(kind, id) = reference else {
        return reference.clone();
    };
    let mut mine = changes
        .iter()
        .filter(|change| change.resource == *kind && change.kind == ActionKind::Adopt);
    let adopted = mine.find(|change| change.before().and_then(|before| before.id.as_ref()) == Some(id));
    let new = adopted.and_then(Change::id).unwrap_or(id);
    Reference::Managed(*kind, new.clone())
}

fn temporary(account: &TargetId) -> String {
    format!("directory-sync-renaming-{account}")
}
