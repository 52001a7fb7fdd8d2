//! Plays the stories that were recorded on a real server against the double and compares every answer.

use std::collections::BTreeSet;

use testkit::udm::Options;

use crate::story::{Story, exchanges, folder};

/// The files of the first story in its order, with the number of their exchanges.
const FIRST: [(&str, usize); 18] = [
    ("templates", 5),
    ("auth", 17),
    ("routing", 42),
    ("ou", 24),
    ("create-user", 100),
    ("duplicates", 38),
    ("read", 16),
    ("search", 49),
    ("modify", 87),
    ("rename", 28),
    ("move", 21),
    ("delete", 21),
    ("group-create", 70),
    ("group-members", 60),
    ("group-rename", 41),
    ("group-nesting", 38),
    ("large-group", 13),
    ("links", 7),
];

/// Plays a file; gives what differs.
fn play(story: &mut Story, topic: &str, count: usize) -> Vec<String> {
    let list = exchanges(topic);
    let mut faults = Vec::new();
    for exchange in &list {
        let name = exchange["name"].as_str().unwrap_or_default();
        if let Err(difference) = story.play(topic, exchange) {
            faults.push(format!("{topic}, {name}: {difference}"));
        }
    }
    if list.len() != count {
        faults.push(format!("{topic}: {} exchanges instead of {count}", list.len()));
    }
    faults
}

/// The double gives the recorded answer to every request of the first story.
#[test]
fn first_story() {
    let mut story = Story::start(Options::default());
    let mut faults = Vec::new();
    for (topic, count) in FIRST {
        faults.extend(play(&mut story, topic, count));
    }
    assert!(
        faults.is_empty(),
        "{} answers differ:\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert_eq!(
        FIRST.iter().map(|(_, count)| count).sum::<usize>(),
        677,
        "exchanges played"
    );
}

/// Refused values stay locked for five minutes of the server's clock.
#[test]
fn locks() {
    let faults = play(&mut Story::start(Options::default()), "locks", 54);
    assert!(
        faults.is_empty(),
        "{} answers differ:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// No recording lies in the folder without being played.
#[test]
fn every_file_is_played() {
    let names = std::fs::read_dir(folder())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path());
    let topics: BTreeSet<String> = names
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    let played = FIRST
        .iter()
        .map(|(topic, _)| *topic)
        .chain(["locks", "concurrency", "outages"]);
    assert_eq!(topics, played.map(str::to_owned).collect());
}
