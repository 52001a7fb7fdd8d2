//! Answers that are well formed and useless, too slow, or that repeat secrets.

mod hostile;

use std::time::{Duration, Instant};

use directory_sync::config::Credentials;
use directory_sync::model::{Check, Expected, TargetId, Value};
use directory_sync::target::{Retry, Target, TargetError, TargetErrorKind as Kind};
use serde_json::json;
use testkit::zitadel::{Fault, FaultKind, Options, ReadSide, UserSeed, Version};

use crate::target_contract::support::{LIST, World, ada, at, create, nth, person, read_all};

const GRANTS: &str = "/management/v1/users/grants/_search";
const ROLES: &str = "/management/v1/projects";
const REST: &str = "/v2/users";
const TOKEN: &str = "/oauth/v2/token";

/// What is no list although the status says that all is well.
const NO_LISTS: [&str; 6] = [
    r#"{"code":13,"message":"internal error"}"#,
    r#"{"code":"unavailable","message":"database is down"}"#,
    "{}",
    "[]",
    r#"{"result":[]}"#,
    r#"{"details":null}"#,
];

fn instead(path: &str, body: &str) -> Fault {
    Fault::once("POST", path, FaultKind::json(200, body)).times(u64::MAX)
}

/// Reads everything that a plan reads; the first error.
async fn read_everything(world: &World) -> Result<usize, TargetError> {
    let target = world.target().with_page_size(3.try_into().unwrap());
    target.prepare().await?;
    let mut ids = Vec::new();
    target.read(&mut |account| ids.push(account.target_id)).await?;
    let (localpart, value) = (at(&target, "localpart"), Value::text("no such localpart"));
    let expected = Expected::Value(localpart, &value);
    let expectations: Vec<_> = ids
        .iter()
        .map(|target_id| Check { target_id, expected })
        .collect();
    target.confirm(&expectations).await?;
    Ok(ids.len())
}

/// For any list, an answer that is not a list ends the run. It is never read as an empty list.
#[tokio::test]
async fn an_answer_that_is_no_list_is_an_error() {
    let metadata = "/management/v1/users/";
    for (version, paths) in [
        (Version::V4, vec![LIST, GRANTS, ROLES]),
        (Version::V2_64, vec![REST, GRANTS, ROLES, metadata]),
    ] {
        for path in paths {
            for skip in [0, 1] {
                for body in NO_LISTS {
                    let world = World::with(Options {
                        version,
                        ..Options::default()
                    });
                    world.zitadel.add_users((0..7).map(nth));
                    world.zitadel.inject(instead(path, body).after(skip));
                    if (path, skip) == (ROLES, 1) {
                        continue;
                    }
                    let error = read_everything(&world)
                        .await
                        .expect_err(&format!("{path} {body}"));
                    assert!(
                        matches!(error.kind, Kind::Protocol | Kind::Unreachable),
                        "{path} {skip} {body}: {error}"
                    );
                }
            }
        }
    }
}

/// The error that was sent instead of a list is reported in its own words.
#[tokio::test]
async fn an_error_instead_of_a_list_is_reported() {
    let world = World::new();
    world.zitadel.add_users((0..7).map(nth));
    let body = r#"{"code":7,"message":"No matching permissions found (AUTH-5mWD2)"}"#;
    world.zitadel.inject(instead(LIST, body).after(1));
    let error = read_everything(&world).await.unwrap_err();
    assert!(error.what.contains("No matching permissions found"), "{error}");
}

/// A page that the server, or something before it, leaves empty is asked for again, and ends the run if it stays so: the
/// server itself said how many there are.
#[tokio::test]
async fn fewer_accounts_than_announced_are_an_error() {
    const EMPTY: &str = r#"{"details":{"timestamp":"2026-11-24T06:00:00Z"}}"#;
    for times in [1, 2, u64::MAX] {
        let world = World::new();
        world.zitadel.add_users((0..7).map(nth));
        let target = world.paged(3).await;
        world.zitadel.inject(instead(LIST, EMPTY).times(times).after(1));
        let mut seen = Vec::new();
        let got = target
            .read(&mut |account| seen.push(account.target_id.to_string()))
            .await;
        if times == u64::MAX {
            let error = got.unwrap_err();
            assert_eq!((error.kind, error.operation), (Kind::Protocol, "list_users"));
            assert!(error.what.contains("3 of the 7"), "{error}");
        } else {
            got.unwrap_or_else(|error| panic!("{times}: {error}"));
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), 7, "{times}");
        }
    }
    let promised = r#"{"details":{"totalResult":"7","timestamp":"2026-11-24T06:00:00Z"}}"#;
    let world = World::new();
    let target = world.prepared().await;
    world.zitadel.inject(instead(LIST, promised));
    let error = target.read(&mut |_| {}).await.unwrap_err();
    assert!(error.what.contains("0 of the 7"), "{error}");
}

/// Lists of one page are compared with what the server says there is, too.
#[tokio::test]
async fn a_short_list_of_roles_is_an_error() {
    let world = World::new();
    let short = r#"{"details":{"totalResult":"2"},"result":[{"key":"User"}]}"#;
    world.zitadel.inject(instead(ROLES, short));
    let error = world.target().prepare().await.unwrap_err();
    assert_eq!((error.kind, error.operation), (Kind::Protocol, "project_roles"));
    assert!(error.what.contains("1 of the 2"), "{error}");
}

/// A server of v4.2 counts an account once for each of its metadata; that makes no list short.
#[tokio::test]
async fn totals_that_count_metadata_make_no_list_short() {
    let world = World::with(Options {
        version: Version::V4_2,
        ..Options::default()
    });
    let more = |n| UserSeed {
        metadata: (0..3).map(|key| (format!("k{key}"), b"v".to_vec())).collect(),
        ..nth(n)
    };
    world.zitadel.add_users((0..7).map(more));
    for rows in [3, 7, 100] {
        assert_eq!(read_all(&world.paged(rows).await).await.len(), 7, "{rows}");
    }
}

/// Accounts of another organization are ignored, whatever list shows them and whatever id they have.
#[tokio::test]
async fn an_account_of_another_organization_is_not_handed_over() {
    let world = World::new();
    let ours = world.zitadel.add_user(ada());
    let target = world.prepared().await;
    let foreign = format!(
        r#"{{"details":{{"totalResult":"1","timestamp":"2026-11-24T06:00:00Z"}},"result":[{{"userId":"{ours}",
        "details":{{"resourceOwner":"{}"}},"username":"ada@example.org","human":{{"profile":{{"givenName":"Ada",
        "familyName":"Lovelace","nickName":"616461"}},"email":{{"email":"ada@example.org","isVerified":true}}}}}}]}}"#,
        world.zitadel.other_organization_id()
    );
    world.zitadel.inject(instead(LIST, &foreign));
    assert_eq!(read_all(&target).await, []);
    let warnings = target.warnings(&[]);
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].reason.contains("other organizations"), "{warnings:?}");
    let somebody = person(&target, &[]);
    assert_eq!(
        target.not_listed(&[&somebody]).await.unwrap().len(),
        1,
        "by the grant, not by the list"
    );
    assert_eq!(target.accounts_with_id(&somebody, &[]).await.unwrap(), []);
    let error = target.accounts_with_login(&somebody).await.unwrap_err();
    assert!(error.what.contains("of another organization"), "{error}");
}

/// A user with a role who is in no list is read: accounts of another organization and machine users are not missing
/// accounts, and an answer about another user is refused.
#[tokio::test]
async fn a_hidden_account_is_ours_if_it_says_so_itself() {
    const STRANGERS: &str = "read_user: Zitadel answered about other accounts than it was asked about";
    let human = json!({"profile": {"givenName": "N", "familyName": "Th1", "nickName": "31"}});
    for (id, of_us, kind, wanted) in [
        (None, true, "human", Ok(1)),
        (None, false, "human", Ok(0)),
        (None, true, "machine", Ok(0)),
        (Some("1"), true, "human", Err(STRANGERS.to_owned())),
    ] {
        let world = World::new();
        world.zitadel.freeze_projection(ReadSide::Users);
        let hidden = world.zitadel.add_user(nth(1));
        let target = world.prepared().await;
        assert_eq!(read_all(&target).await, []);
        let organization = if of_us {
            world.zitadel.organization_id()
        } else {
            world.zitadel.other_organization_id()
        };
        let answer = json!({"user": {
            "userId": id.unwrap_or(&hidden), "username": "n1@example.org", "state": "USER_STATE_ACTIVE",
            "details": {"resourceOwner": organization}, kind: human,
        }});
        let answer = FaultKind::json(200, answer.to_string());
        let path = format!("/v2/users/{hidden}");
        world
            .zitadel
            .inject(Fault::once("GET", &path, answer).times(u64::MAX));
        let not_listed = target.not_listed(&[]).await;
        let found = not_listed.map(|accounts| accounts.len());
        assert_eq!(found.map_err(|error| error.to_string()), wanted, "{kind}");
        let lacks = target.list_is_incomplete().await;
        let wanted = wanted.map(|count| count > 0);
        assert_eq!(lacks.map_err(|error| error.to_string()), wanted, "{kind}");
    }
}

/// A creation with a success status and without an id is examined like one with a lost answer.
#[tokio::test]
async fn a_create_without_an_id_is_looked_into() {
    let world = World::new();
    let target = world.prepared().await;
    let lie = FaultKind::json(200, "{}");
    world.zitadel.inject(Fault::once("POST", "/v2/users/human", lie));
    let applied = create(&target, &person(&target, &[])).await.unwrap();
    let made = world.zitadel.users();
    assert_eq!(made.len(), 1);
    assert_eq!(applied.target_id, Some(TargetId::new(&*made[0].id)));
}

/// A proxy that does not wait for long pages gets shorter ones, of whatever list; so does a server that stays silent.
#[tokio::test]
async fn a_page_that_takes_too_long_gets_shorter() {
    for (version, path) in [
        (Version::V4, LIST),
        (Version::V2_64, REST),
        (Version::V4, GRANTS),
        (Version::V2_64, GRANTS),
    ] {
        for kind in [FaultKind::html(504), FaultKind::status(504)] {
            let world = World::with(Options {
                version,
                ..Options::default()
            });
            let count = world.zitadel.add_users((0..250).map(nth)).len();
            let target = world.target();
            world
                .zitadel
                .inject(Fault::once("POST", path, kind.clone()).times(2));
            target.prepare().await.unwrap();
            let accounts = read_all(&target).await;
            let with_role = accounts
                .iter()
                .filter(|account| !account.roles(target.schema()).is_empty());
            assert_eq!(
                (accounts.len(), with_role.count()),
                (count, count),
                "{version:?} {path} {kind:?}"
            );
            assert_eq!(target.requests().retried, 0);
        }
    }
    let world = World::new();
    world.zitadel.add_users((0..250).map(nth));
    let brief = Duration::from_millis(300);
    let target = world.prepared().await.with_silence(brief, brief).unwrap();
    let silent = FaultKind::Delay(Duration::from_secs(2));
    world.zitadel.inject(Fault::once("POST", LIST, silent).times(2));
    assert_eq!(read_all(&target).await.len(), 250);
    assert_eq!(target.requests().retried, 0);
}
