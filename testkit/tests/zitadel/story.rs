//! The recorded story, played against the double.

use crate::support;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use testkit::zitadel::{Access, Options, UserSeed, ZitadelDouble};

/// The recorder made one more user than its files show: nicknames count up from 6161 and 616a, between the
/// e-mails `sendCode` and `not-an-address`, is missing. The last list counts it.
pub(super) fn unrecorded_user() -> UserSeed {
    UserSeed {
        email: "mail.return@example.org".to_owned(),
        given_name: "Mail".to_owned(),
        family_name: "Return".to_owned(),
        nick_name: "616a".to_owned(),
        ..UserSeed::default()
    }
}

pub(super) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/recordings/zitadel/exchanges")
}

pub(super) struct Story {
    pub(super) zitadel: ZitadelDouble,
    pub(super) tokens: BTreeMap<&'static str, String>,
    pub(super) names: BTreeMap<String, String>,
}

impl Story {
    pub(super) fn start() -> Self {
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
    pub(super) fn play(&mut self, exchange: &Value) -> Result<(), String> {
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

pub(super) fn table(name: &str) -> String {
    std::fs::read_to_string(folder().join("..").join(name)).expect(name)
}

pub(super) fn call(zitadel: &ZitadelDouble, method: &str, path: &str, body: &Value) -> Value {
    let bearer = format!("Bearer {}", zitadel.personal_access_token());
    let reply = support::send(
        zitadel.port(),
        (method, path),
        &[("Authorization", &bearer)],
        body.to_string().as_bytes(),
    );
    reply.expect("an answer").json()
}
