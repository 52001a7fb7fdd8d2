//! Runs that are restricted to some accounts or to unfinished changes.

use super::withhold::{DEACTIVATED, REMOVING, changed, deactivated};
use crate::plan::tests::*;

/// What the next run does in each state of an account.
#[test]
fn only_what_was_interrupted_is_finished() {
    let desired = sources(vec![person(1)]);
    let state = |managed: TestAccount, policy| {
        let plan = plan(&desired, &Model::of([managed]), policy);
        let edit = plan.changes.first().and_then(Change::edit);
        let edit = edit.map(|edit| (edit.lifecycle, edit.change(DISABLED_BY).cloned()));
        (lines(&plan), edit, plan.skipped.len(), plan.warnings.len())
    };
    let clears = |mark: &str| {
        Some(AttributeChange {
            attribute: DISABLED_BY,
            before: Some(Value::text(mark)),
            after: None,
        })
    };
    let update = || vec!["update t1".to_owned()];
    // Created, and not deactivated: it was never meant to be active.
    assert_eq!(
        state(managed(1).with(DISABLED_BY, UNFINISHED), DEACTIVATED),
        (
            update(),
            Some((Some(Lifecycle::Disabled), clears(UNFINISHED))),
            0,
            0
        )
    );
    // Deactivated, and the mark is still there.
    assert_eq!(
        state(deactivated(UNFINISHED), DEACTIVATED),
        (update(), Some((None, clears(UNFINISHED))), 0, 0)
    );
    // It waits for an administrator.
    assert_eq!(state(deactivated(""), DEACTIVATED), (vec![], None, 1, 0));
    // An administrator has activated it.
    assert_eq!(state(managed(1), DEACTIVATED), (vec![], None, 0, 0));
    // This tool had deactivated it, for another reason.
    assert_eq!(
        state(deactivated("us"), DEACTIVATED),
        (
            vec!["enable t1".to_owned()],
            Some((Some(Lifecycle::Active), clears("us"))),
            0,
            0
        )
    );
    // Without the setting, the interrupted creation becomes a usual account.
    assert_eq!(
        state(managed(1).with(DISABLED_BY, UNFINISHED), Policy::default()),
        (update(), Some((None, clears(UNFINISHED))), 0, 0)
    );
    assert_eq!(state(deactivated(""), Policy::default()), (vec![], None, 0, 1));
}

/// New restrictions are added, and existing ones keep their setting.
#[test]
fn restrictions_only_grow() {
    let setting = |name: &str| Some(Setting::from(name));
    let mut mine = Withholding {
        no_create: setting("mine"),
        ..Withholding::default()
    };
    let theirs = Withholding {
        no_create: setting("theirs"),
        no_removal: setting("theirs"),
        ..Withholding::default()
    };
    mine.tighten(&theirs);
    mine.tighten(&Withholding::default());
    let all = Withholding {
        no_create: setting("mine"),
        no_removal: setting("theirs"),
        ..Withholding::default()
    };
    assert_eq!(mine, all);
}

/// The provider decides where only managed accounts may be changed.
#[test]
fn only_accounts_of_this_provider_are_touched() {
    let ours = [Value::text("staff"), Value::text("old staff")];
    let (desired, model) = changed();
    let adopted = managed(1).without(EXTERNAL_ID);
    let by: Setting = "`policy.update_provider_mismatch` is false".into();
    for (provider, of_by_hand, of_ours) in [
        (Some("staff"), true, true),
        (Some("old staff"), true, true),
        (Some("students"), false, false),
        // Accounts of earlier versions do not name it.
        (None, false, true),
    ] {
        let mut model = model.clone();
        model.0.insert(adopted.account.target_id.clone(), adopted.clone());
        let mut plan = plan(&desired, &model, REMOVING);
        assert_eq!(lines(&plan), ["delete t3", "adopt t1", "update t2"]);
        let catalog = catalog();
        let (asked, mismatches) = {
            let checks = provider_checks(&catalog, &plan, &ours);
            let mismatches = (0..checks.len()).filter(|_| provider != Some("staff"));
            let current = provider.map(Value::text);
            let mismatches = mismatches.map(|index| Mismatch {
                index,
                current: current.clone(),
            });
            (
                checks.iter().map(|(index, _)| *index).collect::<Vec<_>>(),
                mismatches.collect::<Vec<_>>(),
            )
        };
        withhold_mismatched(&mut plan, (&asked, &mismatches), &ours, &by);
        let left = [
            ("delete t3", of_ours),
            ("adopt t1", of_by_hand),
            ("update t2", of_ours),
        ];
        let left: Vec<_> = left
            .iter()
            .filter(|(_, stays)| *stays)
            .map(|(line, _)| *line)
            .collect();
        assert_eq!(lines(&plan), left, "{provider:?}");
        assert_eq!(plan.withheld.len(), 3 - left.len());
        let named = plan.withheld.iter().all(|withheld| withheld.by.starts_with(&*by));
        assert!(named, "{:?}", plan.withheld);
    }
}
