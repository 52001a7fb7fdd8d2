//! `policy.end_sessions`: deactivated people are signed out, and interrupted runs are completed.

use proptest::prelude::*;

use super::properties::any::{any_policy, any_world};
use super::*;

const SIGNS_OUT: Policy = Policy {
    create: true,
    update: true,
    remove: true,
    delete_deactivates: false,
    create_deactivated: false,
    end_sessions: true,
    update_provider_mismatch: true,
    adopt: true,
    create_disabled: false,
    disabled: DisabledPolicy::Deactivate,
    absent: AbsentPolicy::Deactivate,
    grace: None,
    listed: LeaverPolicy::Deactivate,
    restrict_to: Restriction::None,
};

/// The changes of the mark for ending sessions.
fn sign_outs(plan: &Plan) -> Vec<(ActionKind, Option<&str>, Option<&str>)> {
    let noted = plan.changes.iter().filter_map(|change| {
        let sign_out = change.edit()?.change(SIGN_OUT)?;
        let text = |value: &'_ Option<Value>| value.as_ref().map(|_| "pending");
        Some((change.kind, text(&sign_out.before), text(&sign_out.after)))
    });
    noted.collect()
}

fn deactivated(number: u8) -> TestAccount {
    let mut managed = managed(number).with(DISABLED_BY, "us");
    managed.account.lifecycle = Lifecycle::Disabled;
    managed
}

fn disabled(number: u8) -> Desired {
    Desired {
        lifecycle: Lifecycle::Disabled,
        ..person(number)
    }
}

const STARTS: (ActionKind, Option<&str>, Option<&str>) = (ActionKind::Deactivate, None, Some("pending"));

/// For any reason, and also in place of a deletion.
#[test]
fn every_deactivation_ends_the_sessions() {
    let mut leaving = sources(vec![person(1), disabled(2), person(4)]);
    leaving.leavers = vec![Leaver {
        email: "p3@example.org".into(),
        origin: at(3),
    }];
    let accounts = || Model::of([managed(1), managed(2), managed(3), managed(4), managed(5)]);
    let planned = plan(&leaving, &accounts(), SIGNS_OUT);
    assert_eq!(sign_outs(&planned), [STARTS; 3], "{:?}", lines(&planned));
    let instead = Policy {
        disabled: DisabledPolicy::Delete,
        absent: AbsentPolicy::Delete,
        listed: LeaverPolicy::Delete,
        ..SIGNS_OUT
    };
    assert_eq!(sign_outs(&plan(&leaving, &accounts(), instead)), []);
    let instead = Policy {
        delete_deactivates: true,
        ..instead
    };
    assert_eq!(sign_outs(&plan(&leaving, &accounts(), instead)), [STARTS; 3]);
    for policy in [
        Policy {
            end_sessions: false,
            ..SIGNS_OUT
        },
        Policy {
            remove: false,
            ..SIGNS_OUT
        },
    ] {
        assert_eq!(sign_outs(&plan(&leaving, &accounts(), policy)), []);
    }
}

/// Whatever the account waits for, and also when the person returns.
#[test]
fn a_deactivation_that_was_interrupted_is_completed() {
    let completed = |kind| (kind, Some("pending"), None);
    for (desired, kind) in [
        (sources(vec![disabled(1)]), ActionKind::Update),
        (sources(vec![]), ActionKind::Update),
        (sources(vec![person(1)]), ActionKind::Reactivate),
    ] {
        let accounts = Model::of([deactivated(1).with(SIGN_OUT, "pending")]);
        let planned = plan(&desired, &accounts, SIGNS_OUT);
        assert_eq!(sign_outs(&planned), [completed(kind)], "{:?}", lines(&planned));
        let without = Policy {
            end_sessions: false,
            ..SIGNS_OUT
        };
        assert_eq!(sign_outs(&plan(&desired, &accounts, without)), []);
        let rest = Policy {
            remove: false,
            update: false,
            ..SIGNS_OUT
        };
        assert_eq!(sign_outs(&plan(&desired, &accounts, rest)), [completed(kind)]);
    }
    let done = plan(&sources(vec![]), &Model::of([deactivated(1)]), SIGNS_OUT);
    assert_eq!(lines(&done), Vec::<String>::new());
}

proptest! {
    #![proptest_config(random_cases())]

    /// No one is deactivated and stays signed in, and no active account is signed out.
    #[test]
    fn sessions_end_with_a_deactivation_and_with_nothing_else(
        (desired, model) in any_world(),
        policy in any_policy(),
        delete_deactivates in any::<bool>(),
    ) {
        let policy = Policy { end_sessions: true, delete_deactivates, ..policy };
        let mut after = model.clone();
        for change in plan(&desired, &model, policy).changes {
            let Some(edit) = change.edit() else { continue };
            let sign_out = edit.change(SIGN_OUT);
            let begins = sign_out.is_some_and(|change| change.after.is_some());
            prop_assert_eq!(begins, edit.lifecycle == Some(Lifecycle::Disabled), "{:?}", change);
            let completes = sign_out.is_some_and(|change| change.after.is_none());
            let was_deactivated = model.0[&edit.target_id].account.lifecycle == Lifecycle::Disabled;
            prop_assert!(!completes || was_deactivated, "{:?}", change);
            after.apply(&change);
        }
        let again = plan(&desired, &after, policy);
        prop_assert_eq!(sign_outs(&again), []);
    }
}
