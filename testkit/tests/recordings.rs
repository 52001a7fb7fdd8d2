//! Plays the story that was recorded on a real server against the double and compares every answer.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Value, json};
use testkit::zitadel::{Access, Options, UserSeed, ZitadelDouble};

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

/// The recorder made one more user than its files show: nicknames count up from 6161 and 616a, between the
/// e-mails `sendCode` and `not-an-address`, is missing. The last list counts it.
fn unrecorded_user() -> UserSeed {
    UserSeed {
        email: "mail.return@example.org".to_owned(),
        given_name: "Mail".to_owned(),
        family_name: "Return".to_owned(),
        nick_name: "616a".to_owned(),
        ..UserSeed::default()
    }
}

/// Number of exchanges in the story: a change of the recordings must be seen.
const EXCHANGES: usize = 251;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/recordings/zitadel/exchanges")
}

struct Story {
    zitadel: ZitadelDouble,
    tokens: BTreeMap<&'static str, String>,
    names: BTreeMap<String, String>,
}

impl Story {
    fn start() -> Self {
        let zitadel = ZitadelDouble::start(Options {
            organization: "Recorder 1795493316".to_owned(),
            ..Options::default()
        });
        let nobody = zitadel.add_service_user("nobody", &Access::Nothing);
        let owner = zitadel.owner();
        let names = [
            ("org", zitadel.organization_id()),
            ("otherOrg", zitadel.other_organization_id()),
            ("project", zitadel.project_id()),
            ("idp", zitadel.idp_id()),
            ("syncUser", zitadel.service_user_id()),
            ("nobodyUser", nobody.id),
            ("ownerUser", owner.id),
        ];
        let tokens = [
            ("sync", zitadel.personal_access_token()),
            ("nobody", nobody.token),
            ("owner", owner.token),
            ("broken", "broken".to_owned()),
        ];
        Self {
            tokens: tokens.into_iter().collect(),
            names: names
                .into_iter()
                .map(|(name, id)| (name.to_owned(), id))
                .collect(),
            zitadel,
        }
    }

    /// Replaces `${name}` by ids, and ids that exist nowhere by one that does not.
    fn fill(&self, text: &str) -> String {
        let mut text = text.replace("<id>", "999999999999999999");
        for (name, id) in &self.names {
            text = text.replace(&format!("${{{name}}}"), id);
        }
        text
    }

    /// Sends one exchange and gives what differs from the recording.
    fn play(&mut self, exchange: &Value) -> Result<(), String> {
        let request = &exchange["request"];
        let method = request["method"].as_str().unwrap_or_default();
        let path = self.fill(request["path"].as_str().unwrap_or_default());
        let body = match &request["body"] {
            Value::Null => String::new(),
            Value::String(raw) => raw.clone(),
            json => self.fill(&json.to_string()),
        };
        let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        if let Some(token) = request["as"].as_str().and_then(|caller| self.tokens.get(caller)) {
            headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
        }
        for (name, value) in request["headers"].as_object().into_iter().flatten() {
            headers.push((name.clone(), self.fill(value.as_str().unwrap_or_default())));
        }
        let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let reply = support::send(self.zitadel.port(), (method, &path), &headers, body.as_bytes())
            .map_err(|error| error.to_string())?;
        let answer = reply.json();
        for (name, place) in exchange["bind"].as_object().into_iter().flatten() {
            let pointer = format!("/{}", place.as_str().unwrap_or_default().replace('.', "/"));
            let id = answer.pointer(&pointer).and_then(Value::as_str);
            let id = id.ok_or_else(|| format!("nothing to bind `{name}` to in {answer}"))?;
            self.names.insert(name.clone(), id.to_owned());
        }
        let expected = &exchange["response"];
        if expected["status"] != reply.status {
            return Err(format!(
                "status {} instead of {}: {answer}",
                reply.status, expected["status"]
            ));
        }
        for (name, value) in expected["headers"].as_object().into_iter().flatten() {
            if reply.headers.get(name).map(String::as_str) != value.as_str() {
                return Err(format!(
                    "header {name}: {:?} instead of {value}",
                    reply.headers.get(name)
                ));
            }
        }
        let mut expected = expected["body"].clone();
        let mut answer = answer;
        if path.ends_with("/grants/_search") {
            // The server gives these rows in no order.
            self.sort_by_id(&mut expected);
            self.sort_by_id(&mut answer);
        }
        self.compare(&expected, &answer, "")
    }

    fn sort_by_id(&self, body: &mut Value) {
        if let Some(rows) = body["result"].as_array_mut() {
            rows.sort_by_key(|row| self.fill(row["id"].as_str().unwrap_or_default()));
        }
    }

    fn compare(&self, expected: &Value, answer: &Value, place: &str) -> Result<(), String> {
        let differs = || Err(format!("at {place}: {answer} instead of {expected}"));
        match (expected, answer) {
            (Value::Object(wanted), Value::Object(given)) => {
                let keys: BTreeSet<&String> = wanted.keys().chain(given.keys()).collect();
                for key in keys {
                    let (Some(wanted), Some(given)) = (wanted.get(key), given.get(key)) else {
                        return Err(format!(
                            "at {place}/{key}: {:?} instead of {:?}",
                            given.get(key),
                            wanted.get(key)
                        ));
                    };
                    self.compare(wanted, given, &format!("{place}/{key}"))?;
                }
                Ok(())
            }
            (Value::Array(wanted), Value::Array(given)) if wanted.len() == given.len() => {
                for (index, (wanted, given)) in wanted.iter().zip(given).enumerate() {
                    self.compare(wanted, given, &format!("{place}/{index}"))?;
                }
                Ok(())
            }
            (Value::String(wanted), Value::String(given)) => {
                let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
                let same = match wanted.as_str() {
                    "<timestamp>" => {
                        given.len() >= 20 && given.ends_with('Z') && given.as_bytes()[10] == b'T'
                    }
                    "<sequence>" => digits(given),
                    "<id>" => digits(given) && given.len() == 18,
                    "<token>" => !given.is_empty() && !given.contains(char::is_whitespace),
                    _ => self.fill(wanted) == *given,
                };
                if same { Ok(()) } else { differs() }
            }
            _ if expected == answer => Ok(()),
            _ => differs(),
        }
    }
}

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
        assert!(!exchanges.is_empty(), "{topic}.json holds no exchange");
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

fn table(name: &str) -> String {
    std::fs::read_to_string(folder().join("..").join(name)).expect(name)
}

fn call(zitadel: &ZitadelDouble, method: &str, path: &str, body: &Value) -> Value {
    let bearer = format!("Bearer {}", zitadel.personal_access_token());
    let reply = support::send(
        zitadel.port(),
        (method, path),
        &[("Authorization", &bearer)],
        body.to_string().as_bytes(),
    );
    reply.expect("an answer").json()
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
