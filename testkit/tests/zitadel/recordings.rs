//! Plays the story that was recorded on a real server against the double and compares every answer.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::zitadel::{Options, UserSeed, ZitadelDouble};

use super::story::{Story, call, folder, table, unrecorded_user};

/// The files in the order of the story.
const ORDER: [&str; 14] = [
    "preflight",
    "list-users",
    "confirm-metadata",
    "metadata",
    "create-user",
    "phone-normalisation",
    "update-user",
    "lifecycle",
    "grants",
    "links",
    "events",
    "connect",
    "organization-metadata",
    "sessions",
];

/// Exchanges that cannot be imitated: file, name, reason.
const CANNOT: [(&str, &str, &str); 0] = [];

/// Number of exchanges in the story: a change of the recordings must be seen.
const EXCHANGES: usize = 251;

/// The double gives the recorded answer to every recorded request.
#[test]
fn recorded_story() {
    let mut story = Story::start();
    let mut played = 0;
    let mut faults = Vec::new();
    for topic in ORDER {
        let text = std::fs::read_to_string(folder().join(format!("{topic}.json"))).expect(topic);
        let file: Value = serde_json::from_str(&text).expect(topic);
        let exchanges = file["exchanges"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        assert!(!exchanges.is_empty(), "{topic}.json contains no exchange");
        for exchange in exchanges {
            let name = exchange["name"].as_str().unwrap_or_default();
            let cannot = CANNOT
                .iter()
                .any(|(file, what, _)| *file == topic && *what == name);
            match story.play(exchange) {
                Ok(()) if cannot => faults.push(format!("{topic}, {name}: can be imitated now")),
                Err(difference) if !cannot => faults.push(format!("{topic}, {name}: {difference}")),
                _ => {}
            }
            played += 1;
        }
        if topic == "create-user" {
            story.zitadel.add_user(unrecorded_user());
        }
    }
    assert!(
        faults.is_empty(),
        "{} of {played} answers differ:\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert_eq!(played, EXCHANGES, "exchanges played");
}

/// No recording lies in the folder without being played.
#[test]
fn every_file_is_part_of_the_story() {
    let names = std::fs::read_dir(folder())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path());
    let topics: BTreeSet<String> = names
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    assert_eq!(topics, ORDER.iter().map(|topic| (*topic).to_owned()).collect());
}

/// Names, user names, addresses and languages are stored as the real server stored them.
#[test]
fn recorded_texts() {
    let zitadel = ZitadelDouble::start(Options::default());
    let recorded = table("text-handling.txt");
    let mut lines = recorded.lines();
    let mut checked = 0;
    while let Some(line) = lines.next() {
        let Some(sent) = line.trim().strip_prefix("sent ") else {
            continue;
        };
        let stored = lines
            .next()
            .and_then(|line| line.trim().strip_prefix("stored "))
            .expect("stored");
        let sent: Value = serde_json::from_str(sent.trim()).expect("JSON");
        let stored: Value = serde_json::from_str(stored.trim()).expect("JSON");
        let body = json!({
            "username": sent["username"],
            "email": {"email": sent["email"], "isVerified": true},
            "profile": {
                "givenName": sent["givenName"],
                "familyName": sent["familyName"],
                "nickName": sent["nickName"],
                "displayName": sent["displayName"],
                "preferredLanguage": sent["preferredLanguage"],
            },
        });
        let created = call(&zitadel, "POST", "/v2/users/human", &body);
        let id = created["userId"]
            .as_str()
            .unwrap_or_else(|| panic!("{sent}: {created}"));
        let user = call(&zitadel, "GET", &format!("/v2/users/{id}"), &Value::Null)["user"].clone();
        let mut given = user["human"]["profile"].clone();
        given["username"] = user["username"].clone();
        given["loginNames"] = user["loginNames"].clone();
        given["email"] = user["human"]["email"]["email"].clone();
        assert_eq!(given, stored, "{sent}");
        checked += 1;
    }
    assert!(checked > 30, "only {checked} texts were checked");
}

/// The methods of the metadata key filter find what they found, mixed up as two of them are.
#[test]
fn recorded_metadata_methods() {
    let zitadel = ZitadelDouble::start(Options::default());
    zitadel.add_users((0..5).map(|n| {
        UserSeed {
            email: format!("mf{n}@example.org"),
            given_name: "Ann".to_owned(),
            family_name: "Bee".to_owned(),
            // The last one has none.
            metadata: (n < 4)
                .then(|| ("localpart".to_owned(), b"lp".to_vec()))
                .into_iter()
                .collect(),
            ..UserSeed::default()
        }
    }));
    let mut checked = 0;
    for line in table("metadata-filters.txt").lines() {
        let Some(rest) = line.strip_prefix("-- key method ") else {
            continue;
        };
        let words: Vec<&str> = rest.split_whitespace().collect();
        let [method, "key", key, ":", "200", "total", total] = words.as_slice() else {
            panic!("{line}")
        };
        let method = format!("TEXT_FILTER_METHOD_{method}");
        let query = json!({"queries": [{"metadataKeyFilter": {"key": key, "method": method}}]});
        let listed = call(&zitadel, "POST", "/v2/users", &query);
        assert_eq!(
            listed["details"]["totalResult"].as_str().unwrap_or("0"),
            *total,
            "{line}"
        );
        checked += 1;
    }
    assert_eq!(checked, 32);
}
