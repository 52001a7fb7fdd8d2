//! How settings remove changes from a plan, and how it is shown.

use proptest::prelude::*;

use crate::plan::tests::properties::any::{any_policy, any_world};
use crate::plan::tests::roles::plan_owning;
use crate::plan::tests::*;

pub(super) const REMOVING: Policy = crate::plan::tests::rules::DELETE_ABSENT;

/// Lines of withheld changes, with the setting.
pub(super) fn withheld(plan: &Plan) -> Vec<String> {
    let lines_of = |withheld: &Withheld| {
        let plan = Plan {
            changes: vec![withheld.change.clone()],
            ..Plan::default()
        };
        format!("{}: {}", lines(&plan).join(" "), withheld.by)
    };
    plan.withheld.iter().map(lines_of).collect()
}

/// One is new, one has another name, one has left, and one is to lose the last role.
pub(super) fn changed() -> (DesiredState, Model) {
    let mut renamed = person(2);
    renamed.attributes.set(NAME, Some(Value::text("Other")));
    let desired = sources(vec![person(1), renamed]);
    (desired, Model::of([managed(2), managed(3)]))
}

/// Each restriction removes its own kind of change, and is named.
#[test]
fn each_setting_takes_its_actions_away() {
    let (desired, model) = changed();
    let none = REMOVING;
    for (policy, left, gone) in [
        (none, vec!["delete t3", "create 7031", "update t2"], vec![]),
        (
            Policy {
                create: false,
                ..none
            },
            vec!["delete t3", "update t2"],
            vec!["create 7031: `policy.create` is false"],
        ),
        (
            Policy {
                update: false,
                ..none
            },
            vec!["delete t3", "create 7031"],
            vec!["update t2: `policy.update` is false"],
        ),
        (
            Policy {
                remove: false,
                ..none
            },
            vec!["create 7031", "update t2"],
            vec!["delete t3: `policy.remove` is false"],
        ),
        (
            Policy {
                delete_deactivates: true,
                ..none
            },
            vec!["disable t3", "create 7031", "update t2"],
            vec!["delete t3: `policy.delete_deactivates` is true"],
        ),
        (
            Policy {
                create_deactivated: true,
                ..none
            },
            vec!["delete t3", "create 7031", "update t2"],
            vec!["enable 7031: `policy.create_deactivated` is true"],
        ),
    ] {
        let plan = plan(&desired, &model, policy);
        assert_eq!(
            (lines(&plan), withheld(&plan)),
            (
                left.into_iter().map(str::to_owned).collect(),
                gone.into_iter().map(str::to_owned).collect()
            ),
            "{policy:?}"
        );
    }
}

/// Without removals, no one loses access: neither by a list of leavers, nor as disabled, nor with the last role.
#[test]
fn nothing_is_removed_for_any_cause() {
    let policy = Policy {
        remove: false,
        disabled: DisabledPolicy::Deactivate,
        ..REMOVING
    };
    let mut disabled = person(1);
    disabled.lifecycle = Lifecycle::Disabled;
    let mut without = person(2);
    without.attributes.set(ROLES, None);
    let mut desired = sources(vec![disabled, without]);
    desired.leavers = vec![Leaver {
        email: "p3@example.org".into(),
        origin: at(9),
    }];
    let model = Model::of([managed(1), managed(2), managed(3), managed(4)]);
    let plan = plan_owning(&[ROLE], &desired, &model, policy);
    let by = "`policy.remove` is false";
    assert_eq!(lines(&plan), Vec::<String>::new());
    assert_eq!(
        withheld(&plan),
        [
            format!("disable t1: {by}"),
            format!("update t2: {by}"),
            format!("delete t3: {by}"),
            format!("delete t4: {by}"),
        ]
    );
}

/// A deactivated account has nothing to lose.
#[test]
fn what_is_deactivated_already_is_not_withheld_again() {
    let policy = Policy {
        delete_deactivates: true,
        ..REMOVING
    };
    let mut gone = managed(3).with(DISABLED_BY, "us");
    gone.account.lifecycle = Lifecycle::Disabled;
    let plan = plan(&sources(vec![person(2)]), &Model::of([managed(2), gone]), policy);
    assert_eq!(
        (lines(&plan), withheld(&plan), plan.unchanged),
        (vec![], vec![], 2)
    );
}

pub(super) const DEACTIVATED: Policy = Policy {
    create_deactivated: true,
    ..crate::plan::tests::rules::DELETE_ABSENT
};

pub(super) fn deactivated(mark: &str) -> TestAccount {
    let mut managed = managed(1).with(DISABLED_BY, mark);
    managed.account.lifecycle = Lifecycle::Disabled;
    managed
}

/// A new account is created deactivated. Its mark shows that it is not complete until it is deactivated.
#[test]
fn a_new_account_is_made_deactivated() {
    let plan = plan(&sources(vec![person(1)]), &Model::default(), DEACTIVATED);
    let made = plan.changes[0].creation().unwrap();
    assert_eq!(made.desired.lifecycle, Lifecycle::Disabled);
    assert_eq!(made.attributes.text(DISABLED_BY), Some(UNFINISHED));
}

proptest! {
    /// A restriction only removes actions: each remaining change is one of the plan without it, or a part of one.
    #[test]
    fn restrictions_add_nothing(
        (desired, model) in any_world(),
        policy in any_policy(),
        (create, update, remove) in any::<(bool, bool, bool)>(),
        delete_deactivates in any::<bool>(),
    ) {
        let free = plan(&desired, &model, policy);
        let policy = Policy { create, update, remove, delete_deactivates, ..policy };
        let bound = plan(&desired, &model, policy);
        for change in &bound.changes {
            // What an account without an id stands for depends on the change.
            let is_new = change.target_id().is_none();
            let same = |other: &&Change| other.target_id() == change.target_id() && (!is_new || other.id() == change.id());
            let other = free.changes.iter().find(same);
            prop_assert!(other.is_some(), "{change:?}");
            let other = other.unwrap();
            let signs_out = change.edit().is_some_and(|edit| edit.changes.iter().all(|change| change.attribute == SIGN_OUT));
            let takes_out_of_use = change.kind == ActionKind::Deactivate || signs_out;
            let is_less = takes_out_of_use && other.kind == ActionKind::Delete;
            prop_assert!(change.kind == other.kind || is_less, "{change:?} {other:?}");
            let count = |change: &Change| change.edit().map_or(0, |edit| edit.changes.len());
            prop_assert!(is_less || count(change) <= count(other), "{change:?} {other:?}");
        }
        let kinds = |kind| bound.changes.iter().any(|change| change.kind == kind);
        prop_assert!(create || !kinds(ActionKind::Create));
        prop_assert!(remove || !bound.changes.iter().any(|change| change.is_removal(&schema())));
        prop_assert!(!delete_deactivates || !kinds(ActionKind::Delete));
        prop_assert_eq!(free.all_totals(), bound.all_totals());
    }
}
