//! A run in small: plan, snapshot, apply, undo.

use directory_sync::model::{Change, Check, Desired, DesiredState, Existing, Ids, Plan, Snapshot, Write};
use directory_sync::plan::{self, Clocks, Correlation, Now, Past, Policy, Undone};
use directory_sync::target::{Applied, Target};

use super::read_all;

const CLOCKS: Clocks = Clocks {
    now: 0,
    ahead: Some(0),
};

/// What a run would do for these people.
pub(crate) async fn plan_of(target: &impl Target, objects: &[Desired]) -> Plan {
    target.prepare().await.unwrap();
    let desired = DesiredState {
        objects: objects.to_vec(),
        ..DesiredState::default()
    };
    let mut correlation = Correlation::new(target.catalog(), &desired, Policy::default());
    target
        .read(&mut |account| correlation.observe(account))
        .await
        .unwrap();
    correlation.match_unpaired();
    let proofs = correlation.proofs();
    let checks = correlation.checks(&proofs);
    let mismatches = target.confirm(checks.checks()).await.unwrap();
    let mut plan = plan::decide(&correlation, &checks, mismatches, target.name().kind, CLOCKS);
    plan::arrange(target.catalog(), &mut plan);
    plan
}

/// Applies a change, and returns it as an undo file stores it.
pub(crate) async fn apply(target: &impl Target, change: Change) -> Past {
    let Snapshot { values, details } = target
        .snapshot(std::slice::from_ref(&change))
        .await
        .unwrap()
        .remove(0);
    let applied = target.apply(&change, &Ids::default()).await;
    let Applied {
        target_id, warnings, ..
    } = applied.unwrap_or_else(|error| panic!("{error}: {change:?}"));
    assert_eq!(warnings, Vec::<String>::new(), "{change:?}");
    let mut change = change;
    if let Write::Delete(account) = &mut change.write {
        for (index, value) in values {
            account.attributes.set(index, Some(value));
        }
    }
    let made = target_id.filter(|_| matches!(change.write, Write::Create(_)));
    Past {
        change,
        details,
        made,
    }
}

/// What an undo of a past change does now.
pub(crate) async fn undo_of(target: &impl Target, past: &Past) -> Undone {
    target.prepare().await.unwrap();
    let accounts = read_all(target).await;
    let subject = past.subject(target.catalog());
    let schema = target.schema();
    let is_namesake = |account: &&Existing| {
        subject.names.is_some_and(|(text, login)| {
            account.id_text(schema) == text && !text.is_empty() || account.login(schema) == login
        })
    };
    let now = Now {
        account: accounts
            .iter()
            .find(|account| subject.account == Some(&account.target_id)),
        namesakes: accounts.iter().filter(is_namesake).collect(),
        lacks: false,
    };
    let expected = match past.account(&now) {
        Some(_) => past.checks(target.catalog()),
        None => Vec::new(),
    };
    let checks: Vec<_> = past
        .account(&now)
        .into_iter()
        .flat_map(|account| {
            let target_id = &account.target_id;
            expected.iter().map(move |expected| Check {
                target_id,
                expected: *expected,
            })
        })
        .collect();
    let mismatches = target.confirm(&checks).await.unwrap();
    let failed: Vec<_> = mismatches
        .into_iter()
        .map(|mismatch| (expected[mismatch.index], mismatch.current))
        .collect();
    plan::undo(target.catalog(), past, &now, &failed)
}
