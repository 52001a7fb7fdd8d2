//! What a run may not do.

use super::*;

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
