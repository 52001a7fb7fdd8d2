//! Events of accounts, read from the event log instead of each account.

use std::time::Duration;

use directory_sync::config::{Link, MetadataCheck};
use directory_sync::model::{TargetId, Value};
use directory_sync::target::zitadel::ZitadelTarget;
use directory_sync::target::{Expected, Mismatch, Target as _};
use testkit::zitadel::{Fault, FaultKind, Options, UserSeed, Version};

use super::confirm::{METADATA, confirm, ids, unmet};
use crate::target_contract::support::{World, at, disable, nth};

const PEOPLE: usize = 700;
const LINKS: &str = "POST /v2/users/{userId}/links/_search";
const EVENTS: &str = "POST /admin/v1/events/_search";

fn of_old() -> World {
    World::with(Options {
        version: Version::V2_64,
        ..Options::default()
    })
}

/// People as they are after years: some were made, changed and changed back, some were never ours.
fn lived(world: &World) -> Vec<TargetId> {
    let idp = world.zitadel.idp_id();
    let seed = |n: usize| UserSeed {
        metadata: vec![
            ("localpart".into(), format!("lp{n}").into_bytes()),
            ("preferred_username".into(), format!("name{n}").into_bytes()),
            ("note".into(), b"of somebody else".to_vec()),
        ],
        links: if n.is_multiple_of(2) {
            vec![(idp.clone(), format!("ext-{n}"), String::new())]
        } else {
            vec![]
        },
        ..nth(n)
    };
    let users = world.zitadel.add_users((0..PEOPLE).map(seed));
    users.into_iter().map(TargetId::new).collect()
}

/// What is expected of the n-th of them, and is not so for the fourth, fifth, eighth and ninth.
struct Wanted {
    names: Vec<Value>,
    links: Vec<Value>,
}

impl Wanted {
    fn new() -> Self {
        let text = |what: &str, odd: usize| {
            (0..PEOPLE)
                .map(|n| Value::text(format!("{what}{}", n + usize::from(n == odd))))
                .collect()
        };
        Self {
            names: text("name", 9),
            links: text("EXT-", 8),
        }
    }

    /// Four questions about each.
    fn checks<'a>(
        &'a self,
        target: &ZitadelTarget,
        users: &'a [TargetId],
    ) -> Vec<(&'a TargetId, Expected<'a>)> {
        let [localpart, preferred, link, mark] =
            ["localpart", "preferred_username", "idp_link", "disabled_by"].map(|name| at(target, name));
        (0..PEOPLE)
            .flat_map(|n| {
                [
                    Expected::Value(preferred, &self.names[n]),
                    Expected::Present(localpart),
                    Expected::Absent(mark),
                    Expected::Value(link, &self.links[n]),
                ]
                .map(|expected| (&users[n], expected))
            })
            .collect()
    }

    fn answers() -> Vec<Mismatch> {
        let of = |n: usize| match n {
            3 => vec![unmet(4 * n, None), unmet(4 * n + 3, None)],
            4 => vec![unmet(4 * n + 3, None)],
            5 => vec![unmet(4 * n + 2, Some("directory-sync")), unmet(4 * n + 3, None)],
            8 => vec![unmet(4 * n + 3, Some("ext-8"))],
            9 => vec![unmet(4 * n, Some("name9")), unmet(4 * n + 3, None)],
            _ if n % 2 == 1 => vec![unmet(4 * n + 3, None)],
            _ => vec![],
        };
        (0..PEOPLE).flat_map(of).collect()
    }
}

/// Things that happened to some accounts after they were made.
async fn live_on(world: &World, target: &ZitadelTarget, users: &[TargetId]) {
    let key = format!(
        "/management/v1/users/{}/metadata/preferred_username",
        users[3].as_str()
    );
    world.meddle("DELETE", &key);
    let idp = world.zitadel.idp_id();
    world.meddle(
        "DELETE",
        &format!("/v2/users/{}/links/{idp}/ext-4", users[4].as_str()),
    );
    disable(target, users[5].as_str()).await.unwrap();
    world.zitadel.reset_counts();
}

/// Everything is checked for all accounts. Differences are the same on every server, in every way of reading.
#[tokio::test]
async fn the_event_log_answers_like_the_accounts() {
    let everybody = PEOPLE as u64;
    for (version, viewer, metadata, links) in [
        (Version::V2_64, false, everybody, everybody),
        (Version::V2_64, true, 0, 0),
        (Version::V4, true, 0, 0),
        // Those that the filters found: one differs, one lacks a key, one has a mark.
        (Version::V4, false, 3, everybody),
    ] {
        let mut world = World::with(Options {
            version,
            ..Options::default()
        });
        (world.settings.sso_login, world.settings.link) = (true, Link::Existing);
        if viewer {
            world.zitadel.let_service_user_view_instance();
        }
        let users = lived(&world);
        if version == Version::V2_64 {
            world.zitadel.overlap_events();
        }
        let target = world.prepared().await;
        live_on(&world, &target, &users).await;
        let wanted = Wanted::new();
        let got = confirm(&target, &wanted.checks(&target, &users)).await;
        assert_eq!(got, Wanted::answers(), "{version:?} {viewer}");
        let counts = world.zitadel.request_counts();
        let count = |name: &str| counts.get(name).copied().unwrap_or_default();
        assert_eq!(
            (count(METADATA), count(LINKS)),
            (metadata, links),
            "{version:?} {viewer}"
        );
        // A page holds a thousand of them, and half of it is read again.
        assert!(count(EVENTS) <= if viewer { 8 } else { 1 }, "{counts:?}");
    }
}

/// A log that was cut says nothing about accounts that are older: they are read one by one.
#[tokio::test]
async fn a_cut_event_log_is_not_trusted() {
    let world = of_old();
    world.zitadel.let_service_user_view_instance();
    let old = ids(&world, 60);
    world.zitadel.forget_events();
    let young = world.zitadel.add_users((60..200).map(nth));
    let young: Vec<_> = young.into_iter().map(TargetId::new).collect();
    let target = world.prepared().await;
    // What is shown of this one begins after the cut.
    disable(&target, old[3].as_str()).await.unwrap();
    world.zitadel.reset_counts();
    let localpart = at(&target, "localpart");
    let asked: Vec<_> = old
        .iter()
        .chain(&young)
        .map(|user| (user, Expected::Present(localpart)))
        .collect();
    assert_eq!(confirm(&target, &asked).await, []);
    let counts = world.zitadel.request_counts();
    // The second page, half of the first, shows that there are no more.
    assert_eq!((counts[EVENTS], counts[METADATA]), (2, 60));
}

/// Whether an account may be activated again is never left to the log.
#[tokio::test]
async fn a_mark_that_gives_access_back_is_read_from_the_account() {
    let world = of_old();
    world.zitadel.let_service_user_view_instance();
    let users = ids(&world, 120);
    let target = world.prepared().await;
    disable(&target, users[7].as_str()).await.unwrap();
    world.zitadel.reset_counts();
    let mut asked: Vec<_> = users
        .iter()
        .map(|user| (user, Expected::Present(at(&target, "localpart"))))
        .collect();
    asked.push((&users[7], Expected::Present(at(&target, "disabled_by"))));
    assert_eq!(confirm(&target, &asked).await, []);
    assert_eq!(world.zitadel.request_counts()[METADATA], 1);
}

/// `skip` on a server that cannot answer for many accounts sends no requests for active ones. An account that an
/// administrator blocked stays blocked, although an old mark was left on it.
#[tokio::test]
async fn skipping_gives_no_account_back_by_an_old_mark() {
    let mut world = of_old();
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
    let mark = at(&target, "disabled_by");
    let mut asked: Vec<_> = users.iter().map(|user| (user, Expected::Absent(mark))).collect();
    asked.extend(users[..3].iter().map(|user| (user, Expected::Present(mark))));
    let got = confirm(&target, &asked).await;
    assert_eq!(got, [unmet(121, None), unmet(122, None)]);
    let counts = world.zitadel.request_counts();
    assert_eq!((counts[METADATA], counts["GET /v2/users/{userId}"]), (3, 3));
}

/// A page in the middle of the log that is empty is no end of it: the accounts themselves are asked then.
#[tokio::test]
async fn an_empty_page_of_the_event_log_is_not_its_end() {
    let mut world = of_old();
    (world.settings.sso_login, world.settings.link) = (true, Link::Existing);
    world.zitadel.let_service_user_view_instance();
    let users = lived(&world);
    let wanted = Wanted::new();
    let target = world.prepared().await;
    let checks = wanted.checks(&target, &users);
    let told = confirm(&target, &checks).await;
    assert_eq!(target.requests().by_operation.get("read_metadata"), None);
    for (body, one_by_one) in [
        ("{}", users.len() as u64),
        (r#"{"events":[]}"#, users.len() as u64),
        // An error that may pass: the page is asked for again.
        (r#"{"code":13,"message":"database is down"}"#, 0),
    ] {
        let target = world.prepared().await;
        let empty = FaultKind::json(200, body);
        let log = Fault::once("POST", "/admin/v1/events/_search", empty);
        world.zitadel.inject(log.after(1));
        assert_eq!(confirm(&target, &checks).await, told, "{body}");
        let asked = target.requests().by_operation;
        let asked = asked.get("read_metadata").copied().unwrap_or_default();
        assert_eq!(asked, one_by_one, "{body}");
        world.zitadel.clear_faults();
    }
}
