//! Who loses an account.

use super::*;

/// Each row of the policy table for a person marked as disabled in the source.
#[test]
fn a_disabled_person_is_removed_as_the_policy_says() {
    let mut leaver = person(1);
    leaver.lifecycle = Lifecycle::Disabled;
    let desired = sources(vec![leaver]);
    let model = Model::of([managed(1)]);
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

/// Each row of the policy table for a person who is in no source.
#[test]
fn an_absent_person_is_removed_as_the_policy_says() {
    let desired = sources(vec![person(2)]);
    let model = Model::of([managed(1), managed(2)]);
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

#[test]
fn an_absent_account_is_kept_unless_everything_shows_that_it_is_ours() {
    let desired = sources(vec![person(2)]);
    let mut without_mark = managed(1);
    without_mark.set(MARK, None);
    let mut without_role = managed(1);
    without_role.set(ROLES, None);
    let mut other_form = managed(1);
    other_form.set(EXTERNAL_ID, Some(Value::text("p1")));
    let mut service_user = managed(1);
    service_user.protect();
    for spared in [without_mark, without_role, other_form, service_user] {
        let model = Model::of([spared.clone(), managed(2)]);
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
    let rejected = Rejected::new(at(1), Some(id(1)), "no name");
    desired.rejected.push(rejected);
    let plan = plan(&desired, &Model::of([managed(1), managed(2)]), DELETE_ABSENT);
    assert_eq!((lines(&plan), plan.skipped.len()), (vec![], 1));
}

#[test]
fn a_listed_person_loses_the_account_even_if_another_source_names_them() {
    let mut desired = sources(vec![person(1)]);
    desired.leavers.push(Leaver {
        email: "P1@Example.org".into(),
        origin: at(9),
    });
    let plan = plan(&desired, &Model::of([managed(1), managed(2)]), Policy::default());
    assert_eq!(
        (lines(&plan), plan.warnings.len()),
        (vec!["delete t1".to_owned()], 1)
    );
    assert_eq!(
        only(&desired, &Model::of([managed(2)]), Policy::default()),
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
    let mut foreign = managed(1);
    foreign.set(ROLES, None);
    foreign.set(MARK, None);
    assert_eq!(
        only(&desired, &Model::of([foreign]), Policy::default()),
        Vec::<String>::new()
    );
}
