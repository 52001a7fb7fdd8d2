//! `output.*`

use std::fs;

use figment::value::Value;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::config::read::Reader;
use crate::config::settings::OutputSettings;

/// The credentials for the targets, as values or as files.
const CREDENTIALS: [&str; 4] = [
    "zitadel.key",
    "zitadel.token",
    "zitadel.client_secret",
    "udm.password",
];

/// Reads `output.*`; `None` after a mistake.
pub(in crate::config) fn read(reader: &mut Reader<'_>) -> Option<OutputSettings> {
    let names = [("auto", None), ("show", Some(true)), ("hide", Some(false))];
    Some(OutputSettings {
        names: reader.choice("output.names", &names)?,
        names_key: names_key(reader),
    })
}

/// The same for each command of a configuration, also for one without a target. Unreadable files are reported
/// elsewhere.
fn names_key(reader: &Reader<'_>) -> SecretString {
    let mut secrets: Vec<Vec<u8>> = Vec::new();
    for key in CREDENTIALS {
        secrets.extend(text(reader, key).map(|secret| secret.as_bytes().to_vec()));
        let file = text(reader, &format!("{key}_file"));
        secrets.extend(file.and_then(|file| fs::read(file).ok()));
    }
    if secrets.iter().all(Vec::is_empty) {
        // A constant key would hide nothing. With a random one, hashes are only valid for one run.
        return Uuid::new_v4().to_string().into();
    }
    hex::encode(Sha256::digest(secrets.concat())).into()
}

fn text<'a>(reader: &'a Reader<'_>, key: &str) -> Option<&'a str> {
    match reader.layers.value(key)? {
        Value::String(_, text) => Some(text),
        _ => None,
    }
}
