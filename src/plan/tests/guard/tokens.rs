//! A token approves exactly what was shown.

use crate::plan::tests::*;

fn decide_with(
    target_key: &str,
    plan: Plan,
    limits: &GuardLimits,
    token: Option<&str>,
) -> Result<Vec<String>, Refusal> {
    approve(
        plan,
        &Proof::default(),
        &catalog(),
        limits,
        Approval { target_key, token },
    )
    .map(|approved| approved.remarks().to_vec())
    .map_err(|refused| refused.0)
}

fn approved(plan: Plan, limits: &GuardLimits, token: &str) -> Result<Vec<String>, Refusal> {
    decide_with("target", plan, limits, Some(token))
}

fn token(plan: Plan, limits: &GuardLimits) -> String {
    let refused = decide_with("target", plan, limits, None);
    refused.unwrap_err().token.expect("limits can be lifted")
}

fn account(number: usize) -> Existing {
    Existing {
        target_id: TargetId::new(format!("t{number}")),
        ..managed(1).account
    }
}

fn removal() -> Removal {
    Removal {
        reason: RemovalReason::Absent,
        requires: Vec::new(),
    }
}

fn delete(number: usize) -> Change {
    Change::delete(account(number), removal())
}

fn disable(number: usize) -> Change {
    let edit = Edit {
        lifecycle: Some(Lifecycle::Disabled),
        ..Edit::of_account(&account(number), &schema(), "target")
    };
    Change::deactivate(edit, removal())
}

fn edit(number: usize, attribute: AttributeIndex, before: Option<Value>, after: Option<Value>) -> Edit {
    let mut edit = Edit {
        desired: person(1),
        ..Edit::of_account(&account(number), &schema(), "target")
    };
    edit.changes.push(AttributeChange {
        attribute,
        before,
        after,
    });
    edit
}

/// The last role is removed.
fn revoke(number: usize) -> Change {
    Change::edit_as(ActionKind::Update, edit(number, ROLES, roles(true), None))
}

fn rename(number: usize, login: &str) -> Change {
    let before = Some(Value::text("p1@example.org"));
    Change::edit_as(
        ActionKind::Update,
        edit(number, LOGIN, before, Some(Value::text(login))),
    )
}

fn adopt(number: usize, name: &str) -> Change {
    let mut edit = edit(number, EXTERNAL_ID, None, Some(Value::text("7031")));
    edit.desired.attributes.set(NAME, Some(Value::text(name)));
    Change::edit_as(ActionKind::Adopt, edit)
}

fn create(number: u8) -> Change {
    let desired = person(number);
    Change::create(desired.clone(), desired.attributes)
}

fn of(changes: impl IntoIterator<Item = Change>) -> Plan {
    Plan {
        changes: changes.into_iter().collect(),
        totals: vec![totals(20)],
        ..Plan::default()
    }
}

fn limits(max: usize) -> GuardLimits {
    GuardLimits {
        max_removals: Limit::Count(max),
        max_logins_changed: Limit::Count(max),
        max_adoptions_renaming: Limit::Count(max),
        ..GuardLimits::default()
    }
}

const OTHER: &str = "the given token does not match: it was printed for other changes, or for another target";

/// Each pair differs in one thing that was shown.
#[test]
fn a_token_is_good_for_what_was_shown_alone() {
    for (shown, other) in [
        (vec![delete(1)], vec![delete(2)]),
        (vec![delete(1)], vec![delete(1), delete(2)]),
        (vec![delete(1), delete(2)], vec![delete(1)]),
        (vec![disable(1)], vec![delete(1)]),
        (vec![revoke(1)], vec![delete(1)]),
        (vec![revoke(1)], vec![disable(1)]),
        (
            vec![rename(1, "a@example.org")],
            vec![rename(1, "evil@example.org")],
        ),
        (vec![rename(1, "a@example.org")], vec![rename(2, "a@example.org")]),
        (vec![rename(1, "a@example.org")], vec![delete(1)]),
        (
            vec![rename(1, "a@example.org"), rename(2, "b@example.org")],
            vec![rename(1, "b@example.org"), rename(2, "a@example.org")],
        ),
        (vec![adopt(1, "Eve Else")], vec![adopt(1, "Ivy Other")]),
        (vec![adopt(1, "Eve Else")], vec![adopt(2, "Eve Else")]),
    ] {
        let (limits, shown) = (limits(0), of(shown));
        let token = token(shown.clone(), &limits);
        assert!(approved(shown.clone(), &limits, &token).is_ok(), "{shown:?}");
        let refusal = approved(of(other), &limits, &token).unwrap_err();
        assert_eq!(
            refusal.reasons.last().map(String::as_str),
            Some(OTHER),
            "{shown:?}"
        );
        assert_ne!(refusal.token, Some(token), "{shown:?}");
    }
}

#[test]
fn a_token_is_good_for_its_target_alone() {
    let plan = of([delete(1)]);
    let token = token(plan.clone(), &limits(0));
    for target_key in ["target 2", "targe", ""] {
        let refusal = decide_with(target_key, plan.clone(), &limits(0), Some(&token)).unwrap_err();
        assert_eq!(
            refusal.reasons.last().map(String::as_str),
            Some(OTHER),
            "{target_key}"
        );
    }
}

/// New people, and changes of another kind, do not invalidate a token for removals.
#[test]
fn what_is_not_limited_does_not_matter_to_a_token() {
    let token = token(of([delete(1), create(2)]), &limits(0));
    assert_eq!(
        approved(of([create(3), create(4), delete(1)]), &limits(0), &token),
        Ok(vec![
            "approved by the token: 1 of 20 accounts (5.0 %) would be removed; `guard.max_removals` is 0"
                .to_owned()
        ])
    );
}

/// A token for one removal and one new account does not approve sixty new accounts.
#[test]
fn a_token_lifts_only_the_limits_that_it_was_printed_for() {
    let limits = GuardLimits {
        max_removals: Limit::Count(0),
        max_per_kind: [(ActionKind::Create, Limit::Count(1))].into(),
        max_changes: Some(Limit::Count(3)),
        ..GuardLimits::default()
    };
    let token = token(of([delete(1), create(2)]), &limits);
    assert!(approved(of([delete(1), create(3)]), &limits, &token).is_ok());
    let many = of([delete(1)].into_iter().chain((2..8).map(create)));
    let refusal = approved(many.clone(), &limits, &token).unwrap_err();
    assert_eq!(
        refusal.reasons,
        [
            "7 of 20 accounts (35.0 %) would be changed or created; `guard.max_changes` is 3",
            "6 of 20 accounts (30.0 %) would be created; `guard.max_per_kind.create` is 1",
            "the given token does not match: it was printed for `guard.max_removals`, and lifts nothing else",
        ]
    );
    // The new one is for all three limits, and covers everything that the widest of them counts.
    let token = refusal.token.expect("a token");
    assert!(approved(many, &limits, &token).is_ok());
    let fewer = of([delete(1)].into_iter().chain((2..7).map(create)));
    assert!(approved(fewer, &limits, &token).is_err());
}

/// For ordinary changes, a token covers each single change.
#[test]
fn a_token_of_ordinary_changes_binds_all_of_them() {
    let limits = GuardLimits {
        max_changes: Some(Limit::Count(1)),
        ..limits(9)
    };
    let token = token(of([create(2), create(3)]), &limits);
    for (changes, passes) in [
        (vec![create(3), create(2)], true),
        (vec![create(2), create(4)], false),
        (vec![create(2), create(3), create(4)], false),
        (vec![create(2), disable(3)], false),
    ] {
        assert_eq!(
            approved(of(changes.clone()), &limits, &token).is_ok(),
            passes,
            "{changes:?}"
        );
    }
}

#[test]
fn a_plan_says_which_limit_was_near() {
    let remarks = |count: usize, existing: usize, max_removals| {
        let limits = GuardLimits {
            max_removals,
            ..GuardLimits::default()
        };
        let plan = Plan {
            totals: vec![totals(existing)],
            ..of((0..count).map(delete))
        };
        decide_with("target", plan, &limits, None).unwrap()
    };
    assert_eq!(remarks(15, 200, Limit::Percent(10.0)), [""; 0]);
    assert_eq!(
        remarks(16, 200, Limit::Percent(10.0)),
        [
            "near a limit: 16 of 200 accounts (8.0 %) would be removed; `guard.max_removals` is 10 %, which allows 20"
        ]
    );
    assert_eq!(
        remarks(1, 4, Limit::Percent(10.0)),
        [
            "near a limit: 1 of 4 accounts (25.0 %) would be removed; `guard.max_removals` is 10 %, which always \
             allows one"
        ]
    );
    assert_eq!(remarks(0, 4, Limit::Count(0)), [""; 0]);
}
