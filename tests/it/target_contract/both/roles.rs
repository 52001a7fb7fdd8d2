//! Roles are given and taken, and those of others stay.

use directory_sync::config::ZitadelSettings;
use directory_sync::model::{Desired, TargetId};
use directory_sync::target::Target as _;
use directory_sync::target::zitadel::ZitadelTarget;

use super::super::support::{cost_of, edit, roles_change, update};
use super::stage::Stage;

/// The other roles that the configuration names; a behaviour that needs more is not shown.
fn other_roles(stage: &Stage, needed: usize) -> Option<Vec<String>> {
    let settings = &stage.settings;
    let mut named = settings.owned_roles.clone();
    named.extend(settings.further_roles.iter().cloned());
    named.retain(|role| *role != settings.role);
    named.sort();
    named.dedup();
    if named.len() < needed {
        println!("not shown: `zitadel.owned_roles` names fewer than {needed} roles beside `zitadel.role`");
        return None;
    }
    Some(named)
}

/// A target that gives these roles and the usual one, and looks at no others.
async fn target_of(stage: &Stage, roles: &[&str]) -> ZitadelTarget {
    let settings = ZitadelSettings {
        owned_roles: roles.iter().map(ToString::to_string).collect(),
        further_roles: vec![],
        ..stage.settings.clone()
    };
    stage.target_with(&settings).await
}

/// Gives and takes roles; what that costs.
async fn change(
    target: &ZitadelTarget,
    (id, who): (&TargetId, &Desired),
    given: &[&str],
    taken: &[&str],
) -> Vec<(&'static str, u64)> {
    let mut change = edit(id.as_str(), who.clone());
    change.changes.push(roles_change(target, taken, given));
    let (changed, cost) = cost_of(target, update(target, change)).await;
    assert_eq!(changed.unwrap().warnings, [""; 0]);
    cost
}

/// The roles of a person's account that the target manages.
async fn roles_of(stage: &Stage, target: &ZitadelTarget, who: &Desired) -> Vec<String> {
    let account = stage.account(target, who).await.unwrap();
    let held = account.roles(target.schema()).iter();
    let mut held: Vec<String> = held.map(ToString::to_string).collect();
    held.sort();
    held
}

/// Taking what is taken and giving what is given is fine.
pub(super) async fn the_role_is_taken_and_given(stage: &Stage) {
    let target = stage.target().await;
    let ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    let role = stage.settings.role.as_str();
    for _ in 0..2 {
        change(&target, (&id, &ada), &[], &[role]).await;
        assert_eq!(roles_of(stage, &target, &ada).await, [""; 0]);
    }
    for _ in 0..2 {
        change(&target, (&id, &ada), &[role], &[]).await;
        assert_eq!(roles_of(stage, &target, &ada).await, [role]);
    }
}

/// A grant with other roles is widened, and narrowed again without touching those.
pub(super) async fn roles_of_others_stay(stage: &Stage) {
    let Some(others) = other_roles(stage, 1) else {
        return;
    };
    let (role, foreign) = (stage.settings.role.as_str(), others[0].as_str());
    let all = target_of(stage, &[foreign]).await;
    let ours = target_of(stage, &[]).await;
    let mut both = [role, foreign];
    both.sort_unstable();
    let ada = stage.somebody(&all, &[]);
    let id = stage.make(&all, &ada).await;
    change(&all, (&id, &ada), &[foreign], &[role]).await;
    assert_eq!(roles_of(stage, &all, &ada).await, [foreign]);
    assert_eq!(roles_of(stage, &ours, &ada).await, [""; 0], "not looked at");

    change(&ours, (&id, &ada), &[role], &[]).await;
    assert_eq!(roles_of(stage, &all, &ada).await, both);
    // A grant that holds the role already is left alone.
    let cost = change(&ours, (&id, &ada), &[role], &[]).await;
    assert_eq!(cost, [("add_grant", 1), ("find_grant", 1)]);

    change(&ours, (&id, &ada), &[], &[role]).await;
    assert_eq!(roles_of(stage, &all, &ada).await, [foreign]);
    change(&all, (&id, &ada), &[], &[foreign]).await;
    assert_eq!(roles_of(stage, &all, &ada).await, [""; 0]);
}

/// No one is without a role while it is replaced by another, and other roles stay.
pub(super) async fn roles_are_exchanged_in_one_write(stage: &Stage) {
    let Some(others) = other_roles(stage, 2) else {
        return;
    };
    let [role, second, foreign] = [&stage.settings.role, &others[0], &others[1]].map(String::as_str);
    let (all, ours) = (
        target_of(stage, &[second, foreign]).await,
        target_of(stage, &[second]).await,
    );
    let ada = stage.somebody(&ours, &[]);
    let id = stage.make(&ours, &ada).await;
    change(&all, (&id, &ada), &[foreign], &[]).await;

    let mut exchange = edit(id.as_str(), ada.clone());
    exchange.before = stage.account(&ours, &ada).await.map(Box::new);
    exchange.changes.push(roles_change(&ours, &[role], &[second]));
    let (exchanged, cost) = cost_of(&ours, update(&ours, exchange)).await;
    assert_eq!(exchanged.unwrap().warnings, [""; 0]);
    assert_eq!(cost, [("find_grant", 1), ("update_grant", 1)]);
    assert_eq!(roles_of(stage, &ours, &ada).await, [second]);
    let mut left = [second, foreign];
    left.sort_unstable();
    assert_eq!(roles_of(stage, &all, &ada).await, left);
}
