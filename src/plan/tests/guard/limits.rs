//! Limits of a run.

use crate::plan::tests::*;

/// A plan that deletes this many of 200 accounts.
fn many(count: usize) -> Plan {
    let removal = |number: usize| {
        let mut account = managed(1).account;
        account.target_id = TargetId::new(format!("t{number}"));
        Change::delete(
            account,
            Removal {
                reason: RemovalReason::Absent,
                requires: Vec::new(),
            },
        )
    };
    Plan {
        changes: (0..count).map(removal).collect(),
        totals: vec![totals(200)],
        ..Plan::default()
    }
}

pub(super) fn approved(plan: Plan, limits: &GuardLimits, token: Option<&str>) -> Result<(), Refusal> {
    approved_for(plan, &sources(vec![person(1)]), limits, token)
}

pub(super) fn approved_for(
    plan: Plan,
    desired: &DesiredState,
    limits: &GuardLimits,
    token: Option<&str>,
) -> Result<(), Refusal> {
    let proof = Proof::of(
        std::slice::from_ref(desired),
        &Catalog::of_users(schema()),
        limits,
    );
    in_scope("target", plan, &proof, limits, token).map(|_| ())
}

/// The remarks about a plan of one target, or why it is refused.
fn in_scope(
    target_key: &str,
    plan: Plan,
    proof: &Proof,
    limits: &GuardLimits,
    token: Option<&str>,
) -> Result<Vec<String>, Refusal> {
    approve(plan, proof, &catalog(), limits, Approval { target_key, token })
        .map(|approved| approved.remarks().to_vec())
        .map_err(|refused| refused.0)
}

/// Just below, at and above each limit.
#[test]
fn removals_are_limited() {
    for (max_removals, existing, removed, passes) in [
        (Limit::Percent(10.0), 200, 19, true),
        (Limit::Percent(10.0), 200, 20, true),
        (Limit::Percent(10.0), 200, 21, false),
        (Limit::Percent(10.0), 29, 2, true),
        (Limit::Percent(10.0), 29, 3, false),
        (Limit::Percent(10.0), 20, 2, true),
        (Limit::Percent(10.0), 20, 3, false),
        (Limit::Percent(10.0), 20, 9, false),
        // One account is always allowed, even if the percentage is less than one account.
        (Limit::Percent(10.0), 9, 1, true),
        (Limit::Percent(10.0), 9, 2, false),
        (Limit::Percent(0.01), 1, 1, true),
        (Limit::Percent(10.0), 0, 1, true),
        (Limit::Percent(10.0), 0, 2, false),
        // Unless the limit is zero.
        (Limit::Percent(0.0), 200, 0, true),
        (Limit::Percent(0.0), 200, 1, false),
        (Limit::Count(0), 200, 0, true),
        (Limit::Count(0), 200, 1, false),
        // Percentages that are not exact in floating point.
        (Limit::Percent(0.7), 1000, 7, true),
        (Limit::Percent(0.7), 1000, 8, false),
        (Limit::Percent(0.29), 10_000, 29, true),
        (Limit::Percent(0.29), 10_000, 30, false),
        (Limit::Percent(100.0), 20, 20, true),
        (Limit::Percent(100.0), 20, 21, false),
        (Limit::Count(2), 200, 2, true),
        (Limit::Count(2), 200, 3, false),
    ] {
        let plan = Plan {
            totals: vec![totals(existing)],
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
        ["30 of 200 accounts (15.0 %) would be removed; `guard.max_removals` is 10 %, which allows 20"]
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
    let approve_empty =
        |limits: &GuardLimits, token: Option<&str>| approved_for(many(30), &empty, limits, token);
    let token = approved(many(30), &GuardLimits::default(), None)
        .unwrap_err()
        .token
        .expect("a token");
    let refusal = approve_empty(&GuardLimits::default(), Some(&token)).unwrap_err();
    assert_eq!(
        refusal.reasons,
        [
            "source `people` contains no people at all; if that is right, set `guard.allow_empty: true`",
            "the given token does not match: no token lifts missing people or protected accounts"
        ]
    );
    assert_eq!(refusal.token, None);
    let allow = GuardLimits {
        allow_empty: true,
        ..GuardLimits::default()
    };
    assert!(approve_empty(&allow, Some(&token)).is_ok());
}

/// Just below, at and above, for a kind that is a removal and for one that is not.
#[test]
fn changes_of_a_kind_are_limited() {
    for (kind, limit, passes) in [
        (ActionKind::Delete, Limit::Count(4), true),
        (ActionKind::Delete, Limit::Count(3), true),
        (ActionKind::Delete, Limit::Count(2), false),
        (ActionKind::Create, Limit::Count(0), true),
    ] {
        let limits = GuardLimits {
            max_per_kind: [(kind, limit)].into(),
            ..GuardLimits::default()
        };
        assert_eq!(
            approved(many(3), &limits, None).is_ok(),
            passes,
            "{kind:?} {limit:?}"
        );
    }
}

#[test]
fn a_protected_account_is_kept_and_listed_whatever_happens_to_its_person() {
    let mut leaver = person(2);
    leaver.lifecycle = Lifecycle::Disabled;
    let mut renamed = person(1);
    renamed
        .attributes
        .set(ADDRESS, Some(Value::text("new@example.org")));
    let model = Model::of([managed(1), managed(2)]);
    let made = || {
        plan(
            &sources(vec![renamed.clone(), leaver.clone()]),
            &model,
            Policy::default(),
        )
    };
    assert_eq!(lines(&made()), ["delete t2", "update t1"]);
    for (patterns, left) in [
        (vec!["p2@example.org"], vec!["update t1"]),
        (vec!["7032"], vec!["update t1"]),
        (vec!["T1"], vec!["delete t2"]),
        (vec!["p1@EXAMPLE.org"], vec!["delete t2"]),
        (vec!["new@*"], vec!["delete t2"]),
        (vec!["*@example.org"], vec![]),
        (vec!["p3*"], vec!["delete t2", "update t1"]),
    ] {
        let protected = Protected::new(patterns.iter().map(|pattern| (*pattern).to_owned()));
        let before = made();
        let plan = combined(before.clone(), &protected);
        assert_eq!(lines(&plan), left, "{patterns:?}");
        assert_eq!(plan.skipped.len(), 2 - left.len(), "{patterns:?}");
        let limits = GuardLimits {
            protected,
            max_removals: Limit::Count(9),
            max_logins_changed: Limit::Count(9),
            ..GuardLimits::default()
        };
        // A plan from a file cannot bypass it, and no token helps.
        let refused = approved(before, &limits, None);
        assert_eq!(refused.is_ok(), left.len() == 2, "{patterns:?}");
        assert!(refused.err().is_none_or(|refusal| refusal.token.is_none()));
    }
}
