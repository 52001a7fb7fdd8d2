//! What the list does not show is asked for many at a time, and answered one by one only where it differs: what that costs.

use directory_sync::model::{TargetId, Value};
use directory_sync::target::zitadel::ZitadelTarget;
use directory_sync::target::{Check, Expected, Mismatch, Target, TargetErrorKind as Kind};
use testkit::zitadel::{Fault, FaultKind, Options, UserSeed, Version};

use crate::target_contract::support::{LIST, World, at, nth};

pub(crate) const METADATA: &str = "POST /management/v1/users/{userId}/metadata/_search";

pub(crate) fn ids(world: &World, count: usize) -> Vec<TargetId> {
    world
        .zitadel
        .add_users((0..count).map(nth))
        .into_iter()
        .map(TargetId::new)
        .collect()
}

pub(crate) async fn confirm(target: &ZitadelTarget, asked: &[(&TargetId, Expected<'_>)]) -> Vec<Mismatch> {
    let asked: Vec<_> = asked
        .iter()
        .map(|(target_id, expected)| Check {
            target_id,
            expected: *expected,
        })
        .collect();
    target.confirm(&asked).await.unwrap()
}

pub(crate) fn unmet(index: usize, current: Option<&str>) -> Mismatch {
    Mismatch {
        index,
        current: current.map(Value::text),
    }
}

/// Two hundred and fifty values that hold are three requests, and one that does not is two more.
#[tokio::test]
async fn values_are_asked_in_hundreds() {
    let world = World::new();
    let users = ids(&world, 250);
    let target = world.prepared().await;
    let localpart = at(&target, "localpart");
    let mut values: Vec<_> = (0..250).map(|n| Value::text(format!("lp{n}"))).collect();
    let asked = |values: &[Value]| -> Vec<_> {
        let pairs = users.iter().zip(values.to_vec());
        pairs.map(|(user, value)| (user.clone(), value)).collect()
    };
    let run = async |pairs: Vec<(TargetId, Value)>| {
        let asked: Vec<_> = pairs
            .iter()
            .map(|(user, value)| (user, Expected::Value(localpart, value)))
            .collect();
        confirm(&target, &asked).await
    };
    assert_eq!(run(asked(&values)).await, []);
    assert_eq!(world.zitadel.requests(), 3);

    world.zitadel.reset_counts();
    values[120] = Value::text("other");
    assert_eq!(run(asked(&values)).await, [unmet(120, Some("lp120"))]);
    let counts = world.zitadel.request_counts();
    assert_eq!(
        (counts[&format!("POST {LIST}")], counts.get(METADATA)),
        (4, Some(&1))
    );
}

/// Returns whether an account names another provider. One without a name belongs to any.
fn is_of_others(unmet: &Mismatch, ours: &[Value]) -> bool {
    unmet
        .current
        .as_ref()
        .is_some_and(|current| !ours.contains(current))
}

/// Who looks after accounts is asked of thousands at a time. What nothing shows is read from the account itself.
#[tokio::test]
async fn who_looks_after_accounts_is_asked_in_thousands() {
    for version in [Version::V4, Version::V4_2, Version::V2_64] {
        let world = World::with(Options {
            version,
            ..Options::default()
        });
        let looked_after_by = |n: usize| match n {
            0..100 => Some("ours"),
            100..300 => Some("theirs"),
            300..310 => Some("formerly ours"),
            310..312 => None,
            _ => Some("\u{e4}\u{20ac}"),
        };
        let seed = |n: usize| {
            let mut seed = nth(n);
            let name = looked_after_by(n).map(|name| ("directory-sync.provider".into(), name.into()));
            seed.metadata.extend(name);
            seed
        };
        let users = world.zitadel.add_users((0..313).map(seed));
        let users: Vec<_> = users.into_iter().map(TargetId::new).collect();
        let ours = ["formerly ours", "ours"].map(Value::text);
        let target = world.target().with_providers(ours.to_vec());
        target.prepare().await.unwrap();
        world.zitadel.reset_counts();
        let provider = at(&target, "provider");
        let asked: Vec<_> = users
            .iter()
            .map(|user| (user, Expected::Value(provider, &ours[1])))
            .collect();
        let mut answers = confirm(&target, &asked).await;
        answers.retain(|unmet| is_of_others(unmet, &ours));
        let theirs = (100..300).chain([312]);
        let wanted: Vec<_> = theirs.map(|n| unmet(n, looked_after_by(n))).collect();
        assert_eq!(answers, wanted, "{version:?}");
        let counts = world.zitadel.request_counts();
        let reads = counts.get(METADATA).copied();
        // A server without filters tells it account by account.
        let wanted = if version == Version::V2_64 { 313 } else { 23 };
        assert_eq!(reads, Some(wanted), "{counts:?}");
    }
}

/// A filter without results proves nothing: the accounts themselves are read.
#[tokio::test]
async fn a_filter_that_finds_no_person_gives_no_account_away() {
    let world = World::new();
    let seed = |n: usize| {
        let mut seed = nth(n);
        seed.metadata
            .push(("directory-sync.provider".into(), b"theirs".to_vec()));
        seed
    };
    let users = world.zitadel.add_users((0..60).map(seed));
    let users: Vec<_> = users.into_iter().map(TargetId::new).collect();
    let target = world.prepared().await;
    let provider = at(&target, "provider");
    let ours = [Value::text("ours")];
    let asked: Vec<_> = users
        .iter()
        .map(|user| (user, Expected::Value(provider, &ours[0])))
        .collect();
    let nobody = FaultKind::json(200, r#"{"details":{"totalResult":"0"},"result":[]}"#);
    world
        .zitadel
        .inject(Fault::once("POST", LIST, nobody).times(u64::MAX));
    let wanted: Vec<_> = (0..60).map(|n| unmet(n, Some("theirs"))).collect();
    let mut answers = confirm(&target, &asked).await;
    answers.retain(|unmet| is_of_others(unmet, &ours));
    assert_eq!(answers, wanted);
}

/// Whether a key is there is one request for thousands, naming those without it one more, and one tests the answer.
#[tokio::test]
async fn keys_are_asked_in_thousands() {
    let world = World::new();
    let users = ids(&world, 300);
    let bare = TargetId::new(world.zitadel.add_user(UserSeed {
        metadata: vec![],
        ..nth(999)
    }));
    let target = world.prepared().await;
    let (localpart, preferred) = (at(&target, "localpart"), at(&target, "preferred_username"));
    let mut asked: Vec<_> = users
        .iter()
        .map(|user| (user, Expected::Present(localpart)))
        .collect();
    asked.extend(users.iter().map(|user| (user, Expected::Absent(preferred))));
    assert_eq!(confirm(&target, &asked).await, []);
    assert_eq!(world.zitadel.requests(), 2);

    world.zitadel.reset_counts();
    asked.push((&bare, Expected::Present(localpart)));
    assert_eq!(confirm(&target, &asked).await, [unmet(600, None)]);
    assert_eq!(world.zitadel.requests(), 4);
}

/// An old server is asked once whether it can filter, and each user is read once for all that is asked about it.
#[tokio::test]
async fn an_old_server_is_read_user_by_user() {
    let world = World::with(Options {
        version: Version::V2_64,
        ..Options::default()
    });
    let users = ids(&world, 5);
    let target = world.prepared().await;
    let (localpart, preferred) = (at(&target, "localpart"), at(&target, "preferred_username"));
    let mut asked: Vec<_> = users
        .iter()
        .map(|user| (user, Expected::Present(localpart)))
        .collect();
    asked.extend(users.iter().map(|user| (user, Expected::Absent(preferred))));
    assert_eq!(confirm(&target, &asked).await, []);
    assert_eq!(world.zitadel.request_counts()[METADATA], 5);

    world.zitadel.reset_counts();
    assert_eq!(confirm(&target, &asked).await, []);
    assert_eq!(world.zitadel.requests(), 5);
}

/// A question that cannot be answered is an error: unknown is not the same as unmet.
#[tokio::test]
async fn no_answer_is_an_error() {
    let world = World::new();
    let users = ids(&world, 1);
    let target = world.prepared().await;
    world
        .zitadel
        .inject(Fault::always(FaultKind::not_found_without_id()));
    for expected in [
        Expected::Present(at(&target, "localpart")),
        Expected::Present(at(&target, "disabled_by")),
    ] {
        let asked = Check {
            target_id: &users[0],
            expected,
        };
        let error = target.confirm(&[asked]).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unreachable);
    }
}
