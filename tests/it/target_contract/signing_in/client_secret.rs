//! Signing in with the user name of a service account and its client secret.

use directory_sync::config::Credentials;
use directory_sync::target::{Target, TargetError, TargetErrorKind as Kind};
use testkit::zitadel::{Access, Fault, FaultKind, ServiceUser};

use crate::target_contract::support::{World, nth, read_all};

/// Signs that mean something in HTTP Basic and in forms.
const SECRET: &str = "a b+c%41:\u{e4}/~&=";

fn with_client(id: &str, secret: &str) -> World {
    let mut world = World::new();
    world.settings.credentials = Credentials::Client {
        id: id.to_owned(),
        secret: secret.to_owned().into(),
    };
    world
}

fn account(world: &World, name: &str) -> ServiceUser {
    world.zitadel.add_service_user(name, &Access::OrgUserManager)
}

async fn refused(world: &World) -> TargetError {
    world.target().prepare().await.unwrap_err()
}

fn words(error: &TargetError) -> (Kind, String, Option<&str>) {
    (error.kind, error.to_string(), error.hint.as_deref())
}

/// Each sign of id and secret arrives as it was given; the account signs in once, and is never changed itself.
#[tokio::test]
async fn the_right_secret_signs_in() {
    let world = with_client("sync:one +%", SECRET);
    world
        .zitadel
        .set_client_secret(&account(&world, "sync:one +%").id, SECRET);
    world.zitadel.add_user(nth(1));
    let target = world.prepared().await;
    assert_eq!(read_all(&target).await.len(), 1);
    assert_eq!(target.requests().by_operation["token"], 1);
    assert!(target.check().await[0].result.is_ok());
}

/// One clear message for each thing that can be wrong; none shows the secret.
#[tokio::test]
async fn each_refusal_says_what_is_wrong() {
    const NEW_SECRET: &str = "in Zitadel, open the service account, Actions, Generate Client Secret, and give the new secret in \
                              `zitadel.client_secret` or `zitadel.client_secret_file`";
    let world = with_client("sync-one", "hunter2");
    let unknown = refused(&world).await;
    assert_eq!(
        words(&unknown),
        (
            Kind::Unauthorized,
            "token: Zitadel knows no service account `sync-one` (400 invalid_client client not found)"
                .to_owned(),
            Some(
                "give the user name of the service account in `zitadel.client_id`, as Zitadel shows it beside the client \
                 secret; its user id is not the client id"
            )
        )
    );
    let user = account(&world, "sync-one");
    let without = refused(&world).await;
    assert_eq!(
        words(&without),
        (
            Kind::Unauthorized,
            "token: the service account `sync-one` has no client secret (any more) (400 invalid_request \
             Errors.User.Machine.Secret.NotExisting)"
                .to_owned(),
            Some(NEW_SECRET)
        )
    );
    world.zitadel.set_client_secret(&user.id, "hunter3");
    let wrong = refused(&world).await;
    assert_eq!(
        words(&wrong),
        (
            Kind::Unauthorized,
            "token: the client secret of the service account `sync-one` is wrong, or a newer one has replaced it (400 \
             invalid_request Errors.User.Machine.Secret.Invalid)"
                .to_owned(),
            Some(NEW_SECRET)
        )
    );
    let body = r#"{"error":"invalid_request","error_description":"Errors.User.Machine.Secret.Expired"}"#;
    let expired = Fault::once("POST", "/oauth/v2/token", FaultKind::json(400, body));
    world.zitadel.inject(expired);
    let expired = refused(&world).await;
    assert!(
        expired
            .what
            .starts_with("the client secret of the service account `sync-one` has expired"),
        "{expired}"
    );
    assert_eq!(expired.hint.as_deref(), Some(NEW_SECRET));
    for error in [unknown, without, wrong, expired] {
        assert!(!format!("{error:?}").contains("hunter"), "{error:?}");
    }
}

/// The user id is shown beside the user name, and is no client id.
#[tokio::test]
async fn a_user_id_is_no_client_id() {
    let mut world = World::new();
    let user = account(&world, "sync-one");
    world.zitadel.set_client_secret(&user.id, "hunter2");
    world.settings.credentials = Credentials::Client {
        id: user.id,
        secret: "hunter2".to_owned().into(),
    };
    let error = refused(&world).await;
    assert!(
        error.what.starts_with("Zitadel knows no service account"),
        "{error}"
    );
}

/// A server that fails is asked again; a wrong secret is not.
#[tokio::test]
async fn a_failing_server_is_asked_again() {
    let world = with_client("sync-one", "hunter2");
    world
        .zitadel
        .set_client_secret(&account(&world, "sync-one").id, "hunter2");
    let body = r#"{"error":"server_error","error_description":"Errors.Internal"}"#;
    let failing = Fault::once("POST", "/oauth/v2/token", FaultKind::json(500, body));
    world.zitadel.inject(failing.times(2));
    let target = world.target();
    target.prepare().await.unwrap();
    assert_eq!(target.requests().by_operation["token"], 3);
}
