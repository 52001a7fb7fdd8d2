//! The rules of the plan, on a small target that lives in memory.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::model::*;

const NAME: AttributeIndex = AttributeIndex(0);
const LOGIN: AttributeIndex = AttributeIndex(1);
const ALIAS: AttributeIndex = AttributeIndex(2);
const MARK: AttributeIndex = AttributeIndex(3);
const ROLE: &str = "User";

fn schema() -> Schema {
    let spec = |name, listed| AttributeSpec {
        name,
        cardinality: Cardinality::One,
        equality: Equality::Exact,
        mutability: Mutability::ReadWrite,
        uniqueness: Uniqueness::Shared,
        required: false,
        listed,
        personal: true,
        default: None,
    };
    Schema::new([
        spec("name", true),
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
    disabled_by_us: bool,
}

fn held(number: u8) -> Held {
    let person = person(number);
    let mut unread = AttributeSet::default();
    unread.insert(ALIAS);
    unread.insert(MARK);
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
        disabled_by_us: false,
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

    fn answer(&self, expectation: &Expectation<'_>) -> Option<Option<Value>> {
        let held = &self.0[expectation.target_id];
        let value = |index| {
            if index == ALIAS {
                held.alias.clone()
            } else {
                held.mark.clone()
            }
        };
        let (holds, current) = match expectation.expected {
            Expected::Value(index, wanted) => (value(index).as_ref() == Some(wanted), value(index)),
            Expected::Present(index) => (value(index).is_some(), value(index)),
            Expected::Absent(index) => (value(index).is_none(), value(index)),
            Expected::DisabledByUs => (held.disabled_by_us, None),
        };
        (!holds).then_some(current)
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
                made.disabled_by_us = identity.lifecycle == Lifecycle::Disabled;
                made.alias = attributes.get(ALIAS).cloned();
                made.mark = attributes.get(MARK).cloned();
                self.0.insert(target_id, made);
            }
            Action::Adopt(edit) | Action::Update(edit) | Action::Enable(edit) => {
                let held = self.0.get_mut(&edit.target_id).expect("the account is there");
                if edit.id_before.is_some() {
                    held.account.id = Some(edit.identity.id.clone());
                    held.account.id_text = edit.identity.id.to_string().into();
                }
                for change in &edit.attributes {
                    match change.attribute {
                        ALIAS => held.alias.clone_from(&change.after),
                        MARK => held.mark.clone_from(&change.after),
                        LOGIN => {
                            held.account.login = change.after.as_ref().map_or("", Value::as_text).into();
                            held.account.attributes.set(LOGIN, change.after.clone());
                        }
                        other => held.account.attributes.set(other, change.after.clone()),
                    }
                }
                if !edit.grant.is_empty() {
                    held.account.entitlements = roles(true);
                }
                if edit.enable {
                    held.account.lifecycle = Lifecycle::Active;
                    held.disabled_by_us = false;
                }
            }
            Action::Disable(removal) => {
                let held = self
                    .0
                    .get_mut(&removal.account.target_id)
                    .expect("the account is there");
                held.account.lifecycle = Lifecycle::Disabled;
                held.disabled_by_us = true;
            }
            Action::Delete(removal) => {
                self.0
                    .remove(&removal.account.target_id)
                    .expect("the account is there");
            }
        }
    }
}

fn plan_in_order(desired: &Desired, model: &Model, policy: Policy, backwards: bool) -> Plan {
    let schema = schema();
    let mut correlation = Correlation::new(&schema, desired, policy);
    let mut accounts: Vec<_> = model.0.values().map(|held| held.account.clone()).collect();
    if backwards {
        accounts.reverse();
    }
    accounts
        .into_iter()
        .for_each(|account| correlation.observe(account));
    correlation.settle();
    let marks = correlation.legacy_marks();
    let questions = correlation.questions(&marks);
    let unmet = questions
        .expectations()
        .iter()
        .enumerate()
        .filter_map(|(index, expectation)| model.answer(expectation).map(|current| Unmet { index, current }));
    decide(&correlation, &questions, unmet.collect(), "model")
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

#[test]
fn somebody_new_is_created_with_the_defaults_filled_in() {
    let plan = plan(&sources(vec![person(1)]), &Model::default(), Policy::default());
    let Action::Create { attributes, .. } = &plan.changes[0].action else {
        panic!("{plan:?}")
    };
    assert_eq!(attributes.text(MARK), Some("made-from-7031"));
    assert_eq!(plan.changes.len(), 1);
}

#[test]
fn an_equal_account_is_only_counted() {
    let plan = plan(
        &sources(vec![person(1)]),
        &Model::of([held(1)]),
        Policy::default(),
    );
    assert_eq!(
        (lines(&plan), plan.unchanged, plan.existing, plan.managed),
        (vec![], 1, 1, 1)
    );
}

#[test]
fn the_missing_role_and_the_missing_mark_are_repaired() {
    let mut broken = held(1);
    broken.mark = None;
    let model = Model::of([broken.clone()]);
    assert_eq!(
        only(&sources(vec![person(1)]), &model, Policy::default()),
        ["update t1"]
    );
    broken = held(1);
    broken.account.entitlements = roles(false);
    let model = Model::of([broken]);
    assert_eq!(
        only(&sources(vec![person(1)]), &model, Policy::default()),
        ["update t1"]
    );
}

#[test]
fn an_account_with_a_chosen_nickname_and_nothing_of_ours_is_not_taken_for_a_persons() {
    let mut squatter = held(1);
    squatter.account.entitlements = roles(false);
    squatter.account.login = "mallory".into();
    squatter.mark = None;
    let plan = plan(
        &sources(vec![person(1)]),
        &Model::of([squatter]),
        Policy::default(),
    );
    assert_eq!(lines(&plan), Vec::<String>::new());
    assert_eq!(plan.unresolved.len(), 1);
}

#[test]
fn a_set_once_value_that_differs_is_said_and_left() {
    let mut wants_another = person(1);
    wants_another.unknown = AttributeSet::default();
    wants_another.attributes.set(MARK, Some(Value::text("another")));
    let plan = plan(
        &sources(vec![wants_another]),
        &Model::of([held(1)]),
        Policy::default(),
    );
    assert_eq!(
        (lines(&plan), plan.unchanged, plan.warnings.len()),
        (vec![], 1, 1)
    );
}

#[test]
fn an_unlisted_value_is_set_changed_and_removed() {
    let mut with_alias = person(1);
    with_alias.attributes.set(ALIAS, Some(Value::text("ace")));
    let mut model = Model::of([held(1)]);
    for (desired, alias) in [(with_alias, Some(Value::text("ace"))), (person(1), None)] {
        let desired = sources(vec![desired]);
        let plan = plan(&desired, &model, Policy::default());
        assert_eq!(lines(&plan), ["update t1"]);
        plan.changes.iter().for_each(|change| model.apply(change));
        assert_eq!(model.0[&TargetId::new("t1")].alias, alias);
    }
}

/// Each row of the policy table for a person whom the source says is disabled.
#[test]
fn a_disabled_person_is_removed_as_the_policy_says() {
    let mut leaver = person(1);
    leaver.lifecycle = Lifecycle::Disabled;
    let desired = sources(vec![leaver]);
    let model = Model::of([held(1)]);
    for (disabled, expected) in [
        (DisabledPolicy::Delete, vec!["delete t1"]),
        (DisabledPolicy::Deactivate, vec!["disable t1"]),
        (DisabledPolicy::Keep, vec![]),
    ] {
        let policy = Policy {
            disabled,
            ..Policy::default()
        };
        assert_eq!(only(&desired, &model, policy), expected, "{disabled:?}");
    }
    assert_eq!(
        only(&desired, &Model::default(), Policy::default()),
        Vec::<String>::new()
    );
    let create_disabled = Policy {
        create_disabled: true,
        disabled: DisabledPolicy::Deactivate,
        ..Policy::default()
    };
    assert_eq!(
        only(&desired, &Model::default(), create_disabled),
        ["create 7031"]
    );
}

/// Each row of the policy table for a person whom no source names.
#[test]
fn an_absent_person_is_removed_as_the_policy_says() {
    let desired = sources(vec![person(2)]);
    let model = Model::of([held(1), held(2)]);
    for (absent, expected) in [
        (AbsentPolicy::Keep, vec![]),
        (AbsentPolicy::Deactivate, vec!["disable t1"]),
        (AbsentPolicy::Delete, vec!["delete t1"]),
    ] {
        let policy = Policy {
            absent,
            ..Policy::default()
        };
        assert_eq!(only(&desired, &model, policy), expected, "{absent:?}");
    }
}

const DELETE_ABSENT: Policy = Policy {
    create: true,
    update: true,
    adopt: true,
    create_disabled: false,
    disabled: DisabledPolicy::Delete,
    absent: AbsentPolicy::Delete,
    listed: ListedPolicy::Delete,
    scope: Scope::Everything,
};

#[test]
fn an_absent_account_is_kept_unless_everything_shows_that_it_is_ours() {
    let desired = sources(vec![person(2)]);
    let mut without_mark = held(1);
    without_mark.mark = None;
    let mut without_role = held(1);
    without_role.account.entitlements = roles(false);
    let mut other_form = held(1);
    other_form.account.id = None;
    other_form.account.id_text = "p1".into();
    let mut service_user = held(1);
    service_user.account.protected = true;
    for spared in [without_mark, without_role, other_form, service_user] {
        let model = Model::of([spared.clone(), held(2)]);
        assert_eq!(
            only(&desired, &model, DELETE_ABSENT),
            Vec::<String>::new(),
            "{spared:?}"
        );
    }
}

#[test]
fn the_person_of_a_rejected_record_keeps_the_account() {
    let mut desired = sources(vec![person(2)]);
    desired.rejected.push(Rejected {
        at: at(1),
        id: Some(id(1)),
        reason: "no name".to_owned(),
    });
    let plan = plan(&desired, &Model::of([held(1), held(2)]), DELETE_ABSENT);
    assert_eq!((lines(&plan), plan.kept.len()), (vec![], 1));
}

#[test]
fn two_accounts_with_one_id_are_left_alone_and_reported() {
    let mut twin = held(1);
    twin.account.target_id = TargetId::new("t9");
    let model = Model::of([held(1), twin]);
    for people in [vec![person(1)], vec![person(2)]] {
        let plan = plan(&sources(people.clone()), &model, DELETE_ABSENT);
        let removals = plan.changes.iter().filter(|change| change.is_removal()).count();
        let reported = if people[0].id == id(1) { 1 } else { 2 };
        assert_eq!((removals, plan.unresolved.len()), (0, reported));
    }
}

fn made_by_hand(number: u8) -> Held {
    let mut by_hand = held(number);
    by_hand.account.id = None;
    by_hand.account.id_text = "".into();
    by_hand.account.entitlements = roles(false);
    by_hand.mark = None;
    by_hand
}

#[test]
fn an_account_with_the_login_name_is_adopted_and_completed() {
    let mut model = Model::of([made_by_hand(1)]);
    let desired = sources(vec![person(1)]);
    let adoption = plan(&desired, &model, Policy::default());
    assert_eq!(lines(&adoption), ["adopt t1"]);
    adoption.changes.iter().for_each(|change| model.apply(change));
    assert_eq!(model, Model::of([held(1)]));
}

#[test]
fn an_account_is_not_adopted_against_the_rule() {
    let desired = sources(vec![person(1)]);
    let mut inactive = made_by_hand(1);
    inactive.account.lifecycle = Lifecycle::Disabled;
    let mut service_user = made_by_hand(1);
    service_user.account.protected = true;
    let no_adoption = Policy {
        adopt: false,
        ..Policy::default()
    };
    for (spared, policy) in [
        (inactive, Policy::default()),
        (service_user, Policy::default()),
        (made_by_hand(1), no_adoption),
    ] {
        let plan = plan(&desired, &Model::of([spared]), policy);
        assert_eq!(
            (lines(&plan), plan.unresolved.len()),
            (vec![], 1),
            "{:?}",
            plan.unresolved
        );
    }
    let mut unverified = made_by_hand(1);
    unverified.account.login = "somebody".into();
    unverified.account.email_verified = false;
    assert_eq!(
        only(&desired, &Model::of([unverified]), Policy::default()),
        ["create 7031"]
    );
}

#[test]
fn an_account_that_carries_the_id_of_somebody_unknown_is_not_adopted() {
    let mut somebodys = held(3);
    somebodys.account.login = "p1@example.org".into();
    let model = Model::of([somebodys]);
    let mut desired = sources(vec![person(1)]);
    assert_eq!(
        only(&desired, &model, Policy::default()),
        ["adopt t3"],
        "the id is proved absent"
    );
    desired.rejected.push(Rejected {
        at: at(3),
        id: Some(id(3)),
        reason: "no name".to_owned(),
    });
    assert_eq!(plan(&desired, &model, Policy::default()).unresolved.len(), 1);
    desired.rejected.clear();
    desired.complete = false;
    assert_eq!(plan(&desired, &model, Policy::default()).unresolved.len(), 1);
}

#[test]
fn a_deactivated_account_is_reactivated_only_if_this_tool_deactivated_it() {
    let desired = sources(vec![person(1)]);
    let mut inactive = held(1);
    inactive.account.lifecycle = Lifecycle::Disabled;
    let blocked = plan(&desired, &Model::of([inactive.clone()]), Policy::default());
    assert_eq!((lines(&blocked), blocked.warnings.len()), (vec![], 1));
    inactive.disabled_by_us = true;
    assert_eq!(
        only(&desired, &Model::of([inactive]), Policy::default()),
        ["enable t1"]
    );
}

#[test]
fn ids_in_the_forms_of_older_tools_are_rewritten_when_nothing_contradicts() {
    let desired = sources(vec![person(1)]);
    for text in ["p1", "cDE="] {
        let mut legacy = held(1);
        legacy.account.id = None;
        legacy.account.id_text = text.into();
        assert_eq!(
            only(&desired, &Model::of([legacy.clone()]), DELETE_ABSENT),
            ["update t1"],
            "{text}"
        );
        legacy.account.login = "somebody".into();
        assert_eq!(
            only(&desired, &Model::of([legacy.clone()]), DELETE_ABSENT),
            ["update t1"],
            "the mark agrees"
        );
        legacy.account.email_verified = false;
        legacy.mark = Some(Value::text("another"));
        let kept = plan(&desired, &Model::of([legacy]), DELETE_ABSENT);
        assert_eq!(
            (lines(&kept), kept.kept.len()),
            (vec!["create 7031".to_owned()], 1),
            "{text}"
        );
    }
}

#[test]
fn a_listed_person_loses_the_account_even_if_another_source_names_them() {
    let mut desired = sources(vec![person(1)]);
    desired.leavers.push(Leaver {
        email: "P1@Example.org".into(),
        origin: at(9),
    });
    let plan = plan(&desired, &Model::of([held(1), held(2)]), Policy::default());
    assert_eq!(
        (lines(&plan), plan.warnings.len()),
        (vec!["delete t1".to_owned()], 1)
    );
    assert_eq!(
        only(&desired, &Model::of([held(2)]), Policy::default()),
        Vec::<String>::new()
    );
}

#[test]
fn a_listed_address_of_an_account_that_is_not_managed_is_left() {
    let mut desired = sources(vec![]);
    desired.complete = false;
    desired.leavers.push(Leaver {
        email: "p1@example.org".into(),
        origin: at(9),
    });
    let mut foreign = held(1);
    foreign.account.entitlements = roles(false);
    foreign.mark = None;
    assert_eq!(
        only(&desired, &Model::of([foreign]), Policy::default()),
        Vec::<String>::new()
    );
}

#[test]
fn a_restricted_run_does_only_what_it_is_restricted_to() {
    let mut leaver = person(1);
    leaver.lifecycle = Lifecycle::Disabled;
    let mut legacy = held(3);
    legacy.account.id = None;
    legacy.account.id_text = "p3".into();
    let desired = sources(vec![leaver, person(2), person(3)]);
    let model = Model::of([held(1), legacy, held(4)]);
    let scoped = |scope| {
        only(
            &desired,
            &model,
            Policy {
                scope,
                ..DELETE_ABSENT
            },
        )
    };
    assert_eq!(scoped(Scope::RemovalsOnly), ["delete t1"]);
    assert_eq!(scoped(Scope::ExternalIdsOnly), ["update t3"]);
    assert_eq!(
        scoped(Scope::Everything),
        ["delete t1", "delete t4", "create 7032", "update t3"]
    );
}

/// A plan that deletes so many of 200 accounts.
fn many(count: usize) -> Plan {
    let removal = |number: usize| {
        let mut account = held(1).account;
        account.target_id = TargetId::new(format!("t{number}"));
        Change {
            action: Action::Delete(Removal {
                account,
                reason: RemovalReason::Absent,
            }),
        }
    };
    Plan {
        changes: (0..count).map(removal).collect(),
        existing: 200,
        ..Plan::default()
    }
}

fn approved(plan: Plan, limits: &GuardLimits, token: Option<&str>) -> Result<(), Refusal> {
    let desired = sources(vec![person(1)]);
    let approval = Approval {
        scope: "target",
        token,
    };
    approve(plan, &desired, &schema(), limits, approval)
        .map(|_| ())
        .map_err(|refused| refused.0)
}

/// Just below, at and above each limit.
#[test]
fn removals_are_limited() {
    for (max_removals, existing, removed, passes) in [
        (Limit::Percent(10.0), 200, 19, true),
        (Limit::Percent(10.0), 200, 20, true),
        (Limit::Percent(10.0), 200, 21, false),
        (Limit::Percent(10.0), 20, 9, true),
        (Limit::Percent(10.0), 20, 10, false),
        (Limit::Percent(10.0), 4, 2, true),
        (Limit::Percent(10.0), 4, 3, false),
        (Limit::Count(2), 200, 2, true),
        (Limit::Count(2), 200, 3, false),
    ] {
        let plan = Plan {
            existing,
            ..many(removed)
        };
        let limits = GuardLimits {
            max_removals,
            ..GuardLimits::default()
        };
        assert_eq!(
            approved(plan, &limits, None).is_ok(),
            passes,
            "{max_removals:?} {removed}/{existing}"
        );
    }
}

#[test]
fn a_token_lets_exactly_these_removals_through() {
    let limits = GuardLimits::default();
    let refusal = approved(many(30), &limits, None).unwrap_err();
    assert_eq!(
        refusal.reasons,
        ["30 of 200 accounts (15.0 %) would be removed; `guard.max_removals` is 10 %"]
    );
    let token = refusal.token.expect("a limit can be lifted");
    assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert!(approved(many(30), &limits, Some(&token)).is_ok());
    assert!(approved(many(31), &limits, Some(&token)).is_err());
    assert!(approved(many(30), &limits, Some("nonsense")).is_err());
}

#[test]
fn a_token_does_not_lift_the_proof_of_completeness() {
    let empty = sources(vec![]);
    let approve_empty = |limits: &GuardLimits, token: Option<&str>| {
        let approval = Approval {
            scope: "target",
            token,
        };
        approve(many(30), &empty, &schema(), limits, approval).map_err(|refused| refused.0)
    };
    let token = approved(many(30), &GuardLimits::default(), None)
        .unwrap_err()
        .token
        .expect("a token");
    let refusal = approve_empty(&GuardLimits::default(), Some(&token)).unwrap_err();
    assert_eq!((refusal.reasons.len(), refusal.token), (2, None));
    let allow = GuardLimits {
        allow_empty: true,
        ..GuardLimits::default()
    };
    assert!(approve_empty(&allow, Some(&token)).is_ok());
}

#[test]
fn people_who_must_be_there_are_demanded() {
    for (limits, passes) in [
        (
            GuardLimits {
                min_users: Some(1),
                ..GuardLimits::default()
            },
            true,
        ),
        (
            GuardLimits {
                min_users: Some(2),
                ..GuardLimits::default()
            },
            false,
        ),
        (
            GuardLimits {
                canaries: vec!["7031".into(), "P1@example.org".into()],
                ..GuardLimits::default()
            },
            true,
        ),
        (
            GuardLimits {
                canaries: vec!["7032".into()],
                ..GuardLimits::default()
            },
            false,
        ),
    ] {
        assert_eq!(
            approved(Plan::default(), &limits, None).is_ok(),
            passes,
            "{limits:?}"
        );
    }
}

#[test]
fn a_wrong_address_mapping_is_stopped() {
    let people: Vec<Identity> = (1..=3)
        .map(|number| {
            let mut renamed = person(number);
            renamed
                .attributes
                .set(LOGIN, Some(Value::text(format!("other{number}@example.org"))));
            renamed
        })
        .collect();
    let plan = plan(
        &sources(people),
        &Model::of([held(1), held(2), held(3)]),
        Policy::default(),
    );
    let refusal = approved(plan, &GuardLimits::default(), None).unwrap_err();
    assert_eq!(
        refusal.reasons,
        ["3 of 3 accounts (100.0 %) would get another login name; `guard.max_logins_changed` is 10 %"]
    );
}

prop_compose! {
    fn any_person(number: u8)(
        disabled in prop::bool::weighted(0.2),
        name in 0u8..3,
        login in 0u8..2,
        alias in prop::option::of(0u8..3),
        keeps_alias in prop::bool::weighted(0.1),
    ) -> Identity {
        let mut person = person(number);
        if disabled { person.lifecycle = Lifecycle::Disabled; }
        person.attributes.set(NAME, Some(Value::text(format!("Name {name}"))));
        person.attributes.set(LOGIN, Some(Value::text(format!("p{number}-{login}@example.org"))));
        person.attributes.set(ALIAS, alias.map(|alias| Value::text(format!("alias {alias}"))));
        if keeps_alias { person.unknown.insert(ALIAS); }
        person
    }
}

prop_compose! {
    fn any_held(number: u8)(
        person in any_person(number),
        carries in 0u8..8,
        role in prop::bool::weighted(0.8),
        mark in prop::bool::weighted(0.8),
        inactive in prop::bool::weighted(0.2),
        disabled_by_us in any::<bool>(),
        verified in any::<bool>(),
    ) -> Held {
        let mut held = held(number);
        held.account.login = person.attributes.text(LOGIN).unwrap_or_default().into();
        held.account.attributes = person.attributes.clone();
        held.alias = person.attributes.get(ALIAS).cloned();
        held.account.attributes.set(ALIAS, None);
        held.account.entitlements = roles(role);
        held.account.email_verified = verified;
        if !mark { held.mark = None; }
        if inactive {
            held.account.lifecycle = Lifecycle::Disabled;
            held.disabled_by_us = disabled_by_us;
        }
        let text = match carries {
            0 => String::new(),
            1 => format!("p{number}"),
            2 => "nickname".to_owned(),
            _ => id(number).to_string(),
        };
        held.account.id = ExternalId::from_hex(&text);
        held.account.id_text = text.into();
        held
    }
}

prop_compose! {
    fn any_world()(
        people in prop::collection::vec(prop::bool::weighted(0.7), 8),
        accounts in prop::collection::vec(prop::bool::weighted(0.7), 8),
        all_people in (1u8..=8).map(any_person).collect::<Vec<_>>(),
        all_accounts in (1u8..=8).map(any_held).collect::<Vec<_>>(),
        rejected in prop::option::of(1u8..=8),
        complete in any::<bool>(),
        listed in prop::option::of(1u8..=8),
    ) -> (Desired, Model) {
        let rejected = rejected.map(id);
        let chosen = all_people.into_iter().zip(people).filter(|(_, there)| *there).map(|(person, _)| person);
        let mut desired = sources(chosen.filter(|person| Some(&person.id) != rejected.as_ref()).collect());
        desired.complete = complete;
        desired.rejected = rejected
            .map(|id| Rejected { at: at(0), id: Some(id), reason: "broken".to_owned() })
            .into_iter().collect();
        desired.leavers = listed
            .map(|number| Leaver { email: format!("p{number}-0@example.org").into(), origin: at(0) })
            .into_iter().collect();
        let there = all_accounts.into_iter().zip(accounts).filter(|(_, there)| *there).map(|(held, _)| held);
        (desired, Model::of(there))
    }
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let disabled = prop::sample::select(vec![
        DisabledPolicy::Delete,
        DisabledPolicy::Deactivate,
        DisabledPolicy::Keep,
    ]);
    let absent = prop::sample::select(vec![
        AbsentPolicy::Keep,
        AbsentPolicy::Deactivate,
        AbsentPolicy::Delete,
    ]);
    let listed = prop::sample::select(vec![ListedPolicy::Delete, ListedPolicy::Deactivate]);
    (disabled, absent, listed, any::<bool>(), any::<bool>()).prop_map(
        |(disabled, absent, listed, adopt, create_disabled)| Policy {
            disabled,
            absent,
            listed,
            adopt,
            create_disabled,
            ..Policy::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    /// Once a plan is applied, there is nothing left to do.
    #[test]
    fn applying_and_planning_again_is_empty((desired, model) in any_world(), policy in any_policy()) {
        let mut model = model;
        let first = plan(&desired, &model, policy);
        first.changes.iter().for_each(|change| model.apply(change));
        let second = plan(&desired, &model, policy);
        prop_assert_eq!(lines(&second), Vec::<String>::new(), "first: {:?}", lines(&first));
    }

    /// The order in which accounts arrive does not matter.
    #[test]
    fn the_order_of_input_does_not_matter((desired, model) in any_world(), policy in any_policy()) {
        let forwards = plan_in_order(&desired, &model, policy, false);
        let backwards = plan_in_order(&desired, &model, policy, true);
        prop_assert_eq!(format!("{forwards:?}"), format!("{backwards:?}"));
    }

    /// No account is changed twice, and each managed one is changed, unchanged, kept or reported.
    #[test]
    fn every_account_is_accounted_for((desired, model) in any_world(), policy in any_policy()) {
        let plan = plan(&desired, &model, policy);
        let mut touched: Vec<_> = plan.changes.iter().filter_map(Change::target_id).collect();
        let changes = touched.len();
        touched.sort();
        touched.dedup();
        prop_assert_eq!(touched.len(), changes);
        let told = touched.len() + plan.unchanged + plan.kept.len() + plan.unresolved.len() + plan.warnings.len();
        prop_assert!(told >= plan.managed, "{} of {} told: {:?}", told, plan.managed, plan);
    }

    /// While a source is incomplete nobody is removed for being absent, and nobody whose record was rejected ever is.
    #[test]
    fn unknown_people_are_never_removed((desired, model) in any_world(), policy in any_policy()) {
        let plan = plan(&desired, &model, policy);
        for change in &plan.changes {
            let (Action::Delete(removal) | Action::Disable(removal)) = &change.action else { continue };
            if removal.reason == RemovalReason::Absent {
                prop_assert!(desired.complete);
                prop_assert!(desired.rejected.iter().all(|rejected| rejected.id != removal.account.id));
            }
            prop_assert!(!removal.account.protected);
        }
    }
}
