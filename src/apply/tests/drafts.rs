//! People and groups: existing and desired.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::memory::Memory;
use super::server::{Key, Member, Stored};
use crate::model::{
    AttributeIndex, AttributeSet, AttributeSpec, Attributes, Cardinality, Catalog, Desired, DesiredState,
    ExternalId, Ids, Lifecycle, Mutability, Plan, Purpose, RecordRef, Reference, Removes, ResourceType,
    Schema, SourceRead, TargetId, TypeId, Value,
};
use crate::plan::{AbsentPolicy, Clocks, Correlation, Policy, Protected, arrange, combine, decide};

pub(super) const USER: TypeId = TypeId(0);
pub(super) const GROUP: TypeId = TypeId(1);

/// Of groups.
pub(super) const NAME: AttributeIndex = AttributeIndex(0);
/// Of both.
pub(super) const EXTERNAL_ID: AttributeIndex = AttributeIndex(1);
/// Of users.
pub(super) const ADDRESS: AttributeIndex = AttributeIndex(0);
pub(super) const LOGIN: AttributeIndex = AttributeIndex(2);
/// Of groups.
pub(super) const MEMBERS: AttributeIndex = AttributeIndex(2);

/// Objects of each kind.
const MANY: u8 = 5;
/// An unmanaged member.
const OTHER: &str = "cn=other";

pub(super) fn catalog() -> Catalog {
    let of = |name, purpose| AttributeSpec {
        purpose,
        ..AttributeSpec::text(name)
    };
    let login = AttributeSpec {
        mutability: Mutability::Follows(ADDRESS),
        ..of("login", Purpose::Login)
    };
    let members = AttributeSpec {
        cardinality: Cardinality::Many,
        removes: Removes::Only([].into()),
        ..of("members", Purpose::Members)
    };
    let id = of("external_id", Purpose::ExternalId);
    let kind = |name, specs: [AttributeSpec; 3]| ResourceType {
        name,
        losses: crate::model::Losses::default(),
        schema: Schema::new(specs),
    };
    Catalog::new([
        kind("user", [of("address", Purpose::Address), id.clone(), login]),
        kind("group", [of("name", Purpose::Login), id, members]),
    ])
}

pub(super) fn policy() -> Policy {
    Policy {
        absent: AbsentPolicy::Delete,
        ..Policy::default()
    }
}

pub(super) fn id(number: u8) -> ExternalId {
    ExternalId::new([b'p', b'0' + number])
}

/// An object: whether it exists, its name, and its references.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) is_there: bool,
    pub(super) name: u8,
    pub(super) members: Vec<(TypeId, u8)>,
    /// The group also has an unmanaged member.
    pub(super) has_other: bool,
    /// An administrator created it, so it has no external id.
    pub(super) is_by_hand: bool,
}

/// Users and groups.
pub(super) type Drafts = [Vec<Draft>; 2];

pub(super) fn drafts() -> impl Strategy<Value = Drafts> {
    (of_kind(), of_kind()).prop_map(|(users, groups)| [users, groups])
}

fn of_kind() -> impl Strategy<Value = Vec<Draft>> {
    let names = Just((0..MANY).collect::<Vec<_>>()).prop_shuffle();
    let member = (prop_oneof![Just(USER), Just(GROUP)], 0..MANY);
    let rest = (
        prop::bool::weighted(0.75),
        prop::collection::vec(member, 0..4),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.3),
    );
    let draft = |(name, (is_there, members, has_other, is_by_hand))| Draft {
        is_there,
        name,
        members,
        has_other,
        is_by_hand,
    };
    let rests = prop::collection::vec(rest, usize::from(MANY));
    (names, rests).prop_map(move |(names, rests)| names.into_iter().zip(rests).map(draft).collect())
}

/// Each object with its kind and number.
fn each(drafts: &Drafts) -> impl Iterator<Item = (TypeId, u8, &Draft)> {
    let kinds = [USER, GROUP].into_iter().zip(drafts);
    let all = kinds.flat_map(|(kind, of_kind)| {
        (0u8..)
            .zip(of_kind)
            .map(move |(number, draft)| (kind, number, draft))
    });
    all.filter(|(_, _, draft)| draft.is_there)
}

fn is_there(drafts: &Drafts, kind: TypeId, number: u8) -> bool {
    drafts[usize::from(kind.0)]
        .get(usize::from(number))
        .is_some_and(|draft| draft.is_there)
}

/// References to itself or to missing objects are left out.
fn members<'a>(
    drafts: &'a Drafts,
    kind: TypeId,
    number: u8,
    draft: &'a Draft,
) -> impl Iterator<Item = (TypeId, u8)> + 'a {
    let members = draft.members.iter().copied().filter(move |_| kind == GROUP);
    members.filter(move |(of, member)| (*of, *member) != (kind, number) && is_there(drafts, *of, *member))
}

fn values(kind: TypeId, draft: &Draft) -> Attributes {
    let mut attributes = Attributes::default();
    if kind == USER {
        let address = Some(Value::text(format!("p{}@example.org", draft.name)));
        attributes.set(ADDRESS, address);
    } else {
        attributes.set(NAME, Some(Value::text(format!("Group {}", draft.name))));
    }
    attributes
}

/// Whether this user, who has no account yet, adopts one that was created by hand, by its address.
fn takes_over(before: &Drafts, after: &Drafts, number: u8, draft: &Draft) -> bool {
    let mut wanted = (0u8..).zip(&after[0]);
    let person = wanted.find(|(_, person)| person.is_there && person.name == draft.name);
    person.is_some_and(|(person, _)| person == number || !is_there(before, USER, person))
}

fn is_by_hand(before: &Drafts, after: &Drafts, kind: TypeId, number: u8) -> bool {
    let draft = &before[usize::from(kind.0)][usize::from(number)];
    kind == USER && draft.is_by_hand && takes_over(before, after, number, draft)
}

/// What the target stores before the run. Users and groups may have the same target id. An account has an external id
/// unless the run will adopt it.
pub(super) fn existing(before: &Drafts, after: &Drafts) -> BTreeMap<Key, Stored> {
    let target_id = |number: u8| TargetId::new(format!("t{number}"));
    let stored = |(kind, number, draft): (TypeId, u8, &Draft)| {
        let mut attributes = values(kind, draft);
        if kind == USER {
            attributes.set(LOGIN, attributes.get(ADDRESS).cloned());
        }
        if !is_by_hand(before, after, kind, number) {
            attributes.set(EXTERNAL_ID, Some(Value::text(id(number).hex())));
        }
        let known = members(before, kind, number, draft)
            .filter(|(of, member)| !is_by_hand(before, after, *of, *member));
        let other = draft.has_other && kind == GROUP;
        let other = other.then(|| Member::Other(OTHER.into()));
        let objects = known.map(|(of, member)| Member::Object(of, target_id(member)));
        let members = objects.chain(other).collect();
        ((kind, target_id(number)), Stored { attributes, members })
    };
    each(before).map(stored).collect()
}

fn references(drafts: &Drafts, kind: TypeId, number: u8, draft: &Draft) -> Vec<Reference> {
    members(drafts, kind, number, draft)
        .map(|(of, member)| Reference::Managed(of, id(member)))
        .collect()
}

/// The desired objects of both kinds, in order of the kinds.
pub(super) type Wanted = [DesiredState; 2];

pub(super) fn wanted(after: &Drafts) -> Wanted {
    let one = |(kind, number, draft): (TypeId, u8, &Draft)| {
        let mut attributes = values(kind, draft);
        if kind == GROUP {
            attributes.set(MEMBERS, Value::references(references(after, kind, number, draft)));
        }
        Desired {
            resource: kind,
            id: id(number),
            lifecycle: Lifecycle::Active,
            attributes,
            unknown: AttributeSet::default(),
            origin: RecordRef::new("people", format!("people.csv:{number}")),
        }
    };
    [USER, GROUP].map(|kind| desired(kind, each(after).filter(|one| one.0 == kind).map(one).collect()))
}

fn desired(resource: TypeId, all_desired: Vec<Desired>) -> DesiredState {
    DesiredState {
        resource,
        sources: vec![SourceRead {
            name: "people".into(),
            kind: "csv",
            server: None,
            certificate_ends: None,
            proves_absence: true,
            read: all_desired.len(),
            rejected: 0,
            complete: true,
            seconds: 0.0,
        }],
        objects: all_desired,
        complete: true,
        ..DesiredState::default()
    }
}

/// What the target stores in the desired state. Unmanaged members are still there.
pub(super) fn expected(before: &Drafts, after: &Drafts) -> BTreeMap<(TypeId, ExternalId), Attributes> {
    let object = |(kind, number, draft): (TypeId, u8, &Draft)| {
        let mut attributes = values(kind, draft);
        attributes.set(EXTERNAL_ID, Some(Value::text(id(number).hex())));
        if kind == USER {
            attributes.set(LOGIN, attributes.get(ADDRESS).cloned());
        } else {
            let kept = is_there(before, kind, number) && before[1][usize::from(number)].has_other;
            let other = kept.then(|| Reference::Foreign(OTHER.into()));
            let members = references(after, kind, number, draft).into_iter().chain(other);
            attributes.set(MEMBERS, Value::references(members));
        }
        ((kind, id(number)), attributes)
    };
    each(after).map(object).collect()
}

/// A plan of both kinds from the target's lists, with the ids that were read.
pub(super) fn plan(memory: &Memory, wanted: &Wanted) -> (Plan, Ids) {
    let (catalog, listed, mut ids) = (catalog(), memory.list(), Ids::default());
    for (kind, account) in &listed {
        if let Some(id) = &account.id {
            ids.insert(*kind, id.clone(), account.target_id.clone());
        }
    }
    let of_kind = |desired: &DesiredState| {
        let mut correlation = Correlation::new(&catalog, desired, policy());
        let mine = listed.iter().filter(|(kind, _)| *kind == desired.resource);
        mine.for_each(|(_, account)| correlation.observe(account.clone()));
        correlation.match_unpaired();
        let proofs = correlation.proofs();
        let checks = correlation.checks(&proofs);
        let clocks = Clocks {
            now: 1_000_000,
            ahead: Some(0),
        };
        decide(&correlation, &checks, Vec::new(), "memory", clocks)
    };
    let plans = wanted.iter().map(of_kind).collect();
    let mut plan = combine(&catalog, plans, &Protected::default());
    arrange(&catalog, &mut plan);
    (plan, ids)
}
