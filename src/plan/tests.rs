//! The rules of the plan, on a small target that lives in memory.

use std::collections::BTreeMap;

mod guard;
mod logins;
mod order;
mod properties;
mod roles;
mod rules;
mod tokens;

use super::*;
use crate::model::*;

const NAME: AttributeIndex = AttributeIndex(0);
const LOGIN: AttributeIndex = AttributeIndex(1);
const ALIAS: AttributeIndex = AttributeIndex(2);
const MARK: AttributeIndex = AttributeIndex(3);
const PROVIDER: AttributeIndex = AttributeIndex(4);
const ROLE: &str = "User";

fn schema() -> Schema {
    let spec = |name, listed| AttributeSpec {
        name,
        cardinality: Cardinality::One,
        equality: Equality::Exact,
        mutability: Mutability::ReadWrite,
        uniqueness: Uniqueness::Shared,
        is_name: false,
        required: false,
        listed,
        inspected: Inspection::Value,
        personal: true,
        misfit: None,
        provenance: false,
        default: None,
    };
    Schema::new([
        AttributeSpec {
            is_name: true,
            ..spec("name", true)
        },
        AttributeSpec {
            uniqueness: Uniqueness::Login,
            ..spec("login", true)
        },
        spec("alias", false),
        AttributeSpec {
            mutability: Mutability::SetOnce,
            default: Some(|id| Value::text(format!("made-from-{id}"))),
            ..spec("mark", false)
        },
        AttributeSpec {
            inspected: Inspection::Nothing,
            provenance: true,
            ..spec("provider", false)
        },
    ])
}

fn id(number: u8) -> ExternalId {
    ExternalId::new([b'p', b'0' + number])
}

fn roles(held: bool) -> Entitlements {
    if held { [Box::from(ROLE)].into() } else { [].into() }
}

fn at(number: u8) -> RecordRef {
    RecordRef {
        source: "people".into(),
        at: format!("people.csv:{number}").into(),
    }
}

fn person(number: u8) -> Identity {
    let mut attributes = Attributes::empty(&schema());
    attributes.set(NAME, Some(Value::text(format!("Person {number}"))));
    attributes.set(LOGIN, Some(Value::text(format!("p{number}@example.org"))));
    let mut unknown = AttributeSet::default();
    unknown.insert(MARK);
    unknown.insert(PROVIDER);
    Identity {
        id: id(number),
        lifecycle: Lifecycle::Active,
        attributes,
        unknown,
        entitlements: roles(true),
        origin: at(number),
    }
}

fn sources(people: Vec<Identity>) -> Desired {
    let read = people.len();
    Desired {
        identities: people,
        complete: true,
        sources: vec![SourceRead {
            server: None,
            name: "people".into(),
            kind: "csv",
            proves_absence: true,
            read,
            rejected: 0,
            complete: true,
            seconds: 0.0,
        }],
        ..Desired::default()
    }
}

/// An account as the target holds it, with what the list does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    account: Account,
    alias: Option<Value>,
    mark: Option<Value>,
    provider: Option<Value>,
    disabled_by_us: bool,
    missing: Option<Absence>,
}

fn held(number: u8) -> Held {
    let person = person(number);
    let mut unread = AttributeSet::default();
    unread.insert(ALIAS);
    unread.insert(MARK);
    unread.insert(PROVIDER);
    Held {
        account: Account {
            target_id: TargetId::new(format!("t{number}")),
            id: Some(id(number)),
            id_text: id(number).to_string().into(),
            login: format!("p{number}@example.org").into(),
            lifecycle: Lifecycle::Active,
            attributes: person.attributes,
            unread,
            email_verified: true,
            entitlements: roles(true),
            protected: false,
        },
        alias: None,
        mark: Some(Value::text(format!("made-from-{}", id(number)))),
        provider: None,
        disabled_by_us: false,
        missing: None,
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

    fn answer(&self, index: usize, expectation: &Expectation<'_>) -> Option<Unmet> {
        let held = &self.0[expectation.target_id];
        let value = |index| match index {
            ALIAS => held.alias.clone(),
            PROVIDER => held.provider.clone(),
            _ => held.mark.clone(),
        };
        let (holds, current) = match expectation.expected {
            Expected::Value(index, wanted) => (value(index).as_ref() == Some(wanted), value(index)),
            Expected::Present(index) => (value(index).is_some(), value(index)),
            Expected::Absent(index) => (value(index).is_none(), value(index)),
            Expected::NoneBut(index, names) => {
                let current = value(index);
                (current.as_ref().is_none_or(|held| names.contains(held)), current)
            }
            Expected::DisabledByUs => (held.disabled_by_us, None),
            Expected::NotDisabledByUs => (!held.disabled_by_us, None),
            Expected::MissingSince(since) => {
                (held.missing.is_some_and(|absence| absence.since == since), None)
            }
            Expected::NotNoted(note) => match (note, held.missing) {
                (_, None) => (true, None),
                (AbsenceNote::Since, Some(absence)) => (false, Some(Value::text(absence.since.to_string()))),
                (AbsenceNote::Runs, Some(absence)) => (false, Some(Value::text(absence.runs.to_string()))),
            },
        };
        (!holds).then_some(Unmet { index, current })
    }

    fn apply(&mut self, change: &Change) {
        match &change.action {
            Action::Create { identity, attributes } => {
                let number = identity.id.as_bytes()[1] - b'0';
                let target_id = TargetId::new(format!("new{number}"));
                let mut made = held(number);
                made.account.target_id = target_id.clone();
                made.account.attributes = attributes.clone();
                made.account.login = attributes.text(LOGIN).unwrap_or_default().into();
                made.account.lifecycle = identity.lifecycle;
                made.account.entitlements = identity.entitlements.clone();
                made.disabled_by_us = identity.lifecycle == Lifecycle::Disabled;
                made.alias = attributes.get(ALIAS).cloned();
                made.mark = attributes.get(MARK).cloned();
                made.provider = attributes.get(PROVIDER).cloned();
                self.0.insert(target_id, made);
            }
            Action::Adopt(edit) | Action::Update(edit) | Action::Enable(edit) => self.edit(edit),
            Action::Disable(removal) => {
                let held = self
                    .0
                    .get_mut(&removal.account.target_id)
                    .expect("the account is there");
                held.account.lifecycle = Lifecycle::Disabled;
                held.disabled_by_us = true;
                if removal.returned {
                    held.missing = None;
                }
            }
            Action::Note(note) => {
                let held = self
                    .0
                    .get_mut(&note.account.target_id)
                    .expect("the account is there");
                held.missing = Some(note.absence);
            }
            Action::Delete(removal) => {
                self.0
                    .remove(&removal.account.target_id)
                    .expect("the account is there");
            }
        }
    }

    fn edit(&mut self, edit: &Edit) {
        let held = self.0.get_mut(&edit.target_id).expect("the account is there");
        if edit.id_before.is_some() {
            held.account.id = Some(edit.identity.id.clone());
            held.account.id_text = edit.identity.id.to_string().into();
        }
        for change in &edit.attributes {
            match change.attribute {
                ALIAS => held.alias.clone_from(&change.after),
                MARK => held.mark.clone_from(&change.after),
                PROVIDER => held.provider.clone_from(&change.after),
                LOGIN => {
                    held.account.login = change.after.as_ref().map_or("", Value::as_text).into();
                    held.account.attributes.set(LOGIN, change.after.clone());
                }
                other => held.account.attributes.set(other, change.after.clone()),
            }
        }
        let before = held.account.entitlements.iter().chain(&edit.grant);
        let after = before.filter(|role| !edit.revoke.contains(role));
        let after: std::collections::BTreeSet<_> = after.cloned().collect();
        held.account.entitlements = after.into_iter().collect();
        if edit.returned {
            held.missing = None;
        }
        if edit.enable {
            held.account.lifecycle = Lifecycle::Active;
            held.disabled_by_us = false;
        }
    }
}

/// The time of a run about which nothing else is said.
const NOW: i64 = 1_000_000;

fn plan_in_order(desired: &Desired, model: &Model, policy: Policy, backwards: bool) -> Plan {
    plan_at(NOW, desired, model, policy, backwards)
}

fn plan_at(now: i64, desired: &Desired, model: &Model, policy: Policy, backwards: bool) -> Plan {
    let schema = schema();
    let mut correlation = Correlation::new(&schema, desired, policy);
    let mut accounts: Vec<_> = model.0.values().map(|held| held.account.clone()).collect();
    if backwards {
        accounts.reverse();
    }
    for account in accounts {
        correlation.observe(account);
    }
    correlation.settle();
    let marks = correlation.legacy_marks();
    let questions = correlation.questions(&marks);
    let unmet = questions
        .expectations()
        .iter()
        .enumerate()
        .filter_map(|(index, expectation)| model.answer(index, expectation));
    let clocks = Clocks { now, ahead: Some(0) };
    decide(&correlation, &questions, unmet.collect(), "model", clocks)
}

fn plan(desired: &Desired, model: &Model, policy: Policy) -> Plan {
    plan_in_order(desired, model, policy, false)
}

/// Plan lines such as `update t1` or `create 7031`, in order.
fn lines(plan: &Plan) -> Vec<String> {
    let subject = |change: &Change| match change.target_id() {
        Some(target_id) => target_id.to_string(),
        None => change.id().map(ToString::to_string).unwrap_or_default(),
    };
    plan.changes
        .iter()
        .map(|change| format!("{} {}", change.action.name(), subject(change)))
        .collect()
}

fn only(desired: &Desired, model: &Model, policy: Policy) -> Vec<String> {
    lines(&plan(desired, model, policy))
}
