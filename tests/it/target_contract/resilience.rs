//! Lost replies, refused tokens, tired servers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use directory_sync::target::zitadel::ZitadelTarget;
use directory_sync::target::{Target, TargetErrorKind as Kind};
use testkit::zitadel::{Fault, FaultKind, ReadSide, UserSeed, UserState};

use super::support::{
    LIST, World, ada, create, delete, disable, edit_of, nth, person, read_all, roles_change, update,
};

const CREATE: &str = "/v2/users/human";

/// A create whose reply was lost is looked for before it is sent again, and gets its role.
#[tokio::test]
async fn a_lost_create_is_found_again() {
    let world = World::new();
    let target = world.prepared().await;
    world
        .zitadel
        .inject(Fault::once("POST", CREATE, FaultKind::LoseReply));
    let applied = create(&target, &person(&target, &[])).await.unwrap();

    let users = world.zitadel.users();
    assert_eq!((users.len(), users[0].grants.len()), (1, 1));
    assert_eq!(applied.target_id.unwrap().as_str(), users[0].id);
    assert_eq!(world.zitadel.request_counts()["POST /v2/users/human"], 1);
}

/// The list may not show the lost account yet; then the second create meets it, and it is looked for again.
#[tokio::test]
async fn a_lost_create_is_found_despite_a_stale_list() {
    let world = World::new();
    let target = world.prepared().await;
    world.zitadel.freeze_projection_for(ReadSide::Users, 1);
    world
        .zitadel
        .inject(Fault::once("POST", CREATE, FaultKind::LoseReply));
    create(&target, &person(&target, &[])).await.unwrap();
    assert_eq!(world.zitadel.users().len(), 1);
    assert_eq!(world.zitadel.users()[0].grants.len(), 1);
}

/// A create that never arrived is sent again.
#[tokio::test]
async fn a_create_that_never_arrived_is_sent_again() {
    let world = World::new();
    let target = world.prepared().await;
    world
        .zitadel
        .inject(Fault::once("POST", CREATE, FaultKind::Reset));
    create(&target, &person(&target, &[])).await.unwrap();
    assert_eq!(world.zitadel.request_counts()["POST /v2/users/human"], 2);
    assert_eq!(target.requests().retried, 1);
}

/// The account of another person is never mistaken for the lost one.
#[tokio::test]
async fn a_lost_create_is_not_another_person() {
    let world = World::new();
    world.zitadel.add_user(UserSeed {
        nick_name: "626f62".into(),
        ..ada()
    });
    let target = world.prepared().await;
    world
        .zitadel
        .inject(Fault::once("POST", CREATE, FaultKind::Reset));
    let error = create(&target, &person(&target, &[])).await.unwrap_err();
    assert_eq!(error.kind, Kind::Conflict);
}

/// Changes an account, gives it a role and deletes it, with a fault at the first try of each call.
pub(super) async fn change_and_delete(
    world: &World,
    target: &ZitadelTarget,
    id: &str,
    fault: impl Fn() -> FaultKind,
) {
    let disturb = |method, prefix| world.zitadel.inject(Fault::once(method, prefix, fault()));
    disturb("PUT", CREATE);
    disturb("POST", "/management/v1/users");
    let king = person(target, &[("last_name", "King")]);
    let mut change = edit_of(target, id, king, &["last_name"]);
    change.changes.push(roles_change(target, &[], &["User"]));
    update(target, change).await.unwrap();
    let user = world.zitadel.user(id).unwrap();
    assert_eq!((user.family_name.as_str(), user.grants.len()), ("King", 1));

    // The role of before is not in the list that was read.
    target.prepare().await.unwrap();
    disturb("DELETE", "/v2/users");
    delete(target, id).await.unwrap();
    assert_eq!(world.zitadel.users(), []);
}

/// A delete, an update and a grant whose reply was lost are sent again and succeed.
#[tokio::test]
async fn other_writes_are_repeated() {
    let world = World::new();
    let id = world.zitadel.add_user(UserSeed {
        roles: vec![],
        ..ada()
    });
    let target = world.prepared().await;
    change_and_delete(&world, &target, &id, || FaultKind::LoseReply).await;
    assert_eq!(target.requests().retried, 3);
}

/// A grant that Zitadel has but does not list yet is good enough, and said.
#[tokio::test]
async fn a_grant_that_is_not_listed_yet_is_taken_for_there() {
    let world = World::new();
    let id = world.zitadel.add_user(UserSeed {
        roles: vec![],
        ..ada()
    });
    let target = world.prepared().await;
    world.zitadel.freeze_projection(ReadSide::Grants);
    let mut change = edit_of(&target, &id, person(&target, &[]), &[]);
    change.changes.push(roles_change(&target, &[], &["User"]));
    assert_eq!(update(&target, change.clone()).await.unwrap().warnings.len(), 0);
    assert_eq!(update(&target, change).await.unwrap().warnings.len(), 1);
}

/// A token that is refused in mid-run is renewed once; a second refusal is final.
#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let world = World::new();
    world.zitadel.add_user(nth(1));
    let target = world.prepared().await;
    let refuse = |times| {
        world
            .zitadel
            .inject(Fault::once("POST", LIST, FaultKind::status(401)).times(times));
    };

    refuse(1);
    assert_eq!(read_all(&target).await.len(), 1);
    assert_eq!(world.zitadel.request_counts()["POST /oauth/v2/token"], 1);

    refuse(2);
    let error = target.read(&mut |_| {}).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unauthorized);
    assert!(error.stops_run());
    assert_eq!(world.zitadel.request_counts()["POST /oauth/v2/token"], 2);
}

/// Rights that are taken away in mid-run stop it.
#[tokio::test]
async fn rights_that_go_stop_the_run() {
    let world = World::new();
    let id = world.zitadel.add_user(ada());
    let target = world.prepared().await;
    world.zitadel.revoke(&["user.write", "user.delete"]);
    for error in [
        create(&target, &person(&target, &[("email", "new@example.org")]))
            .await
            .unwrap_err(),
        delete(&target, &id).await.unwrap_err(),
    ] {
        assert!(error.stops_run(), "{error}");
        assert!(error.hint.unwrap().contains("ORG_USER_MANAGER"));
    }
    assert_eq!(world.zitadel.users()[0].state, UserState::Active);
}

/// All requests pause if a server has too many; in the end it is an error.
#[tokio::test]
async fn too_many_requests_are_repeated_and_end() {
    let world = World::new();
    let id = world.zitadel.add_user(ada());
    let target = world.prepared().await;
    let throttle = |times| {
        let fault = Fault::once("DELETE", "/v2/users", FaultKind::too_many_requests(Some(0)));
        world.zitadel.inject(fault.times(times));
    };
    throttle(5);
    let error = delete(&target, &id).await.unwrap_err();
    assert!(matches!(error.kind, Kind::Throttled { .. }));
    throttle(4);
    delete(&target, &id).await.unwrap();
    assert_eq!(world.zitadel.request_counts()["DELETE /v2/users/{userId}"], 10);
}

/// A 404 without an error id does not prove that a user is missing.
#[tokio::test]
async fn a_404_without_an_id_removes_no_person() {
    let world = World::new();
    let id = world.zitadel.add_user(ada());
    let target = world.prepared().await;
    world
        .zitadel
        .inject(Fault::always(FaultKind::not_found_without_id()));
    assert_eq!(delete(&target, &id).await.unwrap_err().kind, Kind::Unreachable);
    assert_eq!(world.zitadel.users().len(), 1);
}

/// Nor does an error with a success status, instead of the account or of the answer to its removal.
#[tokio::test]
async fn an_error_that_passes_for_a_success_removes_no_person() {
    for method in ["GET", "DELETE"] {
        for body in [
            r#"{"code":5,"message":"User could not be found (COMMAND-m9cHs)","details":[{"@type":"type.googleapis.com/zitadel.v1.ErrorDetail","id":"COMMAND-m9cHs"}]}"#,
            r#"{"code":9,"message":"not now (COMMAND-x)"}"#,
        ] {
            let world = World::new();
            let id = world.zitadel.add_user(ada());
            let target = world.prepared().await;
            let instead = Fault::once(method, "/v2/users/", FaultKind::json(200, body));
            world.zitadel.inject(instead.times(u64::MAX));
            let error = delete(&target, &id).await.unwrap_err();
            assert_ne!(error.kind, Kind::NotFound, "{method}: {error}");
            assert_eq!(world.zitadel.users().len(), 1);
        }
    }
}

/// An account may have been moved to another organization, or the server may show one: it is never changed, also
/// right before a write.
#[tokio::test]
async fn an_account_of_another_organization_is_not_written() {
    let world = World::new();
    let user = world.zitadel.add_user(ada());
    let target = world.prepared().await;
    let before = read_all(&target).await.remove(0);
    let foreign = format!(
        r#"{{"user":{{"userId":"{user}","details":{{"resourceOwner":"{}"}},"username":"ada@example.org",
        "state":"USER_STATE_ACTIVE","human":{{"profile":{{"givenName":"Ada","familyName":"Lovelace","nickName":"616461"}},
        "email":{{"email":"ada@example.org","isVerified":true}}}}}}}}"#,
        world.zitadel.other_organization_id()
    );
    let path = format!("/v2/users/{user}");
    let here = FaultKind::json(200, foreign);
    world
        .zitadel
        .inject(Fault::once("GET", &path, here).times(u64::MAX));
    let mut edit = edit_of(
        &target,
        &user,
        person(&target, &[("last_name", "King")]),
        &["last_name"],
    );
    edit.before = Some(Box::new(before));
    let error = update(&target, edit).await.unwrap_err();
    assert!(error.what.contains("it is of another organization"), "{error}");
    for error in [
        delete(&target, &user).await.unwrap_err(),
        disable(&target, &user).await.unwrap_err(),
    ] {
        assert!(error.what.contains("it is of another organization"), "{error}");
    }
    assert_eq!(world.zitadel.writes(), []);
}

/// Takes down what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An endpoint that accepts and never answers costs minutes: it is reported once, at the first try that times out,
/// with what to check.
#[tokio::test]
async fn an_endpoint_that_never_answers_is_reported_at_once() {
    let world = World::new();
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let brief = Duration::from_millis(300);
    let target = world.target().with_silence(brief, brief).unwrap();
    let silent = FaultKind::Delay(Duration::from_secs(2));
    world
        .zitadel
        .inject(Fault::once("GET", "/management/v1/orgs/me", silent).times(2));
    target.prepare().await.unwrap();
    let said = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let told = "the target takes too long to answer; trying again for some minutes";
    assert_eq!(said.matches(told).count(), 1, "{said}");
    assert!(
        said.contains("did not answer in time") && said.contains("hint"),
        "{said}"
    );
}
