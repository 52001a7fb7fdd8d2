//! Plays what was recorded of requests at the same moment. The double gives other requests room between reading and
//! writing, as the real server does.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use testkit::udm::Options;

use crate::story::{Story, exchanges};
use crate::support::Reply;

/// Statuses that vary from run to run, by group: allowed ones, and one that must come.
const VARIES: [(&str, &[u16], u16); 3] = [
    ("8 patches with the same If-Match", &[204, 412], 204),
    ("delete one user 4 times", &[204, 400, 404], 204),
    // Lists that were made from an old state can be refused.
    ("8 whole lists for one group", &[204, 400], 204),
];

/// Whether a body is one of those that can come.
type Right = fn(&Value) -> bool;

/// Answers after a race, of which any of several is right, with a look at the one that came.
const RACES: [(&str, Right); 3] = [
    ("one of them is there", |body| {
        let text = body["properties"]["description"].as_str().unwrap_or_default();
        text.len() == 2 && text.starts_with('d')
    }),
    ("members of it", |body| {
        body["properties"]["users"]
            .as_array()
            .is_some_and(|list| !list.is_empty())
    }),
    ("members after the race", |body| {
        body["properties"]["users"]
            .as_array()
            .is_some_and(|list| list.len() == 8)
    }),
];

/// The recorded answers that name the user who got an identifier name this one.
const WINNER: &str = "z4";

fn group_of(exchange: &Value) -> &str {
    exchange["parallel"].as_str().unwrap_or_default()
}

/// Sends the requests of a group at the same moment.
fn send_together(story: &Story, group: &[&Value]) -> Vec<Reply> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = group
            .iter()
            .map(|exchange| scope.spawn(|| story.send(exchange)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("an answer"))
            .collect()
    })
}

fn count(statuses: impl Iterator<Item = u64>) -> BTreeMap<u64, usize> {
    let mut counts = BTreeMap::new();
    for status in statuses {
        *counts.entry(status).or_default() += 1;
    }
    counts
}

/// The statuses are those of the recording, in any order, and so is every answer with the status of its own request.
fn judge(story: &Story, group: &[&Value], replies: &[Reply]) -> Result<(), String> {
    let name = group_of(group[0]);
    if let Some((_, allowed, needed)) = VARIES.iter().find(|(varies, ..)| *varies == name) {
        let all = replies.iter().all(|reply| allowed.contains(&reply.status));
        let one = replies.iter().any(|reply| reply.status == *needed);
        let statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
        return if all && one {
            Ok(())
        } else {
            Err(format!("{statuses:?}"))
        };
    }
    let wanted = count(
        group
            .iter()
            .map(|exchange| exchange["response"]["status"].as_u64().unwrap_or_default()),
    );
    let given = count(replies.iter().map(|reply| u64::from(reply.status)));
    if wanted != given {
        return Err(format!("statuses {given:?} instead of {wanted:?}"));
    }
    for (exchange, reply) in group.iter().zip(replies) {
        if exchange["response"]["status"] == reply.status {
            story.judge("concurrency", exchange, reply)?;
        }
    }
    Ok(())
}

/// The one that won is another one than in the recording.
fn with_winner(exchange: &Value, winner: Option<&str>) -> Value {
    let Some(winner) = winner else {
        return exchange.clone();
    };
    let text = exchange.to_string().replace(WINNER, winner);
    serde_json::from_str(&text).expect("JSON")
}

fn play_one(story: &mut Story, exchange: &Value) -> Result<(), String> {
    let name = exchange["name"].as_str().unwrap_or_default();
    let Some((_, right)) = RACES.iter().find(|(race, _)| *race == name) else {
        return story.play("concurrency", exchange);
    };
    let body = story.send(exchange).json();
    if right(&body) {
        Ok(())
    } else {
        Err(body.to_string())
    }
}

/// Counts and outcomes are those of the recording, within what varies there.
#[test]
fn at_the_same_moment() {
    let mut story = Story::start(Options {
        race: Duration::from_millis(100),
        ..Options::default()
    });
    let list = exchanges("concurrency");
    let (mut faults, mut winner, mut played) = (Vec::new(), None, 0);
    for group in list.chunk_by(|a, b| !group_of(a).is_empty() && group_of(a) == group_of(b)) {
        played += group.len();
        let group: Vec<Value> = group
            .iter()
            .map(|exchange| with_winner(exchange, winner.as_deref()))
            .collect();
        let group: Vec<&Value> = group.iter().collect();
        let name = group[0]["name"].as_str().unwrap_or_default();
        if group_of(group[0]).is_empty() {
            faults.extend(
                play_one(&mut story, group[0])
                    .err()
                    .map(|error| format!("{name}: {error}")),
            );
            continue;
        }
        let replies = send_together(&story, &group);
        faults.extend(
            judge(&story, &group, &replies)
                .err()
                .map(|error| format!("{name}: {error}")),
        );
        if group_of(group[0]) == "8 creates with the same identifier" {
            let place = replies.iter().position(|reply| reply.status == 201);
            winner = place.map(|place| format!("z{place}"));
        }
    }
    assert!(
        faults.is_empty(),
        "{} answers differ:\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert_eq!(played, 129, "exchanges played");
}
