//! How fast a run is: no faster than it was told to be or than the server bears, and no longer than it may be.

use std::time::{Duration, Instant};

use testkit::people::{Person, to_csv};
use testkit::zitadel::{Fault, FaultKind, Matches, Options, ZitadelDouble};

use crate::program::Installation;

const CREATE: &str = "/v2/users/human";

/// So many new people.
fn load(people: usize, apply: &str) -> (ZitadelDouble, Installation) {
    let zitadel = ZitadelDouble::start(Options::default());
    let rest = format!("sources:\n  csv:\n    file_path: FOLDER/users.csv\napply: {{{apply}}}\n");
    let installation = Installation::new(&zitadel, &rest);
    let person = |n| Person::new(&format!("p{n}"), "Ada", &format!("Nr{n}"));
    let people: Vec<Person> = (0..people).map(person).collect();
    installation.write("users.csv", to_csv(&people));
    zitadel.reset_counts();
    (zitadel, installation)
}

fn complete(zitadel: &ZitadelDouble) -> usize {
    let users = zitadel.users();
    assert!(
        users.iter().all(|user| user.grants.len() == 1),
        "somebody lacks the role"
    );
    users.len()
}

/// One budget for the whole run: reads, tokens and writes wait for their turn alike.
#[test]
fn a_rate_limit_holds_for_every_request() {
    let (zitadel, installation) = load(5, "rate_limit: 50");
    for command in ["plan", "sync"] {
        zitadel.reset_counts();
        let started = Instant::now();
        let ran = installation.run(&[command]);
        assert_eq!(ran.exit, 0, "{ran:?}");
        let least = Duration::from_millis(20) * u32::try_from(zitadel.requests() - 1).unwrap();
        assert!(
            started.elapsed() >= least,
            "{} requests in {:?}",
            zitadel.requests(),
            started.elapsed()
        );
    }
    assert_eq!(complete(&zitadel), 5);
}

/// A requested pause is kept, and does not count as a try.
#[test]
fn the_time_that_the_server_asks_for_is_waited() {
    let (zitadel, installation) = load(3, "");
    zitadel.inject(Fault::once("POST", CREATE, FaultKind::too_many_requests(Some(1))));
    let started = Instant::now();
    let ran = installation.run(&["sync"]);
    assert_eq!((ran.exit, complete(&zitadel)), (0, 3), "{ran:?}");
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(zitadel.request_counts()["POST /v2/users/human"], 4);
}

/// After the deadline nothing new is started; what was is completed, the rest is named, and the next run does it.
#[test]
fn nothing_new_is_started_after_the_deadline() {
    let (zitadel, installation) = load(12, "deadline: 200ms, concurrency: {max: 1}");
    zitadel.inject(Fault::once("POST", CREATE, FaultKind::Delay(Duration::from_millis(150))).times(u64::MAX));
    let ran = installation.run(&["sync"]);
    let made = complete(&zitadel);
    assert!((1..12).contains(&made), "{made}");
    assert_eq!(ran.exit, 1, "{ran:?}");
    let left = format!("Incomplete: {made} created; {} not started.", 12 - made);
    assert!(ran.out.contains(&left), "{ran:?}");
    assert!(
        ran.out.contains("\nnot started: create ") && ran.out.contains(": `apply.deadline` had passed"),
        "{ran:?}"
    );
    zitadel.clear_faults();
    // Each run has as little time.
    assert!((0..12).any(|_| installation.run(&["sync"]).exit == 0));
    assert_eq!(complete(&zitadel), 12);
}

/// A server that refuses one request in ten gets fewer parallel requests than one that accepts all. All people get
/// their accounts in both cases.
#[test]
fn a_server_that_turns_requests_away_gets_fewer_at_once() {
    let most_at_once = |every: Option<usize>| {
        let (zitadel, installation) = load(80, "concurrency: {max: 8}");
        let slow = Fault {
            matches: Matches::Writes,
            ..Fault::always(FaultKind::Delay(Duration::from_millis(4)))
        };
        zitadel.inject(slow);
        for n in every.into_iter().flat_map(|every| (every..1000).step_by(every)) {
            zitadel.inject(Fault {
                matches: Matches::NthRequest(n as u64),
                ..Fault::always(FaultKind::too_many_requests(Some(0)))
            });
        }
        let ran = installation.run(&["sync"]);
        assert_eq!((ran.exit, complete(&zitadel)), (0, 80), "{ran:?}");
        let creates = zitadel
            .writes()
            .into_iter()
            .filter(|write| write.operation == "POST /v2/users/human");
        assert_eq!(creates.filter(|write| write.status == 200).count(), 80);
        zitadel.at_once().most
    };
    assert_eq!(most_at_once(None), 8);
    let strained = most_at_once(Some(10));
    assert!((2..=5).contains(&strained), "{strained}");
}
