//! What counts as another login name, and as an adoption by another person.

use super::*;

fn wants(number: u8, login: &str) -> Desired {
    let mut renamed = person(number);
    renamed.attributes.set(ADDRESS, Some(Value::text(login)));
    renamed
}

fn reasons(plan: Plan, limits: &GuardLimits) -> Vec<String> {
    let approval = Approval {
        target_key: "target",
        token: None,
    };
    let refused = approve(plan, &Proof::default(), &catalog(), limits, approval);
    refused.err().map_or_else(Vec::new, |refused| refused.0.reasons)
}

fn none_may() -> GuardLimits {
    GuardLimits {
        max_logins_changed: Limit::Count(0),
        max_adoptions_renaming: Limit::Count(0),
        ..GuardLimits::default()
    }
}

#[test]
fn a_wrong_address_mapping_is_stopped() {
    let people = (1..=3).map(|number| wants(number, &format!("other{number}@example.org")));
    let plan = plan(
        &sources(people.collect()),
        &Model::of([managed(1), managed(2), managed(3)]),
        Policy::default(),
    );
    assert_eq!(
        reasons(plan, &GuardLimits::default()),
        [
            "3 of 3 accounts (100.0 %) would get another login name; `guard.max_logins_changed` is 10 %, which \
             always allows one"
        ]
    );
}

/// Invisible differences are no other name, on either side; a similar name is.
#[test]
fn only_what_can_be_seen_changes_a_login_name() {
    for (stored, wanted, counts) in [
        ("p1@example.org", "P1@Example.ORG", 0),
        ("p1@example.org ", "p1@example.org", 0),
        ("p1@exam\u{200b}ple.org", "p1@example.org", 0),
        ("mu\u{308}ller@example.org", "m\u{fc}ller@example.org", 0),
        ("p1@example.org", "p11@example.org", 1),
        ("p1@example.org", "pi@example.org", 1),
    ] {
        let account = managed(1).with(LOGIN, stored).with(ADDRESS, stored);
        let plan = plan(
            &sources(vec![wants(1, wanted)]),
            &Model::of([account]),
            Policy::default(),
        );
        assert_eq!(lines(&plan), ["update t1"], "{stored:?} {wanted:?}");
        assert_eq!(reasons(plan, &none_may()).len(), counts, "{stored:?} {wanted:?}");
    }
}

/// The address differed only in letter case, but the person signed in with another name.
#[test]
fn a_login_name_beside_the_address_counts() {
    let account = managed(1).with(LOGIN, "ada");
    let plan = plan(
        &sources(vec![wants(1, "P1@example.org")]),
        &Model::of([account]),
        Policy::default(),
    );
    assert_eq!(
        reasons(plan, &none_may()),
        ["1 of 1 accounts (100.0 %) would get another login name; `guard.max_logins_changed` is 0"]
    );
}

/// An account that was created by hand, at a target without managed accounts.
fn made_by_hand(login: &str, name: &str) -> TestAccount {
    let account = managed(1).with(LOGIN, login).with(NAME, name);
    account.without(EXTERNAL_ID).without(ROLES).without(MARK)
}

#[test]
fn an_adoption_changes_no_login_name() {
    let account = made_by_hand("ada", "Person 1");
    let plan = plan(
        &sources(vec![person(1)]),
        &Model::of([account]),
        Policy::default(),
    );
    assert_eq!(
        (lines(&plan), plan.all_totals().active_managed),
        (vec!["adopt t1".to_owned()], 0)
    );
    assert_eq!(reasons(plan, &none_may()), [""; 0]);
}

/// An address was reused: the account with its content would become another person's.
#[test]
fn adoptions_for_another_person_are_limited() {
    for (name, counts) in [
        ("Person 1", 0),
        ("PERSON  1", 0),
        ("Per\u{ad}son 1", 0),
        ("Eve Else", 1),
    ] {
        let account = made_by_hand("p1@example.org", name);
        let plan = plan(
            &sources(vec![person(1)]),
            &Model::of([account]),
            Policy::default(),
        );
        assert_eq!(lines(&plan), ["adopt t1"], "{name:?}");
        let told = "1 account (none is managed and active so far) would be adopted by a person with another first \
             and last name; `guard.max_adoptions_renaming` is 0";
        assert_eq!(reasons(plan, &none_may()), vec![told; counts], "{name:?}");
    }
}

/// Just below, at and above.
#[test]
fn a_few_accounts_may_become_another_persons() {
    let adoption = |number: u8| {
        let before = Existing {
            target_id: TargetId::new(format!("h{number}")),
            ..made_by_hand("p1@example.org", "Eve Else").account
        };
        let mut plan = plan(
            &sources(vec![person(1)]),
            &Model::of([TestAccount { account: before }]),
            Policy::default(),
        );
        plan.changes.remove(0)
    };
    for (limit, existing, count, passes) in [
        (Limit::Percent(10.0), 29, 1, true),
        (Limit::Percent(10.0), 29, 2, true),
        (Limit::Percent(10.0), 29, 3, false),
        (Limit::Percent(10.0), 0, 1, true),
        (Limit::Percent(10.0), 0, 2, false),
        (Limit::Percent(0.0), 29, 1, false),
        (Limit::Count(3), 0, 3, true),
    ] {
        let plan = Plan {
            changes: (0..count).map(adoption).collect(),
            totals: vec![totals(existing)],
            ..Plan::default()
        };
        let limits = GuardLimits {
            max_adoptions_renaming: limit,
            ..GuardLimits::default()
        };
        assert_eq!(
            reasons(plan, &limits).is_empty(),
            passes,
            "{limit:?} {count} of {existing}"
        );
    }
}

/// Without the protected account, there is no circle, and no account may stay on a temporary name for it.
#[test]
fn who_is_protected_takes_no_part_in_an_exchange_of_names() {
    let people = sources(vec![wants(1, "p2@example.org"), wants(2, "p1@example.org")]);
    let plan = plan(&people, &Model::of([managed(1), managed(2)]), Policy::default());
    let detours = |plan: &Plan| {
        let edits = plan.changes.iter().filter_map(Change::edit);
        edits.filter(|edit| edit.temporary_login.is_some()).count()
    };
    assert_eq!(
        (lines(&plan), detours(&plan)),
        (vec!["update t2".to_owned(), "update t1".to_owned()], 1)
    );
    let protected = Protected::new(["t2".to_owned()]);
    let plan = combined(plan, &protected);
    assert_eq!((lines(&plan), detours(&plan)), (vec!["update t1".to_owned()], 0));
}

/// A change that needed a protected account's name no longer waits for it, and is ordered like the others.
#[test]
fn who_is_protected_is_not_waited_for() {
    let people = sources(vec![
        wants(1, "p2@example.org"),
        wants(2, "p3@example.org"),
        wants(3, "free@example.org"),
    ]);
    let plan = plan(
        &people,
        &Model::of([managed(1), managed(2), managed(3)]),
        Policy::default(),
    );
    assert_eq!(lines(&plan), ["update t3", "update t2", "update t1"]);
    let plan = combined(plan, &Protected::new(["t2".to_owned()]));
    assert_eq!(lines(&plan), ["update t1", "update t3"]);
}
