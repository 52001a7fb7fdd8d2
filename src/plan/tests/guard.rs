//! What a run may not do.

use super::*;

/// A plan that deletes so many of 200 accounts.
fn many(count: usize) -> Plan {
    let removal = |number: usize| {
        let mut account = held(1).account;
        account.target_id = TargetId::new(format!("t{number}"));
        Change::from(Action::Delete(Removal {
            returned: false,
            missing_since: None,
            account,
            reason: RemovalReason::Absent,
        }))
    };
    Plan {
        changes: (0..count).map(removal).collect(),
        existing: 200,
        ..Plan::default()
    }
}

fn approved(plan: Plan, limits: &GuardLimits, token: Option<&str>) -> Result<(), Refusal> {
    approved_for(plan, &sources(vec![person(1)]), limits, token)
}

fn approved_for(
    plan: Plan,
    desired: &Desired,
    limits: &GuardLimits,
    token: Option<&str>,
) -> Result<(), Refusal> {
    let approval = Approval {
        scope: "target",
        token,
    };
    let proof = Proof::of(desired, &schema(), limits);
    approve(plan, &proof, &schema(), limits, approval)
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
    let approve_empty =
        |limits: &GuardLimits, token: Option<&str>| approved_for(many(30), &empty, limits, token);
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

fn demands(min_users: Option<usize>, canaries: &[&str]) -> Demands {
    Demands {
        min_users,
        canaries: canaries.iter().map(|canary| (*canary).to_owned()).collect(),
    }
}

/// Of all sources together and of each one: as many people as demanded, or one fewer; everybody there, or not.
#[test]
fn people_who_must_be_there_are_demanded() {
    for (demands, passes) in [
        (demands(Some(0), &[]), true),
        (demands(Some(1), &[]), true),
        (demands(Some(2), &[]), false),
        (demands(None, &["7031", "P1@example.org"]), true),
        (demands(None, &["7032"]), false),
        (demands(None, &["7031", "7032"]), false),
    ] {
        let together = GuardLimits {
            demands: demands.clone(),
            ..GuardLimits::default()
        };
        let of_source = GuardLimits {
            demands_of: [("people".into(), demands.clone())].into(),
            ..GuardLimits::default()
        };
        for limits in [together, of_source] {
            assert_eq!(
                approved(Plan::default(), &limits, None).is_ok(),
                passes,
                "{limits:?}"
            );
        }
    }
}

#[test]
fn a_source_is_not_excused_by_another_one() {
    let mut desired = sources(vec![person(1)]);
    desired.sources.push(SourceRead {
        name: "guests".into(),
        ..desired.sources[0].clone()
    });
    let limits = GuardLimits {
        demands_of: [("guests".into(), demands(Some(1), &["7031"]))].into(),
        ..GuardLimits::default()
    };
    let refusal = approved_for(Plan::default(), &desired, &limits, None).unwrap_err();
    assert_eq!(
        (refusal.reasons.len(), refusal.token.as_deref()),
        (2, None),
        "{refusal:?}"
    );
}

/// Just below, at and above, for a kind that is removed and for one that is not.
#[test]
fn changes_of_a_kind_are_limited() {
    for (kind, limit, passes) in [
        ("delete", Limit::Count(4), true),
        ("delete", Limit::Count(3), true),
        ("delete", Limit::Count(2), false),
        ("create", Limit::Count(0), true),
    ] {
        let limits = GuardLimits {
            max_per_kind: [(kind, limit)].into(),
            ..GuardLimits::default()
        };
        assert_eq!(
            approved(many(3), &limits, None).is_ok(),
            passes,
            "{kind} {limit:?}"
        );
    }
}

/// Just below, at and above; and not at all for fewer than ten records.
#[test]
fn a_key_attribute_that_many_records_lack_is_a_fault() {
    for (read, missing, faults) in [
        (10, 1, 0),
        (10, 2, 0),
        (10, 3, 1),
        (9, 9, 0),
        (100, 20, 0),
        (100, 21, 1),
    ] {
        let mut desired = sources(vec![]);
        desired.sources[0].read = read;
        desired.rejected = (0..missing)
            .map(|_| Rejected {
                at: at(0),
                id: None,
                reason: "no value for `mail`".to_owned(),
                missing: vec!["mail".into()],
                claims: Claims::default(),
            })
            .collect();
        let found = mapping_faults(&desired, Limit::Percent(20.0));
        assert_eq!(found.len(), faults, "{missing} of {read}: {found:?}");
    }
}

#[test]
fn a_protected_account_is_kept_and_listed_whatever_happens_to_its_person() {
    let mut leaver = person(2);
    leaver.lifecycle = Lifecycle::Disabled;
    let mut renamed = person(1);
    renamed
        .attributes
        .set(LOGIN, Some(Value::text("new@example.org")));
    let model = Model::of([held(1), held(2)]);
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
        let mut plan = made();
        let before = plan.clone();
        protect(&mut plan, &schema(), &protected);
        assert_eq!(lines(&plan), left, "{patterns:?}");
        assert_eq!(plan.kept.len(), 2 - left.len(), "{patterns:?}");
        let limits = GuardLimits {
            protected,
            max_removals: Limit::Count(9),
            max_logins_changed: Limit::Count(9),
            ..GuardLimits::default()
        };
        // No plan that comes from elsewhere gets past it, and no token helps.
        let refused = approved(before, &limits, None);
        assert_eq!(refused.is_ok(), left.len() == 2, "{patterns:?}");
        assert!(refused.err().is_none_or(|refusal| refusal.token.is_none()));
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

/// A token for one wrong mapping is none for the next.
#[test]
fn a_token_stands_for_these_new_login_names_alone() {
    let renamed = |numbers: &[u8]| {
        let people = numbers.iter().map(|number| {
            let mut renamed = person(*number);
            renamed
                .attributes
                .set(LOGIN, Some(Value::text(format!("other{number}@example.org"))));
            renamed
        });
        plan(
            &sources(people.collect()),
            &Model::of([held(1), held(2), held(3)]),
            Policy::default(),
        )
    };
    let limits = GuardLimits {
        max_logins_changed: Limit::Count(1),
        ..GuardLimits::default()
    };
    let token = approved(renamed(&[1, 2]), &limits, None)
        .unwrap_err()
        .token
        .expect("a token");
    assert!(approved(renamed(&[1, 2]), &limits, Some(&token)).is_ok());
    assert!(approved(renamed(&[2, 3]), &limits, Some(&token)).is_err());
}
