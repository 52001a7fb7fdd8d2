//! How requests follow each other: by few connections, several at once, and no more in a second than allowed.

use std::time::{Duration, Instant};

use testkit::udm::{Fault, FaultKind, Matches, Options};

use super::stage::{Stage, id, row};

const PEOPLE: u32 = 40;

/// Each write takes the server a while, so that those that wait for nothing overlap.
fn slow_writes() -> Fault {
    Fault {
        matches: Matches::Writes,
        skip: 0,
        times: u64::MAX,
        kind: FaultKind::Delay(Duration::from_millis(20)),
    }
}

fn rows(lastname: &str) -> String {
    let one = |n| format!("{},p{n},First,{lastname},,,\n", id(n));
    (1..=PEOPLE).map(one).collect()
}

/// Creates, changes and deletions of people run side by side, as many as are allowed, and by that many connections.
#[test]
fn writes_are_not_one_after_the_other_and_connections_are_kept() {
    const AT_ONCE: usize = 4;
    let stage = Stage::new(&rows("Last"));
    stage.reconfigure(
        "guard:",
        "policy: {absent: delete}\napply: {concurrency: {min: 4, max: 4}}\nguard:",
    );
    stage.udm.inject(slow_writes());
    let leavers: String = row(1, "p1");
    for people in [rows("Last"), rows("Changed"), leavers] {
        stage.people(&people);
        stage.sync();
        assert_eq!(
            stage.udm.most_at_once(),
            AT_ONCE,
            "{:?}",
            stage.udm.request_counts()
        );
        let connections = stage.udm.connections();
        assert!(connections <= AT_ONCE, "{connections} connections");
        assert!(stage.writes().len() >= PEOPLE as usize - 1);
    }
}

/// Without settings, the number of requests at once follows the server.
#[test]
fn requests_at_once_adapt() {
    let stage = Stage::new(&rows("Last"));
    stage.udm.inject(slow_writes());
    stage.sync();
    let most = stage.udm.most_at_once();
    assert!((2..=8).contains(&most), "{most}");
}

/// A server with one process gets few requests at once, although the first change also creates the container.
#[test]
fn a_first_load_does_not_queue_up() {
    let options = Options {
        work: Duration::from_millis(60),
        ..Options::default()
    };
    let stage = Stage::with(options, &rows("Last"));
    stage.sync();
    let most = stage.udm.most_at_once();
    assert!((2..=6).contains(&most), "{most}");
}

/// No more requests are sent in a second than the settings allow, whatever else would be possible.
#[test]
fn the_rate_limit_holds() {
    const RATE: u32 = 50;
    let stage = Stage::new(&rows("Last"));
    stage.reconfigure("guard:", "apply: {rate_limit: 50}\nguard:");
    let began = Instant::now();
    stage.sync();
    let requests = u32::try_from(stage.udm.requests()).unwrap();
    // The first ones may come at once.
    let least = Duration::from_secs(1) * requests.saturating_sub(RATE) / RATE;
    let took = began.elapsed();
    assert!(
        requests > PEOPLE && took >= least,
        "{requests} requests in {took:?}"
    );
}
