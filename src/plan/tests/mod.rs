//! The rules of the plan, on a small target that lives in memory.

use std::collections::BTreeMap;

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
mod values;

use super::*;
use crate::model::*;

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

fn schema() -> Schema {
    schema_owning(&[])
}

/// The small target, of which these roles are taken away.
fn schema_owning(owned: &[&str]) -> Schema {
    let of = |name, purpose| AttributeSpec {
        purpose,
        ..AttributeSpec::text(name)
    };
    let unlisted = |name, purpose, inspection| AttributeSpec {
        fetch: Fetch::OnDemand(inspection),
        ..of(name, purpose)
    };
    let kept = |name, purpose| unlisted(name, purpose, Inspection::Nothing);
    Schema::new([
        of("name", Purpose::Name),
        of("address", Purpose::Address),
        unlisted("alias", Purpose::Plain, Inspection::Value),
        AttributeSpec {
            mutability: Mutability::SetOnce,
            default: Some(|id| Value::text(format!("made-from-{}", id.hex()))),
            ..unlisted("mark", Purpose::OwnershipProof, Inspection::Value)
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

fn roles(held: bool) -> Option<Value> {
    set(if held { &[ROLE] } else { &[] })
}

fn set(roles: &[&str]) -> Option<Value> {
    Value::set(roles.iter().copied().map(Box::from))
}

fn at(number: u8) -> RecordRef {
    RecordRef {
        source: "people".into(),
        at: format!("people.csv:{number}").into(),
    }
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
        identities: people,
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

/// An account as the target holds it: all of its values, also those that no list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    account: Existing,
}

fn held(number: u8) -> Held {
    let mut attributes = person(number).attributes;
    let text = |text: String| Some(Value::text(text));
    attributes.set(MARK, text(format!("made-from-{}", id(number).hex())));
    attributes.set(EXTERNAL_ID, text(id(number).hex()));
    attributes.set(LOGIN, text(format!("p{number}@example.org")));
    attributes.set(VERIFIED, text(format!("p{number}@example.org")));
    let mut held = Held {
        account: Existing {
            resource: TypeId::default(),
            target_id: TargetId::new(format!("t{number}")),
            id: None,
            claims: Box::default(),
            lifecycle: Lifecycle::Active,
            attributes,
            unread: schema().not_listed(),
            ownership: Ownership::Ours,
        },
    };
    held.settle();
    held
}

impl Held {
    fn get(&self, attribute: AttributeIndex) -> Option<&Value> {
        self.account.attributes.get(attribute)
    }

    fn set(&mut self, attribute: AttributeIndex, value: Option<Value>) {
        self.account.attributes.set(attribute, value);
        self.settle();
    }

    fn with(mut self, attribute: AttributeIndex, text: &str) -> Self {
        self.set(attribute, (!text.is_empty()).then(|| Value::text(text)));
        self
    }

    fn without(mut self, attribute: AttributeIndex) -> Self {
        self.set(attribute, None);
        self
    }

    fn protect(&mut self) {
        self.account.ownership = Ownership::Protected("it is the account this tool runs as");
    }

    /// Works out anew whose it is, and whose id it carries.
    fn settle(&mut self) {
        let text = self.account.id_text(&schema()).to_owned();
        let is_protected = self.account.is_protected();
        self.account.id = ExternalId::from_hex(&text);
        let plain = (!text.is_empty()).then(|| ExternalId::new(text.as_bytes()));
        let decoded = (text == "cDE=").then(|| ExternalId::new(*b"p1"));
        self.account.claims = plain.into_iter().chain(decoded).collect();
        if is_protected {
            return;
        }
        self.account.ownership = match (text.is_empty(), self.get(ROLES)) {
            (true, _) => Ownership::Foreign("no id"),
            (false, None) => Ownership::Unproved("no role"),
            (false, Some(_)) => Ownership::Ours,
        };
    }

    /// What the list shows of it.
    fn listed(&self) -> Existing {
        let mut account = self.account.clone();
        for (index, spec) in schema().iter() {
            if !spec.is_listed() {
                account.attributes.set(index, None);
            }
        }
        account
    }
}

/// A target that lives in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Model(BTreeMap<TargetId, Held>);

impl Model {
    fn of(held: impl IntoIterator<Item = Held>) -> Self {
        Self(
            held.into_iter()
                .map(|held| (held.account.target_id.clone(), held))
                .collect(),
        )
    }

    fn get_mut(&mut self, account: &TargetId) -> &mut Held {
        self.0.get_mut(account).expect("the account is there")
    }

    fn answer(&self, index: usize, check: &Check<'_>) -> Option<Mismatch> {
        let current = self.0[check.target_id].get(check.expected.attribute());
        let holds = match check.expected {
            Expected::Value(_, wanted) => current == Some(wanted),
            Expected::Present(_) => current.is_some(),
            Expected::Absent(_) => current.is_none(),
        };
        (!holds).then(|| Mismatch {
            index,
            current: current.cloned(),
        })
    }

    fn apply(&mut self, change: &Change) {
        match &change.write {
            Write::Create(creation) => {
                let number = creation.identity.id.as_bytes()[1] - b'0';
                let mut made = held(number);
                made.account.target_id = TargetId::new(format!("new{number}"));
                made.account.attributes = creation.attributes.clone();
                let address = creation.attributes.get(ADDRESS).cloned();
                made.account.attributes.set(VERIFIED, address);
                made.account.lifecycle = creation.identity.lifecycle;
                made.settle();
                self.0.insert(made.account.target_id.clone(), made);
            }
            Write::Edit(edit) => {
                let held = self.get_mut(&edit.target_id);
                for change in &edit.changes {
                    held.set(change.attribute, change.after.clone());
                    match change.attribute {
                        ADDRESS => held.set(VERIFIED, change.after.clone()),
                        // It is done, and then not noted any more.
                        SIGN_OUT => held.set(SIGN_OUT, None),
                        _ => {}
                    }
                }
                held.account.lifecycle = edit.lifecycle.unwrap_or(held.account.lifecycle);
            }
            Write::Delete(account) => {
                self.0.remove(&account.target_id).expect("the account is there");
            }
        }
    }
}

/// The time of a run about which nothing else is said.
const NOW: i64 = 1_000_000;

fn plan_in_order(desired: &DesiredState, model: &Model, policy: Policy, backwards: bool) -> Plan {
    plan_at(NOW, desired, model, policy, backwards)
}

fn plan_at(now: i64, desired: &DesiredState, model: &Model, policy: Policy, backwards: bool) -> Plan {
    plan_by(&schema(), now, desired, model, policy, backwards)
}

/// So many active managed accounts.
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
    let mut correlation = Correlation::new(&catalog, desired, policy);
    let mut accounts: Vec<_> = model.0.values().map(Held::listed).collect();
    if backwards {
        accounts.reverse();
    }
    for account in accounts {
        correlation.observe(account);
    }
    correlation.settle();
    let proofs = correlation.proofs();
    let questions = correlation.questions(&proofs);
    let mismatches = questions
        .checks()
        .iter()
        .enumerate()
        .filter_map(|(index, check)| model.answer(index, check));
    let clocks = Clocks { now, ahead: Some(0) };
    decide(&correlation, &questions, mismatches.collect(), "model", clocks)
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
