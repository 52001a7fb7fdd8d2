//! What the list does not show is asked for many at a time, and answered one by one only where it differs.

use std::time::Duration;

use directory_sync::config::{Link, MetadataCheck};
use directory_sync::model::{TargetId, Value};
use directory_sync::target::zitadel::ZitadelTarget;
use directory_sync::target::{Expectation, Expected, Target, TargetErrorKind as Kind, Unmet};
use testkit::zitadel::{Fault, FaultKind, Options, UserSeed, Version};

use super::support::{LIST, World, at, disable, nth};

const METADATA: &str = "POST /management/v1/users/{userId}/metadata/_search";

fn worlds() -> Vec<World> {
    [Version::V2_64, Version::V4_2, Version::V4]
        .map(|version| {
            World::with(Options {
                version,
                ..Options::default()
            })
        })
        .into()
}

fn ids(world: &World, count: usize) -> Vec<TargetId> {
    world
        .zitadel
        .add_users((0..count).map(nth))
        .into_iter()
        .map(TargetId::new)
        .collect()
}

async fn confirm(target: &ZitadelTarget, asked: &[(&TargetId, Expected<'_>)]) -> Vec<Unmet> {
    let asked: Vec<_> = asked
        .iter()
        .map(|(target_id, expected)| Expectation {
            target_id,
            expected: *expected,
        })
        .collect();
    target.confirm(&asked).await.unwrap()
}

fn unmet(index: usize, current: Option<&str>) -> Unmet {
    Unmet {
        index,
        current: current.map(Value::text),
    }
}

/// Every kind of question is answered alike by servers that can filter and by those that cannot.
#[tokio::test]
async fn answers_are_the_same_on_every_server() {
    for world in worlds() {
        let users = ids(&world, 3);
        let long = world.zitadel.add_user(UserSeed {
            metadata: vec![("preferred_username".into(), vec![b'x'; 300])],
            ..nth(7)
        });
        let (long, gone) = (TargetId::new(long), TargetId::new("123"));
        let target = world.prepared().await;
        disable(&target, users[2].as_str()).await.unwrap();
        let (localpart, preferred) = (at(&target, "localpart"), at(&target, "preferred_username"));
        let values = ["lp0", "other", &"x".repeat(300), &"y".repeat(300)].map(Value::text);

        let got = confirm(
            &target,
            &[
                (&users[0], Expected::Value(localpart, &values[0])),
                (&users[1], Expected::Value(localpart, &values[1])),
                (&users[0], Expected::Value(preferred, &values[0])),
                (&long, Expected::Value(preferred, &values[2])),
                (&long, Expected::Value(preferred, &values[3])),
                (&users[0], Expected::Present(localpart)),
                (&long, Expected::Present(localpart)),
                (&users[0], Expected::Absent(preferred)),
                (&users[1], Expected::Absent(localpart)),
                (&users[2], Expected::DisabledByUs),
                (&users[1], Expected::DisabledByUs),
                (&gone, Expected::Value(localpart, &values[0])),
                (&gone, Expected::Absent(localpart)),
                // The same question about the same user, with another answer.
                (&users[0], Expected::Value(localpart, &values[1])),
            ],
        )
        .await;
        let long_text = "x".repeat(300);
        assert_eq!(
            got,
            [
                unmet(1, Some("lp1")),
                unmet(2, None),
                unmet(4, Some(&long_text)),
                unmet(6, None),
                unmet(8, Some("lp1")),
                unmet(10, None),
                unmet(11, None),
                unmet(13, Some("lp0")),
            ]
        );
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

/// Whether a key is there is one request for thousands, and naming those without it one more.
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
    assert_eq!(world.zitadel.requests(), 3);
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
        Expected::DisabledByUs,
    ] {
        let asked = Expectation {
            target_id: &users[0],
            expected,
        };
        let error = target.confirm(&[asked]).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unreachable);
    }
}

/// Nothing to ask is nothing to send.
#[tokio::test]
async fn nothing_is_asked_for_nothing() {
    let world = World::new();
    let target = world.prepared().await;
    assert_eq!(confirm(&target, &[]).await, []);
    assert_eq!(world.zitadel.requests(), 0);
}

const LINKS: &str = "POST /v2/users/{userId}/links/_search";
const EVENTS: &str = "POST /admin/v1/events/_search";

fn worlds_of_old() -> World {
    World::with(Options {
        version: Version::V2_64,
        ..Options::default()
    })
}

/// People as they are after years: some were made, changed and changed back, some were never ours.
fn lived(world: &World, count: usize) -> Vec<TargetId> {
    let idp = world.zitadel.idp_id();
    let seed = |n: usize| UserSeed {
        metadata: vec![
            ("localpart".into(), format!("lp{n}").into_bytes()),
            ("preferred_username".into(), format!("name{n}").into_bytes()),
        ],
        links: if n % 2 == 0 {
            vec![(idp.clone(), format!("ext-{n}"), String::new())]
        } else {
            vec![]
        },
        ..nth(n)
    };
    let users = world.zitadel.add_users((0..count).map(seed));
    users.into_iter().map(TargetId::new).collect()
}

/// Everything is asked about everybody; who differs differs in the same way on every server, by whichever way it was read.
#[tokio::test]
async fn the_event_log_answers_like_the_accounts() {
    let mut answers = Vec::new();
    for (version, viewer) in [
        (Version::V2_64, false),
        (Version::V2_64, true),
        (Version::V4, true),
        (Version::V4, false),
    ] {
        let mut world = World::with(Options {
            version,
            ..Options::default()
        });
        world.settings.sso_login = true;
        world.settings.link = Link::Existing;
        if viewer {
            world.zitadel.let_service_user_view_instance();
        }
        let users = lived(&world, 700);
        let target = world.prepared().await;
        let (localpart, preferred, link) = (
            at(&target, "localpart"),
            at(&target, "preferred_username"),
            at(&target, "idp_link"),
        );
        world.meddle(
            "DELETE",
            &format!(
                "/management/v1/users/{}/metadata/preferred_username",
                users[3].as_str()
            ),
        );
        world.meddle(
            "DELETE",
            &format!(
                "/v2/users/{}/links/{}/ext-4",
                users[4].as_str(),
                world.zitadel.idp_id()
            ),
        );
        disable(&target, users[5].as_str()).await.unwrap();
        world.zitadel.reset_counts();

        let names: Vec<_> = (0..700)
            .map(|n| Value::text(format!("name{}", n + usize::from(n == 9))))
            .collect();
        let links: Vec<_> = (0..700)
            .map(|n| Value::text(format!("EXT-{}", n + usize::from(n == 8))))
            .collect();
        let asked: Vec<_> = (0..700)
            .flat_map(|n| {
                [
                    (&users[n], Expected::Value(preferred, &names[n])),
                    (&users[n], Expected::Present(localpart)),
                    (&users[n], Expected::NotDisabledByUs),
                    (&users[n], Expected::Value(link, &links[n])),
                ]
            })
            .collect();
        answers.push(confirm(&target, &asked).await);
        let counts = world.zitadel.request_counts();
        let count = |name: &str| counts.get(name).copied().unwrap_or_default();
        // With events: one page holds a thousand, and half of it is read again; the rest is asked of those that differ.
        let single = if viewer {
            (0, 0)
        } else {
            (if version == Version::V2_64 { 700 } else { 3 }, 700)
        };
        assert_eq!((count(METADATA), count(LINKS)), single, "{version:?} {viewer}");
        assert!(count(EVENTS) <= if viewer { 8 } else { 1 }, "{counts:?}");
    }
    let wanted: Vec<Unmet> = (0..700)
        .flat_map(|n| {
            let mut unmets = Vec::new();
            if n == 3 {
                unmets.push(unmet(4 * n, None));
            }
            if n == 9 {
                unmets.push(unmet(4 * n, Some("name9")));
            }
            if n == 5 {
                unmets.push(unmet(4 * n + 2, Some("directory-sync")));
            }
            if n == 4 || n % 2 == 1 {
                unmets.push(unmet(4 * n + 3, None));
            }
            if n == 8 {
                unmets.push(unmet(4 * n + 3, Some("ext-8")));
            }
            unmets
        })
        .collect();
    for answer in answers {
        assert_eq!(answer, wanted);
    }
}

/// A log that was cut says nothing about accounts that are older: they are read one by one.
#[tokio::test]
async fn a_cut_event_log_is_not_trusted() {
    let world = worlds_of_old();
    world.zitadel.let_service_user_view_instance();
    let old = ids(&world, 60);
    world.zitadel.forget_events();
    let young = world.zitadel.add_users((60..200).map(nth));
    let young: Vec<_> = young.into_iter().map(TargetId::new).collect();
    let target = world.prepared().await;
    let localpart = at(&target, "localpart");
    let asked: Vec<_> = old
        .iter()
        .chain(&young)
        .map(|user| (user, Expected::Present(localpart)))
        .collect();
    assert_eq!(confirm(&target, &asked).await, []);
    let counts = world.zitadel.request_counts();
    assert_eq!((counts[EVENTS], counts[METADATA]), (1, 60));
}

/// Whether an account may be activated again is never left to the log.
#[tokio::test]
async fn a_mark_that_gives_access_back_is_read_from_the_account() {
    let world = worlds_of_old();
    world.zitadel.let_service_user_view_instance();
    let users = ids(&world, 120);
    let target = world.prepared().await;
    disable(&target, users[7].as_str()).await.unwrap();
    world.zitadel.reset_counts();
    let mut asked: Vec<_> = users
        .iter()
        .map(|user| (user, Expected::Present(at(&target, "localpart"))))
        .collect();
    asked.push((&users[7], Expected::DisabledByUs));
    assert_eq!(confirm(&target, &asked).await, []);
    assert_eq!(world.zitadel.request_counts()[METADATA], 1);
}

/// `skip` on a server that cannot be asked about many accounts costs nothing for active ones; and whom an administrator
/// blocked stays blocked, although an old mark was left on the account.
#[tokio::test]
async fn skipping_gives_no_account_back_by_an_old_mark() {
    let mut world = worlds_of_old();
    world.settings.metadata = MetadataCheck::Skip;
    let users = ids(&world, 120);
    let target = world.prepared().await;
    for user in &users[..3] {
        disable(&target, user.as_str()).await.unwrap();
    }
    // One was activated by hand and blocked much later; one was changed by hand while it was deactivated.
    world.meddle("POST", &format!("/v2/users/{}/reactivate", users[1].as_str()));
    world.zitadel.advance_clock(Duration::from_secs(3_600));
    world.meddle("POST", &format!("/v2/users/{}/deactivate", users[1].as_str()));
    world.meddle("POST", &format!("/v2/users/{}/reactivate", users[2].as_str()));
    world.meddle("POST", &format!("/v2/users/{}/deactivate", users[2].as_str()));
    world.zitadel.reset_counts();
    let mut asked: Vec<_> = users
        .iter()
        .map(|user| (user, Expected::NotDisabledByUs))
        .collect();
    asked.extend(users[..3].iter().map(|user| (user, Expected::DisabledByUs)));
    let got = confirm(&target, &asked).await;
    assert_eq!(got, [unmet(121, None), unmet(122, None)]);
    let counts = world.zitadel.request_counts();
    assert_eq!((counts[METADATA], counts["GET /v2/users/{userId}"]), (3, 3));
}
