//! Who holds which role, of many accounts: the server's pages of grants repeat some and miss others.

use std::collections::BTreeMap;

use directory_sync::model::{Existing, Ids, Schema};
use directory_sync::target::{Target, TargetErrorKind as Kind};
use serde_json::json;
use testkit::zitadel::{Fault, FaultKind, Options, Unordered, UserSeed, Version};

use crate::target_contract::support::{World, account_now, ada, deletion, nth, read_all};

const GRANTS: &str = "/management/v1/users/grants/_search";

fn world(version: Version, unordered: Unordered) -> World {
    World::with(Options {
        version,
        unordered,
        ..Options::default()
    })
}

/// People of whom each third has no role.
fn some_without(count: usize) -> impl Iterator<Item = UserSeed> {
    (0..count).map(|n| UserSeed {
        roles: if n % 3 == 0 { vec![] } else { vec!["User".into()] },
        ..nth(n)
    })
}

/// The accounts of which the roles are not as they were given.
fn wrong<'a>(schema: &Schema, accounts: &'a [Existing]) -> Vec<&'a str> {
    let number = |account: &Existing| {
        account.login(schema)[1..]
            .split('@')
            .next()
            .unwrap()
            .parse::<usize>()
    };
    let is_wrong = |account: &&Existing| {
        let held = !account.roles(schema).is_empty();
        held == (number(account).unwrap() % 3 == 0)
    };
    accounts
        .iter()
        .filter(is_wrong)
        .map(|account| account.login(schema))
        .collect()
}

/// For any order of the rows in pages, all roles are known, on servers of every age.
#[tokio::test]
async fn unordered_pages_of_grants_cost_no_person_a_role() {
    for version in [Version::V2_64, Version::V4_2, Version::V4] {
        for rows in [1, 2, 7, 39] {
            let world = world(version, Unordered::Shuffled);
            world.zitadel.add_users(some_without(60));
            let target = world.paged(rows).await;
            let accounts = read_all(&target).await;
            assert_eq!(
                (accounts.len(), wrong(target.schema(), &accounts)),
                (60, vec![]),
                "{version:?} {rows}"
            );
        }
    }
}

/// As many rows as a server reads with several workers.
#[tokio::test]
async fn roles_of_very_many_accounts_are_exact() {
    for (version, most) in [(Version::V4, 12), (Version::V2_64, 15_000)] {
        let world = world(version, Unordered::NewestFirst);
        world.zitadel.add_users(some_without(30_600));
        let target = world.prepared().await;
        let accounts = read_all(&target).await;
        assert_eq!(
            (accounts.len(), wrong(target.schema(), &accounts)),
            (30_600, vec![]),
            "{version:?}"
        );
        let asked = target.requests().by_operation;
        let of = |operation| asked.get(operation).copied().unwrap_or_default();
        assert!(of("list_grants") <= 12, "{version:?} {asked:?}");
        assert!(
            of("list_grants") + of("find_grant") <= most,
            "{version:?} {asked:?}"
        );
    }
}

/// What one page holds as a whole is asked for once; of more, each account is asked about once.
#[tokio::test]
async fn grants_cost_few_requests() {
    let world = world(Version::V4, Unordered::Shuffled);
    world.zitadel.add_users(some_without(60));
    for (rows, requests) in [(10_000, 1), (40, 1), (39, 2 + 2), (20, 2 + 3)] {
        world.zitadel.reset_counts();
        let target = world.target().with_page_size(rows.try_into().unwrap());
        target.prepare().await.unwrap();
        assert_eq!(read_all(&target).await.len(), 60);
        let asked = target.requests().by_operation["list_grants"];
        assert_eq!(asked, requests, "{rows} rows");
    }
}

/// An account that comes and goes while the pages are read does not make them wrong.
#[tokio::test]
async fn grants_may_come_and_go_meanwhile() {
    for version in [Version::V2_64, Version::V4] {
        let world = world(version, Unordered::Shuffled);
        let ids = world.zitadel.add_users(some_without(60));
        let target = world.target().with_page_size(7.try_into().unwrap());
        target.prepare().await.unwrap();
        world.meddle("DELETE", &format!("/v2/users/{}", ids[1]));
        world.zitadel.add_users(some_without(70).skip(60));
        let accounts = read_all(&target).await;
        let got: BTreeMap<_, _> = accounts
            .iter()
            .map(|account| (account.login(target.schema()), account))
            .collect();
        assert_eq!(
            (got.len(), wrong(target.schema(), &accounts)),
            (69, vec![]),
            "{version:?}"
        );
    }
}

/// A proxy that keeps answers makes the server answer about others than were asked about: that says nothing about anybody.
#[tokio::test]
async fn grants_of_others_than_were_asked_about_end_the_run() {
    for version in [Version::V2_64, Version::V4] {
        let world = world(version, Unordered::NewestFirst);
        world.zitadel.add_users(some_without(60));
        let kept = Fault::once("POST", GRANTS, FaultKind::Kept).times(u64::MAX);
        world.zitadel.inject(kept);
        let target = world.target().with_page_size(7.try_into().unwrap());
        let error = match target.prepare().await {
            Ok(()) => target.read(&mut |_| {}).await.unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(error.kind, Kind::Protocol, "{error}");
        let said = ["about other accounts", "contains 7 of the 40 items"];
        assert!(said.iter().any(|said| error.what.contains(said)), "{error}");
    }
}

/// An answer of one grant: of this user, on this project.
fn one_grant(user: &str, project: &str) -> FaultKind {
    let grant = json!({"id": "1", "userId": user, "projectId": project, "roleKeys": ["User"]});
    let details = json!({"totalResult": "1", "viewTimestamp": "2026-11-24T06:00:00Z"});
    FaultKind::json(200, json!({"details": details, "result": [grant]}).to_string())
}

/// The same for a complete answer: a role of another user is ignored, when roles are read and when they are read
/// again before a removal.
#[tokio::test]
async fn a_whole_answer_about_others_is_none() {
    const STRANGERS: &str = "Zitadel answered about other accounts than it was asked about";
    let world = world(Version::V4, Unordered::NewestFirst);
    let ids = world.zitadel.add_users(some_without(60));
    let before = world.zitadel.users();
    let stranger = one_grant("1", &world.zitadel.project_id());
    let target = world.paged(7).await;
    world
        .zitadel
        .inject(Fault::once("POST", GRANTS, stranger.clone()));
    let error = target.read(&mut |_| {}).await.unwrap_err();
    assert_eq!(error.to_string(), format!("list_grants: {STRANGERS}"));

    let target = world.prepared().await;
    let account = account_now(&target, &ids[0]).await;
    world.zitadel.inject(Fault::once("POST", GRANTS, stranger));
    let error = target
        .apply(&deletion(account), &Ids::default())
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), format!("find_grant: {STRANGERS}"));
    assert_eq!(world.zitadel.users(), before);
}

/// A role of the same name on another project is none of ours, whatever the server makes of the filter.
#[tokio::test]
async fn a_grant_on_another_project_gives_no_role() {
    let world = World::new();
    let id = world.zitadel.add_user(ada());
    let before = world.zitadel.users();
    let elsewhere = || one_grant(&id, "1");
    let target = world.prepared().await;
    let account = account_now(&target, &id).await;
    assert_eq!(account.roles(target.schema()), [Box::from("User")]);
    world.zitadel.inject(Fault::once("POST", GRANTS, elsewhere()));
    let error = target
        .apply(&deletion(account), &Ids::default())
        .await
        .unwrap_err();
    assert!(
        error.what.ends_with("it was not removed: it holds other roles"),
        "{error}"
    );
    assert_eq!(world.zitadel.users(), before);

    world
        .zitadel
        .inject(Fault::once("POST", GRANTS, elsewhere()).times(u64::MAX));
    let accounts = read_all(&world.prepared().await).await;
    let roles = |account: &Existing| account.roles(target.schema()).len();
    let roles: Vec<_> = accounts.iter().map(roles).collect();
    assert_eq!(roles, [0]);
}

/// A filter without results is not used.
#[tokio::test]
async fn a_filter_that_answers_no_person_is_not_used() {
    let world = world(Version::V4, Unordered::Shuffled);
    world.zitadel.add_users(some_without(60));
    let nobody = FaultKind::json(200, r#"{"details":{"viewTimestamp":"2026-11-24T06:00:00Z"}}"#);
    world.zitadel.inject(Fault::once("POST", GRANTS, nobody).after(1));
    let target = world.target().with_page_size(7.try_into().unwrap());
    target.prepare().await.unwrap();
    let accounts = read_all(&target).await;
    assert_eq!((accounts.len(), wrong(target.schema(), &accounts)), (60, vec![]));
    assert!(target.requests().by_operation["find_grant"] >= 20);
}
