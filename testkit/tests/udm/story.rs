//! Sends recorded requests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use testkit::udm::{Options, UdmDouble};

use crate::compare::{Cut, Names};
use crate::support::{Reply, send};

/// Polls of one progress before something must be wrong.
const POLLS: usize = 20;

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/recordings/udm-rest/exchanges")
}

/// The exchanges of a file.
pub(crate) fn exchanges(topic: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(folder().join(format!("{topic}.json"))).expect(topic);
    let mut file: Value = serde_json::from_str(&text).expect(topic);
    let list = file["exchanges"].take();
    list.as_array().cloned().unwrap_or_default()
}

/// A double and what was bound on the way.
pub(crate) struct Story {
    pub(crate) udm: UdmDouble,
    pub(crate) names: Names,
    /// Progresses that were answered with 303.
    done: BTreeSet<String>,
}

impl Story {
    pub(crate) fn start(options: Options) -> Self {
        let udm = UdmDouble::start(options);
        let base = format!("http://127.0.0.1:{}", udm.port());
        Self {
            names: Names {
                base,
                bound: BTreeMap::new(),
            },
            udm,
            done: BTreeSet::new(),
        }
    }

    /// Sends one exchange and gives what differs from the recording.
    pub(crate) fn play(&mut self, topic: &str, exchange: &Value) -> Result<(), String> {
        if let Some(seconds) = exchange["sleep_before"].as_u64() {
            self.udm.advance_clock(Duration::from_secs(seconds));
        }
        let mut reply = self.send(exchange);
        let path = exchange["request"]["path"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if exchange["polled"] == true {
            if self.done.contains(&path) {
                return Ok(());
            }
            for _ in 0..POLLS {
                if exchange["response"]["status"] == reply.status {
                    break;
                }
                reply = self.send(exchange);
            }
        }
        if reply.status == 303 {
            self.done.insert(path);
        }
        self.bind(exchange, &reply);
        let early = exchange["note"]
            .as_str()
            .is_some_and(|note| note.contains("may already be done"));
        if early && reply.status == 303 {
            return Ok(());
        }
        self.judge(topic, exchange, &reply)
    }

    /// Sends the request of an exchange.
    pub(crate) fn send(&self, exchange: &Value) -> Reply {
        let request = &exchange["request"];
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        headers.insert("accept".to_owned(), "application/json".to_owned());
        let caller = request["as"].as_str().unwrap_or_default();
        if let Some(credentials) = credentials(caller) {
            headers.insert("authorization".to_owned(), credentials);
        }
        let body = match &request["body"] {
            Value::Null => Vec::new(),
            Value::String(raw) => raw.clone().into_bytes(),
            json => self.names.fill_body(json).to_string().into_bytes(),
        };
        if !request["body"].is_null() {
            headers.insert("content-type".to_owned(), "application/json".to_owned());
        }
        for (name, value) in request["headers"].as_object().into_iter().flatten() {
            let name = name.to_lowercase();
            match value.as_str() {
                Some(value) => {
                    let value = self.names.fill(value).replace("<etag>", &"0".repeat(40));
                    headers.insert(name, value);
                }
                None => _ = headers.remove(&name),
            }
        }
        let path = self.names.fill(request["path"].as_str().unwrap_or_default());
        let path = path.replace("<uuid>", "00000000-0000-4000-8000-000000000000");
        let path = quoted(&path, "/?&=%+,*()[]:~-._!'");
        let method = request["method"].as_str().unwrap_or_default();
        let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        send(self.udm.port(), (method, &path), &headers, &body).expect("an answer")
    }

    /// Remembers what later exchanges name.
    pub(crate) fn bind(&mut self, exchange: &Value, reply: &Reply) {
        for (name, place) in exchange["bind"].as_object().into_iter().flatten() {
            let place = place.as_str().unwrap_or_default();
            let value = if let Some(header) = place.strip_prefix("header:") {
                let (header, last) = header
                    .split_once(", last segment")
                    .map_or((header, false), |(header, _)| (header, true));
                let value = reply.headers.get(header).cloned();
                value.map(|value| if last { last_segment(&value) } else { value })
            } else {
                let body = reply.json();
                let value = place.split('.').fold(&body, |value, key| &value[key]);
                value.as_str().map(str::to_owned)
            };
            if let Some(value) = value {
                self.names.bound.insert(name.clone(), value);
            }
        }
    }

    /// Compares an answer with the recorded one.
    pub(crate) fn judge(&self, topic: &str, exchange: &Value, reply: &Reply) -> Result<(), String> {
        let (wanted, note) = (
            &exchange["response"],
            exchange["note"].as_str().unwrap_or_default(),
        );
        let body = String::from_utf8_lossy(&reply.body).into_owned();
        if wanted["status"] != reply.status {
            return Err(format!(
                "status {} instead of {}: {body}",
                reply.status, wanted["status"]
            ));
        }
        for (name, value) in wanted["headers"].as_object().into_iter().flatten() {
            let value = self.names.fill(value.as_str().unwrap_or_default());
            let given = reply.headers.get(name).map(String::as_str).unwrap_or_default();
            if name != "last-modified" && !self.names.text_fits(&value, given) {
                return Err(format!("header {name}: {given:?} instead of {value:?}"));
            }
        }
        if note.contains("left out") || note.contains("another JPEG") {
            return Ok(());
        }
        let cut_body = note.contains("cut");
        let cut = Cut {
            properties: cut_body || !exchange["shows_properties"].is_null(),
            body: cut_body,
            links: !matches!(topic, "templates" | "links"),
        };
        let given =
            serde_json::from_str(&body).unwrap_or(if body.is_empty() { Value::Null } else { body.into() });
        self.names.compare(&wanted["body"], &given, cut)
    }
}

fn last_segment(address: &str) -> String {
    address.rsplit('/').next().unwrap_or_default().to_owned()
}

/// The header of a caller of the recordings; nothing for none.
fn credentials(caller: &str) -> Option<String> {
    let (name, password) = match caller {
        "none" => return None,
        "malformed" => return Some("Basic %%%".to_owned()),
        "bearer" => return Some("Bearer abc".to_owned()),
        "administrator" => ("Administrator", "univention"),
        "upper" => ("ADMINISTRATOR", "univention"),
        "plain" => ("plain", "univention"),
        "wrong" => ("cn=admin", "wrong"),
        "unknown" => ("nobody-there", "x"),
        "empty" => ("cn=admin", ""),
        _ => ("cn=admin", "univention"),
    };
    Some(basic(name, password))
}

/// `Basic …`
pub(crate) fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}

/// Percent-encodes all but letters, digits, `_.-~` and what is safe.
pub(crate) fn quoted(text: &str, safe: &str) -> String {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) || safe.as_bytes().contains(&byte);
    let quote = |byte: u8| {
        if plain(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(quote).collect()
}
