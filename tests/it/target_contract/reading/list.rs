//! Every account once, with any changes in the meantime and any interruption of replies.

mod pages;

use std::collections::BTreeSet;
use std::time::Duration;

use directory_sync::config::Credentials;
use directory_sync::model::{Existing, Lifecycle};
use directory_sync::target::{Target, TargetErrorKind as Kind};
use serde_json::json;
use testkit::zitadel::{Fault, FaultKind, Options, UserSeed, UserState, Version};

use crate::target_contract::support::{LIST, World, ada, delete, nth, read_all};

/// Only what an administrator switched off is disabled; a nickname that is no hex is no id; other
/// organizations and machines are not ours.
#[tokio::test]
async fn states_nicknames_and_strangers() {
    let world = World::new();
    let states = [
        (UserState::Active, Lifecycle::Active),
        (UserState::Inactive, Lifecycle::Disabled),
        (UserState::Locked, Lifecycle::Active),
        (UserState::Initial, Lifecycle::Active),
    ];
    for (n, (state, _)) in states.iter().enumerate() {
        world.zitadel.add_user(UserSeed {
            state: Some(*state),
            nick_name: "Adi".into(),
            roles: vec![],
            ..nth(n)
        });
    }
    world.zitadel.add_user(UserSeed {
        organization: Some(world.zitadel.other_organization_id()),
        roles: vec![],
        ..ada()
    });
    let target = world.prepared().await;

    let accounts = read_all(&target).await;
    let got: Vec<_> = accounts.iter().map(|account| account.lifecycle).collect();
    assert_eq!(got, states.map(|(_, lifecycle)| lifecycle));
    let schema = target.schema();
    for account in accounts {
        assert_eq!(
            (&account.id, account.id_text(schema), account.roles(schema).len()),
            (&None, "Adi", 0)
        );
    }
}

/// Pages of every size return every account once, on servers of every age. They are as full as possible: each row is
/// requested once, and the overlap of pages needs no extra page.
#[tokio::test]
async fn pages_contain_everyone_once_and_are_full() {
    for (version, transports) in [(Version::V2_64, 2), (Version::V4_2, 1), (Version::V4, 1)] {
        let world = World::with(Options {
            version,
            ..Options::default()
        });
        let wanted: BTreeSet<_> = world.zitadel.add_users((0..20).map(nth)).into_iter().collect();
        for (rows, pages) in [(10_000, 1), (20, 1), (19, 2), (10, 2), (5, 4), (1, 20)] {
            let target = world.paged(rows).await;
            let accounts = read_all(&target).await;
            let got: BTreeSet<_> = accounts
                .iter()
                .map(|account| account.target_id.to_string())
                .collect();
            assert_eq!((accounts.len(), &got), (20, &wanted), "{version:?}, {rows} rows");
            let with_role = |account: &Existing| account.roles(target.schema()).len() == 1;
            assert!(accounts.iter().all(with_role));
            let counts = world.zitadel.request_counts();
            let lists = [LIST, "/v2/users"].map(|path| counts.get(&format!("POST {path}")));
            let lists: u64 = lists.into_iter().flatten().sum();
            // One request more shows an old server's age.
            assert_eq!(lists, pages + transports - 1, "{version:?}, {rows} rows");
        }
    }
}

/// The service account's own account is known as such.
#[tokio::test]
async fn the_own_account_is_protected() {
    let mut world = World::new();
    let ids = world.zitadel.add_users((0..2).map(nth));
    world.settings.credentials = Credentials::Token(world.zitadel.personal_access_token().into());
    let me = FaultKind::json(200, format!(r#"{{"user":{{"id":"{}"}}}}"#, ids[1]));
    world.zitadel.inject(Fault::once("GET", "/auth/v1/users/me", me));
    let accounts = read_all(&world.prepared().await).await;
    let protected: Vec<_> = accounts.iter().map(Existing::is_protected).collect();
    assert_eq!(protected, [false, true]);
}

/// A list that cannot be read to its end is an error, and never a short list.
#[tokio::test]
async fn garbage_is_an_error() {
    // Compressed, garbage is a reply that broke off, and so asked for again.
    for (version, kind) in [(Version::V2_64, Kind::Protocol), (Version::V4, Kind::Unreachable)] {
        let world = World::with(Options {
            version,
            ..Options::default()
        });
        world.zitadel.add_users((0..5).map(nth));
        let target = world.prepared().await;
        for path in [LIST, "/v2/users"] {
            if version == Version::V4 || path != LIST {
                let garbage = Fault::once("POST", path, FaultKind::Garbage);
                world.zitadel.inject(garbage.times(u64::MAX));
            }
        }
        let error = target.read(&mut |_| {}).await.unwrap_err();
        assert_eq!(error.kind, kind, "{version:?}");
    }
}

/// Who speaks Connect is asked there, compressed; who does not is known by the answer and asked once.
#[tokio::test]
async fn the_answer_decides_between_connect_and_rest() {
    let refusals = [
        None,
        Some(FaultKind::json(404, r#"{"code":5,"message":"Not Found"}"#)),
        Some(FaultKind::html(403)),
        Some(FaultKind::status(405)),
    ];
    for refusal in refusals {
        let world = World::new();
        world.zitadel.add_users((0..7).map(nth));
        let target = world.paged(3).await;
        let (connect, rest) = if let Some(kind) = &refusal {
            world
                .zitadel
                .inject(Fault::once("POST", LIST, kind.clone()).times(u64::MAX));
            (1, 3)
        } else {
            (3, 0)
        };
        assert_eq!(read_all(&target).await.len(), 7, "{refusal:?}");
        let counts = world.zitadel.request_counts();
        let of = |path: &str| counts.get(&format!("POST {path}")).copied().unwrap_or_default();
        assert_eq!((of(LIST), of("/v2/users")), (connect, rest), "{refusal:?}");
    }
}

/// A server that lost its way has not lost Connect.
#[tokio::test]
async fn a_server_in_trouble_still_speaks_connect() {
    let world = World::new();
    world.zitadel.add_user(nth(1));
    let target = world.prepared().await;
    for kind in [
        FaultKind::not_found_without_id(),
        FaultKind::status(503),
        FaultKind::Reset,
    ] {
        world.zitadel.inject(Fault::once("POST", LIST, kind));
    }
    assert_eq!(read_all(&target).await.len(), 1);
    assert_eq!(world.zitadel.request_counts().get("POST /v2/users"), None);
}

/// A reply that is interrupted after some accounts is requested again, and no account is repeated.
#[tokio::test]
async fn a_reply_that_breaks_off_repeats_no_person() {
    let world = World::new();
    world.zitadel.add_users((0..4_000).map(nth));
    for skip in [0, 1] {
        let target = world.paged(2_000).await;
        world
            .zitadel
            .inject(Fault::once("POST", LIST, FaultKind::Garbage).after(skip));
        let accounts = read_all(&target).await;
        let distinct: BTreeSet<_> = accounts.iter().map(|account| &account.target_id).collect();
        assert_eq!((accounts.len(), distinct.len()), (4_000, 4_000));
        assert_eq!(target.requests().retried, 1);
    }
}

/// A reply whose items never end is stopped after the requested number, for any list.
#[tokio::test]
async fn a_reply_without_end_is_ended() {
    for version in [Version::V2_64, Version::V4] {
        let world = World::with(Options {
            version,
            ..Options::default()
        });
        world.zitadel.add_users((0..7).map(nth));
        let path = if version == Version::V4 { LIST } else { "/v2/users" };
        let target = world.paged(50).await;
        world
            .zitadel
            .inject(Fault::once("POST", path, FaultKind::Endless));
        let mut handed_over = 0;
        let error = target.read(&mut |_| handed_over += 1).await.unwrap_err();
        assert_eq!((error.kind, error.operation), (Kind::Protocol, "list_users"));
        assert!(error.what.contains("more than the 51 items"), "{error}");
        assert_eq!(handed_over, 7);

        let grants = "/management/v1/users/grants/_search";
        world
            .zitadel
            .inject(Fault::once("POST", grants, FaultKind::Endless));
        let error = world.target().prepare().await.unwrap_err();
        assert_eq!((error.kind, error.operation), (Kind::Protocol, "list_grants"));
    }
}

/// A page of very many people may take long before its first byte; nothing else may.
#[tokio::test]
async fn only_lists_may_be_silent_for_long() {
    let world = World::new();
    let id = world.zitadel.add_user(nth(1));
    let target = world
        .prepared()
        .await
        .with_silence(Duration::from_millis(40), Duration::from_secs(600))
        .unwrap();
    let late = || FaultKind::Delay(Duration::from_millis(250));
    world.zitadel.inject(Fault::once("POST", LIST, late()));
    assert_eq!(read_all(&target).await.len(), 1);
    assert_eq!(target.requests().retried, 0);

    world.zitadel.inject(Fault::always(late()));
    let error = delete(&target, &id).await.unwrap_err();
    assert_eq!((error.kind, error.operation), (Kind::Unreachable, "read_user"));
}
