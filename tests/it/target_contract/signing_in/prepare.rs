//! What is wrong with an installation is found before anything is read, and said so that it can be put right.

use directory_sync::config::Credentials;
use directory_sync::target::{Target, TargetError, TargetErrorKind as Kind};
use serde_json::json;
use testkit::zitadel::{Access, Fault, FaultKind, Options};

use crate::target_contract::support::{World, nth, read_all};

async fn refused(world: &World) -> TargetError {
    world.target().prepare().await.unwrap_err()
}

/// Rights that are missing are named, with the role that has them. The list would just have been empty.
#[tokio::test]
async fn missing_rights_are_named() {
    let world = World::new();
    world.zitadel.revoke(&["user.read", "user.grant.write"]);
    let error = refused(&world).await;
    assert_eq!(error.kind, Kind::Unauthorized);
    assert!(
        error.what.contains("lacks user.read, user.grant.write in"),
        "{error}"
    );
    assert!(error.hint.unwrap().contains("ORG_USER_MANAGER"));

    world.zitadel.set_access(&Access::Nothing);
    let error = refused(&world).await;
    assert_eq!(error.kind, Kind::Unauthorized);
    assert!(error.what.contains("user.delete"), "{error}");
}

/// Rights on grants may be limited to the project, and to no other; those on users may not be limited at all.
#[tokio::test]
async fn rights_on_the_project_serve_for_grants_alone() {
    let world = World::new();
    let (project, organization) = (world.zitadel.project_id(), world.zitadel.organization_id());
    let lacks = |what: &str| {
        Some(format!(
            "the service account lacks {what} in organization {organization}"
        ))
    };
    for (users, grants, wanted) in [
        ("", "", None),
        ("", &*project, None),
        ("", "1", lacks("user.grant.read, user.grant.write")),
        (&*project, "", lacks("user.read, user.write, user.delete")),
    ] {
        let rights = [
            ("user.read", users),
            ("user.write", users),
            ("user.delete", users),
            ("user.grant.read", grants),
            ("user.grant.write", grants),
        ];
        let limited = |(right, to): (&str, &str)| match to {
            "" => right.to_owned(),
            to => format!("{right}:{to}"),
        };
        let answer = json!({"result": rights.map(limited)}).to_string();
        let path = "/auth/v1/permissions/zitadel/me/_search";
        world
            .zitadel
            .inject(Fault::once("POST", path, FaultKind::json(200, answer)));
        let refused = world.target().prepare().await.err();
        assert_eq!(refused.map(|error| error.what), wanted);
    }
}

/// Every role that is given or taken is looked up, and the right to take one away is needed only for owned ones.
#[tokio::test]
async fn all_roles_are_looked_up() {
    let mut world = World::new();
    world.settings.further_roles = vec!["Admin".into(), "Boss".into()];
    world.settings.owned_roles = vec!["Gone".into()];
    let error = refused(&world).await;
    assert_eq!(error.kind, Kind::Misconfigured);
    assert!(
        error
            .what
            .contains("has no role `Boss`, `Gone`; it has `Admin`, `User`"),
        "{error}"
    );
    assert!(
        error
            .hint
            .unwrap()
            .contains("`zitadel.owned_roles` and `entitlements`")
    );
    world.settings.further_roles = vec!["Admin".into()];
    world.settings.owned_roles = vec![];
    world.zitadel.revoke(&["user.grant.delete"]);
    world.target().prepare().await.unwrap();
    world.settings.owned_roles = vec!["Admin".into()];
    assert!(refused(&world).await.what.contains("lacks user.grant.delete in"));
}

/// A project of another organization serves when it is granted to ours.
#[tokio::test]
async fn a_granted_project_serves() {
    let mut world = World::new();
    let zitadel = &world.zitadel;
    let project = zitadel.add_project(&zitadel.other_organization_id(), "Theirs", &["User"]);
    world.settings.project_id.clone_from(&project);
    assert_eq!(refused(&world).await.kind, Kind::Misconfigured);
    let zitadel = &world.zitadel;
    let another = zitadel.add_project(&zitadel.other_organization_id(), "Another", &["User"]);
    zitadel.grant_project(&another, &zitadel.organization_id(), &["User"]);
    assert_eq!(refused(&world).await.kind, Kind::Misconfigured);
    world
        .zitadel
        .grant_project(&project, &world.zitadel.organization_id(), &["User"]);
    world.target().prepare().await.unwrap();
}

/// The server says nothing but 500 of a wrong key: the message says which key, for what address, and what of the
/// clocks. It is tried twice, not for minutes.
#[tokio::test]
async fn a_wrong_key_is_explained() {
    let mut world = World::new();
    let path = world.file("foreign.json", &world.zitadel.foreign_key_file_json());
    world.settings.credentials = Credentials::KeyFile(path);
    let error = refused(&world).await;
    assert_eq!(error.kind, Kind::Unauthorized);
    let key = format!("key key-{}", world.zitadel.service_user_id());
    for part in [
        key,
        format!("audience {}", world.zitadel.url()),
        "its clock agrees with ours".into(),
    ] {
        assert!(error.what.contains(&part), "{error}");
    }
    assert_eq!(world.zitadel.request_counts().values().sum::<u64>(), 2);
}

/// A deactivated service account is reported.
#[tokio::test]
async fn a_deactivated_service_user_is_named() {
    let world = World::new();
    world.zitadel.deactivate_service_user();
    let error = refused(&world).await;
    assert_eq!(error.kind, Kind::Unauthorized);
    assert!(error.what.contains("is deactivated"), "{error}");
}

/// An address that the instance does not answer to is not mistaken for a wrong key.
#[tokio::test]
async fn a_wrong_host_name_is_named() {
    let mut world = World::with(Options {
        domains: vec!["localhost".into()],
        ..Options::default()
    });
    world.settings.url = format!("http://127.0.0.1:{}", world.zitadel.port())
        .parse()
        .unwrap();
    let error = refused(&world).await;
    assert_eq!(error.kind, Kind::Misconfigured);
    assert!(error.hint.unwrap().contains("external domain"));
}

/// A server that is not a Zitadel is reported.
#[tokio::test]
async fn a_web_page_is_no_zitadel() {
    let world = World::new();
    world.zitadel.inject(Fault::always(FaultKind::html(200)));
    let error = refused(&world).await;
    assert_eq!(error.kind, Kind::Protocol);
    assert!(error.what.contains("HTML"), "{error}");
    assert!(error.hint.unwrap().contains("is this a Zitadel"));
}

/// A redirect is not followed: it would turn a write into a read.
#[tokio::test]
async fn a_redirect_is_named() {
    let world = World::new();
    let target = world.prepared().await;
    world.zitadel.inject(Fault::always(FaultKind::Answer {
        status: 301,
        headers: vec![("location".into(), "https://z.example/".into())],
        body: String::new(),
    }));
    let error = target.read(&mut |_| {}).await.unwrap_err();
    assert_eq!(error.kind, Kind::Misconfigured);
    assert!(error.what.contains("redirects to https://z.example/"), "{error}");
}

/// A personal access token works without a key, and says when it does not.
#[tokio::test]
async fn a_personal_access_token_serves() {
    let mut world = World::new();
    world.zitadel.add_user(nth(1));
    world.settings.credentials = Credentials::Token(world.zitadel.personal_access_token().into());
    let target = world.prepared().await;
    assert_eq!(read_all(&target).await.len(), 1);
    assert!(!target.requests().by_operation.contains_key("token"));

    world.settings.credentials = Credentials::Token("nothing".to_owned().into());
    let error = refused(&world).await;
    assert_eq!(
        (error.kind, error.error_id.as_deref()),
        (Kind::Unauthorized, Some("AUTH-7fs1e"))
    );
}

/// A server that takes the organization of the request for another one is not asked for anything more.
#[tokio::test]
async fn another_organization_than_was_asked_for_is_named() {
    let world = World::new();
    let other = r#"{"org":{"id":"999","name":"Other Org"}}"#;
    let answer = Fault::once("GET", "/management/v1/orgs/me", FaultKind::json(200, other));
    world.zitadel.inject(answer.times(u64::MAX));
    let error = refused(&world).await;
    assert_eq!(
        (error.kind, error.to_string(), error.hint.as_deref()),
        (
            Kind::Misconfigured,
            format!(
                "organization: asked for organization {}, and Zitadel answered with 999",
                world.zitadel.organization_id()
            ),
            Some("check `zitadel.organization_id`")
        )
    );
    let finding = &world.target().check().await[2];
    assert_eq!(finding.subject, "target zitadel: organization");
    assert!(finding.result.is_err());
}

/// Without knowing whose token it has, a run could remove the account that it runs as.
#[tokio::test]
async fn a_token_of_no_person_ends_the_run() {
    let mut world = World::new();
    world.settings.credentials = Credentials::Token(world.zitadel.personal_access_token().into());
    for nobody in ["{}", r#"{"user":{}}"#, r#"{"user":{"id":""}}"#] {
        let answer = Fault::once("GET", "/auth/v1/users/me", FaultKind::json(200, nobody));
        world.zitadel.inject(answer);
        let error = refused(&world).await;
        assert_eq!(
            (error.kind, error.to_string()),
            (
                Kind::Protocol,
                "own_account: Zitadel does not say whose token this is".to_owned()
            )
        );
    }
}

/// Each step of a check is independent, and says what to do if it fails.
#[tokio::test]
async fn check_names_each_step() {
    let mut world = World::new();
    world.zitadel.add_user(nth(1));
    world.settings.role = "Member".into();
    let findings = world.target().check().await;
    let got: Vec<_> = findings
        .iter()
        .map(|finding| (finding.subject.as_str(), finding.result.is_ok()))
        .collect();
    assert_eq!(
        got,
        [
            ("target zitadel: token", true),
            ("target zitadel: permissions", true),
            ("target zitadel: organization", true),
            ("target zitadel: role", false),
            ("target zitadel: users", true),
        ]
    );
    assert!(
        findings[3]
            .result
            .as_ref()
            .unwrap_err()
            .fix
            .as_ref()
            .unwrap()
            .contains("zitadel.role")
    );
}
