//! Pages that shift, repeat or break off.

use super::*;

/// An account that is added before the rows that were read shifts them, and no account is repeated.
#[tokio::test]
async fn an_account_added_meanwhile_repeats_no_person() {
    let world = World::new();
    world.zitadel.add_users((0..6).map(nth));
    let target = world.paged(3).await;
    let mut seen = Vec::new();
    let mut each = |account: Existing| {
        if seen.is_empty() {
            world.zitadel.add_user(UserSeed {
                id: Some("0".into()),
                ..nth(99)
            });
        }
        seen.push(account.login(target.schema()).to_owned());
    };
    target.read(&mut each).await.unwrap();
    let distinct: BTreeSet<_> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len(), "{seen:?}");
    assert!(seen.len() >= 6);
}

/// An account that is deleted shifts the rows in the other direction, and no account is missed, even if the list then
/// ends early.
#[tokio::test]
async fn an_account_deleted_meanwhile_hides_no_person() {
    for (count, deleted) in [(7, 2), (7, 1), (6, 2), (4, 2), (4, 3), (9, 3)] {
        let world = World::new();
        let ids = world.zitadel.add_users((0..count).map(nth));
        let target = world.paged(3).await;
        let mut seen = BTreeSet::new();
        let mut each = |account: Existing| {
            if seen.is_empty() {
                for id in &ids[..deleted] {
                    world.meddle("DELETE", &format!("/v2/users/{id}"));
                }
            }
            assert!(seen.insert(account.target_id.to_string()), "twice: {account:?}");
        };
        target.read(&mut each).await.unwrap();
        let missing: Vec<_> = ids[deleted..].iter().filter(|id| !seen.contains(*id)).collect();
        assert!(
            missing.is_empty(),
            "{deleted} of {count} deleted: {missing:?} are missing"
        );
    }
}

/// Accounts of an earlier page that are deleted between two pages shift the following rows: no account is missed.
#[tokio::test]
async fn accounts_deleted_between_two_pages_hide_no_person() {
    for (count, deleted) in [(7, 1), (7, 2), (6, 2), (4, 3), (10, 1), (10, 3)] {
        let world = World::new();
        let ids = world.zitadel.add_users((0..count).map(nth));
        let target = world.paged(3).await;
        for id in &ids[..deleted] {
            let path = format!("/v2/users/{id}");
            let second_page = ("POST", LIST, 1);
            world
                .zitadel
                .act_before_later(second_page, "DELETE", &path, json!({}));
        }
        let seen = read_all(&target).await.into_iter();
        let mut seen: Vec<_> = seen.map(|account| account.target_id.to_string()).collect();
        seen.sort();
        assert_eq!(seen, ids, "{deleted} of {count} deleted");
    }
}

/// A reply over the gateway's limit makes the pages smaller, for accounts and for grants.
#[tokio::test]
async fn a_reply_too_large_halves_the_page() {
    let world = World::with(Options {
        reply_cap: 4_000,
        ..Options::default()
    });
    let wanted = world.zitadel.add_users((0..40).map(nth));
    let target = world.target();
    target.prepare().await.unwrap();
    let got: Vec<_> = read_all(&target)
        .await
        .into_iter()
        .map(|account| account.target_id.to_string())
        .collect();
    assert_eq!(got, wanted);
}

/// An interrupted page is read again, and no account of it is passed on twice.
#[tokio::test]
async fn a_page_that_breaks_off_is_read_again() {
    let world = World::new();
    world.zitadel.add_users((0..5).map(nth));
    let target = world.prepared().await;
    for kind in [
        FaultKind::Reset,
        FaultKind::LoseReply,
        FaultKind::status(503),
        FaultKind::html(502),
    ] {
        world.zitadel.inject(Fault::once("POST", LIST, kind));
        assert_eq!(read_all(&target).await.len(), 5);
    }
    assert_eq!(target.requests().retried, 4);
}

/// Repeated pages are detected, whether the list is one page long, two, or many: no account counts as missing.
#[tokio::test]
async fn pages_that_come_again_end_the_run() {
    for version in [Version::V2_64, Version::V4_2, Version::V4] {
        for people in [6, 7, 12, 40] {
            for skip in [0, 1] {
                let world = World::with(Options {
                    version,
                    ..Options::default()
                });
                world.zitadel.add_users((0..people).map(nth));
                let target = world.paged(5).await;
                let path = if version == Version::V2_64 {
                    "/v2/users"
                } else {
                    LIST
                };
                let kept = Fault::once("POST", path, FaultKind::Kept).times(u64::MAX);
                world.zitadel.inject(kept.after(skip));
                let got = target.read(&mut |_| {}).await;
                // The second page of a list of two may be kept: it is the right one.
                if skip == 0 || people >= 12 {
                    let error = got.expect_err(&format!("{version:?} {people} {skip}"));
                    assert_eq!((error.kind, error.operation), (Kind::Protocol, "list_users"));
                    assert!(error.what.ends_with("the list has no end"), "{error}");
                    assert!(world.zitadel.requests() < 12, "{version:?} {people} {skip}");
                }
            }
        }
    }
}

/// A page of long before that comes again is noticed too.
#[tokio::test]
async fn an_early_page_that_comes_again_ends_the_run() {
    let world = World::new();
    world.zitadel.add_users((0..40).map(nth));
    let target = world.paged(5).await;
    let kept = Fault::once("POST", LIST, FaultKind::Kept);
    world.zitadel.inject(kept.clone());
    world.zitadel.inject(kept.after(3));
    let error = target.read(&mut |_| {}).await.unwrap_err();
    assert_eq!((error.kind, error.operation), (Kind::Protocol, "list_users"));
    assert!(error.what.contains("of an earlier page"), "{error}");
    assert_eq!(world.zitadel.requests(), 4);
}
