//! Sessions of people who are deactivated.

use directory_sync::model::{Change, Ids, Purpose};
use directory_sync::target::zitadel::ZitadelTarget;
use directory_sync::target::{Target, TargetErrorKind as Kind};
use serde_json::json;
use testkit::zitadel::{Fault, FaultKind, Options, UserState, Version};

use crate::target_contract::support::{World, account_now, ada, change_of, deactivation};

/// The account is deactivated, and its sessions are ended.
async fn signing_out(target: &ZitadelTarget, id: &str) -> Change {
    let mut change = deactivation(target, &account_now(target, id).await);
    let edit = change.edit_mut().unwrap();
    edit.changes
        .push(change_of(target, Purpose::SignOut, None, Some("pending")));
    change
}

/// A server with Ada, who is signed in so many times.
fn signed_in(times: usize) -> (World, String) {
    let mut world = World::new();
    world.settings.end_sessions = true;
    let id = world.zitadel.add_user(ada());
    for _ in 0..times {
        world.zitadel.sign_in(&id);
    }
    (world, id)
}

/// Only the number of sessions is not foreseen.
#[tokio::test]
async fn ending_sessions_costs_what_is_foreseen_and_one_request_for_each() {
    for times in [0, 1, 3] {
        let (world, id) = signed_in(times);
        let target = world.prepared().await;
        let change = signing_out(&target, &id).await;
        world.zitadel.reset_counts();
        target.apply(&change, &Ids::default()).await.unwrap();
        let foreseen = target.cost(&change).requests;
        assert_eq!(world.zitadel.requests(), foreseen + times as u64);
        assert!(world.zitadel.sessions().is_empty());
        let user = world.zitadel.user(&id).unwrap();
        assert_eq!(user.state, UserState::Inactive);
        assert!(!user.metadata.contains_key("directory-sync.sign_out"), "{user:?}");
        let without = deactivation(&target, &account_now(&target, &id).await);
        assert_eq!(target.cost(&without).requests + 2, foreseen);
    }
}

/// The right is needed only where sessions are ended.
#[tokio::test]
async fn the_right_to_end_sessions_is_proved_before_anything_is_read() {
    let (mut world, _) = signed_in(0);
    world.zitadel.revoke(&["session.read", "session.delete"]);
    let error = world.target().prepare().await.unwrap_err();
    assert_eq!(error.kind, Kind::Unauthorized);
    assert!(
        error.what.contains("lacks session.read, session.delete in"),
        "{error}"
    );
    let checked = world.target().check().await;
    let problems = checked.iter().filter_map(|finding| finding.result.as_ref().err());
    let problems: Vec<&str> = problems.map(|problem| problem.what.as_str()).collect();
    assert!(
        problems.len() == 1 && problems[0].contains("lacks session.read, session.delete in"),
        "{problems:?}"
    );
    world.settings.end_sessions = false;
    world.target().prepare().await.unwrap();
}

/// An old server shows no sessions of others, and has no such permission: the run is refused, because it would only
/// seem to end them.
#[tokio::test]
async fn an_old_server_is_refused() {
    let mut world = World::with(Options {
        version: Version::V2_64,
        ..Options::default()
    });
    world.target().prepare().await.unwrap();
    world.settings.end_sessions = true;
    let error = world.target().prepare().await.unwrap_err();
    assert!(error.what.contains("lacks session.read in"), "{error}");
    assert!(error.hint.unwrap().contains("such as v4"));
}

/// Without the right to see sessions the list is empty, as if there were none.
#[tokio::test]
async fn sessions_that_are_not_shown_are_missed() {
    let (world, id) = signed_in(2);
    let target = world.prepared().await;
    world.zitadel.revoke(&["session.read"]);
    let change = signing_out(&target, &id).await;
    let error = target.apply(&change, &Ids::default()).await.unwrap_err();
    // The run goes on: others are deactivated all the same.
    assert!(!error.stops_run());
    assert!(
        error
            .what
            .contains("does not show the service account its sessions, of which there are 2"),
        "{error}"
    );
    assert!(error.hint.unwrap().contains("ORG_USER_MANAGER"));
    let user = world.zitadel.user(&id).unwrap();
    assert_eq!(user.state, UserState::Inactive);
    assert_eq!(user.metadata["directory-sync.sign_out"], "pending");
    assert_eq!(world.zitadel.sessions()["ada@example.org"], 2);
}

/// A session that has gone meanwhile is answered like one that may not be ended: the list tells them apart.
#[tokio::test]
async fn a_session_that_is_gone_is_not_missed() {
    let gone = FaultKind::json(
        404,
        json!({"code": 5, "message": "membership not found (AUTHZ-cdgFk)", "details": [
            {"@type": "type.googleapis.com/zitadel.v1.ErrorDetail", "id": "AUTHZ-cdgFk", "message": "membership not found"}
        ]})
        .to_string(),
    );
    let (world, id) = signed_in(1);
    world
        .zitadel
        .inject(Fault::once("DELETE", "/v2/sessions/", gone.clone()));
    let target = world.prepared().await;
    let change = signing_out(&target, &id).await;
    target.apply(&change, &Ids::default()).await.unwrap();
    assert!(world.zitadel.sessions().is_empty());

    let (world, id) = signed_in(1);
    world
        .zitadel
        .inject(Fault::once("DELETE", "/v2/sessions/", gone).times(1_000));
    let target = world.prepared().await;
    let change = signing_out(&target, &id).await;
    let error = target.apply(&change, &Ids::default()).await.unwrap_err();
    assert!(
        error.what.contains("Zitadel does not end its sessions"),
        "{error}"
    );
}

/// An answer that is no list says nothing about sessions.
#[tokio::test]
async fn an_answer_without_a_total_is_no_answer() {
    let (world, id) = signed_in(1);
    world
        .zitadel
        .inject(Fault::once("POST", "/v2/sessions/search", FaultKind::json(200, "{}")).times(1_000));
    let target = world.prepared().await;
    let change = signing_out(&target, &id).await;
    target.apply(&change, &Ids::default()).await.unwrap_err();
    assert_eq!(world.zitadel.sessions()["ada@example.org"], 1);
}
