//! The rules of the plan, with a small target in memory.

use std::collections::HashMap;

use proptest::prelude::ProptestConfig;

use super::correlate::Slot;
use super::*;
use crate::model::*;
use target::{Model, TestAccount, managed};

mod groups;
mod guard;
mod logins;
mod nesting;
mod order;
mod properties;
mod references;
mod roles;
mod rules;
mod selection;
mod sessions;
mod target;
mod values;

const NAME: AttributeIndex = AttributeIndex(0);
const ADDRESS: AttributeIndex = AttributeIndex(1);
const ALIAS: AttributeIndex = AttributeIndex(2);
const MARK: AttributeIndex = AttributeIndex(3);
const PROVIDER: AttributeIndex = AttributeIndex(4);
const ROLES: AttributeIndex = AttributeIndex(5);
const EXTERNAL_ID: AttributeIndex = AttributeIndex(6);
const LOGIN: AttributeIndex = AttributeIndex(7);
const VERIFIED: AttributeIndex = AttributeIndex(8);
const DISABLED_BY: AttributeIndex = AttributeIndex(9);
const MISSING_SINCE: AttributeIndex = AttributeIndex(10);
const MISSING_RUNS: AttributeIndex = AttributeIndex(11);
const SIGN_OUT: AttributeIndex = AttributeIndex(12);
const ROLE: &str = "User";

/// Few random cases of each property, because people wait for them. `PROPTEST_CASES=100000` tries that many.
fn random_cases() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(500)
    }
}

fn schema() -> Schema {
    schema_owning(&[])
}

/// The small target, which manages these roles.
fn schema_owning(owned: &[&str]) -> Schema {
    let of = |name, purpose| AttributeSpec {
        purpose,
        ..AttributeSpec::text(name)
    };
    let on_demand = |name, purpose, inspection| AttributeSpec {
        fetch: Fetch::OnDemand(inspection),
        ..of(name, purpose)
    };
    let kept = |name, purpose| on_demand(name, purpose, Inspection::Nothing);
    Schema::new([
        of("name", Purpose::Name),
        of("address", Purpose::Address),
        on_demand("alias", Purpose::Plain, Inspection::Value),
        AttributeSpec {
            mutability: Mutability::SetOnce,
            default: Some(|id| Value::text(format!("made-from-{}", id.hex()))),
            ..on_demand("mark", Purpose::OwnershipProof, Inspection::Value)
        },
        kept("provider", Purpose::Provider),
        AttributeSpec {
            cardinality: Cardinality::Many,
            removes: Removes::Only(owned.iter().copied().map(Box::from).collect()),
            ..of("roles", Purpose::Access)
        },
        of("external_id", Purpose::ExternalId),
        AttributeSpec {
            mutability: Mutability::Follows(ADDRESS),
            ..of("login", Purpose::Login)
        },
        AttributeSpec {
            mutability: Mutability::ReadOnly,
            ..of("verified", Purpose::VerifiedAddress)
        },
        AttributeSpec {
            default: Some(|_| Value::text("us")),
            ..kept("disabled_by", Purpose::DisabledByUs)
        },
        kept("missing_since", Purpose::MissingSince),
        kept("missing_runs", Purpose::MissingRuns),
        kept("sign_out", Purpose::SignOut),
    ])
}

fn id(number: u8) -> ExternalId {
    ExternalId::new([b'p', b'0' + number])
}

fn roles(has_role: bool) -> Option<Value> {
    set(if has_role { &[ROLE] } else { &[] })
}

fn set(roles: &[&str]) -> Option<Value> {
    Value::set(roles.iter().copied().map(Box::from))
}

fn at(number: u8) -> RecordRef {
    RecordRef::new("people", format!("people.csv:{number}"))
}

fn person(number: u8) -> Desired {
    let mut attributes = Attributes::default();
    attributes.set(NAME, Some(Value::text(format!("Person {number}"))));
    attributes.set(ADDRESS, Some(Value::text(format!("p{number}@example.org"))));
    attributes.set(ROLES, roles(true));
    let mut unknown = AttributeSet::default();
    unknown.insert(MARK);
    unknown.insert(PROVIDER);
    Desired {
        resource: TypeId::default(),
        id: id(number),
        lifecycle: Lifecycle::Active,
        attributes,
        unknown,
        origin: at(number),
    }
}

fn sources(people: Vec<Desired>) -> DesiredState {
    let read = people.len();
    DesiredState {
        objects: people,
        complete: true,
        sources: vec![SourceRead {
            server: None,
            certificate_ends: None,
            name: "people".into(),
            kind: "csv",
            proves_absence: true,
            read,
            rejected: 0,
            complete: true,
            seconds: 0.0,
        }],
        ..DesiredState::default()
    }
}

/// The time of a run, unless stated otherwise.
const NOW: i64 = 1_000_000;

fn plan_in_order(desired: &DesiredState, model: &Model, policy: Policy, backwards: bool) -> Plan {
    plan_at(NOW, desired, model, policy, backwards)
}

fn plan_at(now: i64, desired: &DesiredState, model: &Model, policy: Policy, backwards: bool) -> Plan {
    plan_by(&schema(), now, desired, model, policy, backwards)
}

/// Totals with this many active managed accounts.
fn totals(active_managed: usize) -> Totals {
    Totals {
        active_managed,
        ..Totals::default()
    }
}

fn catalog() -> Catalog {
    Catalog::of_users(schema())
}

#[expect(clippy::too_many_arguments, reason = "everything that a plan depends on")]
fn plan_by(
    schema: &Schema,
    now: i64,
    desired: &DesiredState,
    model: &Model,
    policy: Policy,
    backwards: bool,
) -> Plan {
    let catalog = Catalog::of_users(schema.clone());
    let correlation = correlation(&catalog, desired, model, policy, backwards);
    decided(&correlation, now, model)
}

fn correlation<'a>(
    catalog: &'a Catalog,
    desired: &'a DesiredState,
    model: &Model,
    policy: Policy,
    backwards: bool,
) -> Correlation<'a> {
    let mut correlation = Correlation::new(catalog, desired, policy);
    let mut accounts: Vec<_> = model.0.values().map(TestAccount::listed).collect();
    if backwards {
        accounts.reverse();
    }
    for account in accounts {
        correlation.observe(account);
    }
    correlation.match_unpaired();
    correlation
}

fn decided(correlation: &Correlation<'_>, now: i64, model: &Model) -> Plan {
    let proofs = correlation.proofs();
    let checks = correlation.checks(&proofs);
    let mismatches = checks
        .checks()
        .iter()
        .enumerate()
        .filter_map(|(index, check)| model.answer(index, check));
    let clocks = Clocks { now, ahead: Some(0) };
    let mut plan = decide(correlation, &checks, mismatches.collect(), "model", clocks);
    arrange(correlation.catalog, &mut plan);
    plan
}

/// A plan, with the record of each account that a person, or an entry of a list of leavers, has.
fn plan_with_records(
    desired: &DesiredState,
    model: &Model,
    policy: Policy,
) -> (Plan, HashMap<TargetId, RecordRef>) {
    let catalog = catalog();
    let correlation = correlation(&catalog, desired, model, policy, false);
    let mut records = HashMap::new();
    for (listing, leaver) in correlation.listings.iter().zip(&desired.leavers) {
        let accounts = listing.accounts.iter().map(|account| &account.target_id);
        let ours = accounts.filter(|account| {
            let managed = &model.0[*account];
            managed.account.is_managed() || managed.get(MARK).is_some()
        });
        records.extend(ours.map(|account| (account.clone(), leaver.origin.clone())));
    }
    for (slot, person) in correlation.slots.iter().zip(&desired.objects) {
        let accounts = match slot {
            Slot::Paired(pair) => std::slice::from_ref(&pair.target_id),
            Slot::Several(accounts) | Slot::Leaver(accounts) => accounts,
            Slot::Free | Slot::Blocked(_) => &[],
        };
        records.extend(
            accounts
                .iter()
                .map(|account| (account.clone(), person.origin.clone())),
        );
    }
    (decided(&correlation, NOW, model), records)
}

/// The plan of one resource type as a run applies it.
fn combined(plan: Plan, protected: &Protected) -> Plan {
    let mut plan = combine(&catalog(), vec![plan], protected);
    arrange(&catalog(), &mut plan);
    plan
}

fn plan(desired: &DesiredState, model: &Model, policy: Policy) -> Plan {
    plan_in_order(desired, model, policy, false)
}

/// Plan lines such as `update t1` or `create 7031`, in order.
fn lines(plan: &Plan) -> Vec<String> {
    let subject = |change: &Change| match change.target_id() {
        Some(target_id) => target_id.to_string(),
        None => change.id().map(ExternalId::hex).unwrap_or_default(),
    };
    plan.changes
        .iter()
        .map(|change| format!("{} {}", change.kind.name(), subject(change)))
        .collect()
}

fn only(desired: &DesiredState, model: &Model, policy: Policy) -> Vec<String> {
    lines(&plan(desired, model, policy))
}
