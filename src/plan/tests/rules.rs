mod removals;
mod restricted;

use super::*;

#[test]
fn a_new_person_is_created_with_the_defaults_filled_in() {
    let plan = plan(&sources(vec![person(1)]), &Model::default(), Policy::default());
    let creation = plan.changes[0].creation().expect("a new account");
    assert_eq!(creation.attributes.text(MARK), Some("made-from-7031"));
    assert_eq!(creation.attributes.text(EXTERNAL_ID), Some("7031"));
    assert_eq!(creation.attributes.text(LOGIN), Some("p1@example.org"));
    assert_eq!(plan.changes.len(), 1);
}

#[test]
fn an_equal_account_is_only_counted() {
    let plan = plan(
        &sources(vec![person(1)]),
        &Model::of([managed(1)]),
        Policy::default(),
    );
    assert_eq!(
        (
            lines(&plan),
            plan.unchanged,
            plan.all_totals().active_managed,
            plan.all_totals().managed
        ),
        (vec![], 1, 1, 1)
    );
}

#[test]
fn the_missing_role_and_the_missing_mark_are_repaired() {
    let mut broken = managed(1);
    broken.set(MARK, None);
    let model = Model::of([broken.clone()]);
    assert_eq!(
        only(&sources(vec![person(1)]), &model, Policy::default()),
        ["update t1"]
    );
    broken = managed(1);
    broken.set(ROLES, None);
    let model = Model::of([broken]);
    assert_eq!(
        only(&sources(vec![person(1)]), &model, Policy::default()),
        ["update t1"]
    );
}

#[test]
fn an_account_with_a_chosen_text_and_nothing_of_ours_is_not_taken_for_a_persons() {
    let mut squatter = managed(1);
    squatter.set(ROLES, None);
    squatter.set(LOGIN, Some(Value::text("mallory")));
    squatter.set(MARK, None);
    let plan = plan(
        &sources(vec![person(1)]),
        &Model::of([squatter]),
        Policy::default(),
    );
    assert_eq!(lines(&plan), Vec::<String>::new());
    assert_eq!(plan.unresolved.len(), 1);
}

#[test]
fn a_set_once_value_that_differs_is_reported_and_left() {
    let mut wants_another = person(1);
    wants_another.unknown = AttributeSet::default();
    wants_another.attributes.set(MARK, Some(Value::text("another")));
    let plan = plan(
        &sources(vec![wants_another]),
        &Model::of([managed(1)]),
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
    let mut model = Model::of([managed(1)]);
    for (desired, alias) in [(with_alias, Some(Value::text("ace"))), (person(1), None)] {
        let desired = sources(vec![desired]);
        let plan = plan(&desired, &model, Policy::default());
        assert_eq!(lines(&plan), ["update t1"]);
        plan.changes.iter().for_each(|change| model.apply(change));
        assert_eq!(model.0[&TargetId::new("t1")].get(ALIAS), alias.as_ref());
    }
}

pub(super) const DELETE_ABSENT: Policy = Policy {
    create: true,
    update: true,
    remove: true,
    delete_deactivates: false,
    create_deactivated: false,
    end_sessions: false,
    update_provider_mismatch: true,
    adopt: true,
    create_disabled: false,
    disabled: DisabledPolicy::Delete,
    absent: AbsentPolicy::Delete,
    grace: None,
    listed: LeaverPolicy::Delete,
    restrict_to: Restriction::None,
};

#[test]
fn two_accounts_with_one_id_are_left_alone_and_reported() {
    let mut twin = managed(1);
    twin.account.target_id = TargetId::new("t9");
    let model = Model::of([managed(1), twin]);
    for people in [vec![person(1)], vec![person(2)]] {
        let plan = plan(&sources(people.clone()), &model, DELETE_ABSENT);
        let removals = plan
            .changes
            .iter()
            .filter(|change| change.is_removal(&schema()))
            .count();
        let reported = if people[0].id == id(1) { 1 } else { 2 };
        assert_eq!((removals, plan.unresolved.len()), (0, reported));
    }
}

fn made_by_hand(number: u8) -> TestAccount {
    let mut by_hand = managed(number);
    by_hand.set(EXTERNAL_ID, None);
    by_hand.set(ROLES, None);
    by_hand.set(MARK, None);
    by_hand
}

#[test]
fn an_account_with_the_login_name_is_adopted_and_completed() {
    let mut model = Model::of([made_by_hand(1)]);
    let desired = sources(vec![person(1)]);
    let adoption = plan(&desired, &model, Policy::default());
    assert_eq!(lines(&adoption), ["adopt t1"]);
    adoption.changes.iter().for_each(|change| model.apply(change));
    assert_eq!(model, Model::of([managed(1)]));
}

#[test]
fn an_account_is_not_adopted_against_the_rule() {
    let desired = sources(vec![person(1)]);
    let mut inactive = made_by_hand(1);
    inactive.account.lifecycle = Lifecycle::Disabled;
    let mut service_user = made_by_hand(1);
    service_user.protect();
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
    unverified.set(LOGIN, Some(Value::text("somebody")));
    unverified.set(VERIFIED, None);
    assert_eq!(
        only(&desired, &Model::of([unverified]), Policy::default()),
        ["create 7031"]
    );
}

#[test]
fn an_account_that_carries_the_id_of_an_unknown_person_is_not_adopted() {
    let mut somebodys = managed(3);
    somebodys.set(LOGIN, Some(Value::text("p1@example.org")));
    let model = Model::of([somebodys]);
    let mut desired = sources(vec![person(1)]);
    assert_eq!(
        only(&desired, &model, Policy::default()),
        ["adopt t3"],
        "the id is proved absent"
    );
    let rejected = Rejected::new(at(3), Some(id(3)), "no name");
    desired.rejected.push(rejected);
    assert_eq!(plan(&desired, &model, Policy::default()).unresolved.len(), 1);
    desired.rejected.clear();
    desired.complete = false;
    assert_eq!(plan(&desired, &model, Policy::default()).unresolved.len(), 1);
}

#[test]
fn a_deactivated_account_is_reactivated_only_if_this_tool_deactivated_it() {
    let desired = sources(vec![person(1)]);
    let mut inactive = managed(1);
    inactive.account.lifecycle = Lifecycle::Disabled;
    let blocked = plan(&desired, &Model::of([inactive.clone()]), Policy::default());
    assert_eq!((lines(&blocked), blocked.warnings.len()), (vec![], 1));
    inactive.set(DISABLED_BY, Some(Value::text("us")));
    assert_eq!(
        only(&desired, &Model::of([inactive]), Policy::default()),
        ["enable t1"]
    );
}

/// Otherwise a later block by an administrator would be lifted.
#[test]
fn the_mark_of_an_interrupted_reactivation_is_removed() {
    let mut marked = managed(1);
    marked.set(DISABLED_BY, Some(Value::text("us")));
    let mut model = Model::of([marked]);
    let plan = plan(&sources(vec![person(1)]), &model, Policy::default());
    assert_eq!(lines(&plan), ["update t1"]);
    plan.changes.iter().for_each(|change| model.apply(change));
    assert_eq!(model, Model::of([managed(1)]));
}

#[test]
fn ids_in_the_forms_of_older_tools_are_rewritten_when_nothing_contradicts() {
    let desired = sources(vec![person(1)]);
    for text in ["p1", "cDE="] {
        let mut legacy = managed(1);
        legacy.set(EXTERNAL_ID, Some(Value::text(text)));
        assert_eq!(
            only(&desired, &Model::of([legacy.clone()]), DELETE_ABSENT),
            ["update t1"],
            "{text}"
        );
        legacy.set(LOGIN, Some(Value::text("somebody")));
        assert_eq!(
            only(&desired, &Model::of([legacy.clone()]), DELETE_ABSENT),
            ["update t1"],
            "the mark agrees"
        );
        legacy.set(VERIFIED, None);
        legacy.set(MARK, Some(Value::text("another")));
        let kept = plan(&desired, &Model::of([legacy]), DELETE_ABSENT);
        assert_eq!(
            (lines(&kept), kept.skipped.len()),
            (vec!["create 7031".to_owned()], 1),
            "{text}"
        );
    }
}
