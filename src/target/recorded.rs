//! The refusals of recorded servers. Their messages must be legible, and name nobody.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::model::{BEGIN, END, hide_known};

/// Fields of requests that identify a person or a group.
const IDENTIFYING: [&str; 15] = [
    "displayName",
    "e-mail",
    "email",
    "familyName",
    "firstname",
    "givenName",
    "lastname",
    "mailAlternativeAddress",
    "mailPrimaryAddress",
    "name",
    "nickName",
    "phone",
    "userName",
    "username",
    "users",
];

/// A request that the server refused.
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    /// What identifies the object of the request.
    values: Vec<String>,
}

/// All refusals in the recordings of a target, a folder below `tests/recordings`.
pub(super) fn refusals(target: &str) -> Vec<Refused> {
    let recordings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let entries = fs::read_dir(recordings.join(target).join("exchanges")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let stories = paths.filter(|path| path.extension().is_some_and(|end| end == "json"));
    let stories = stories.map(|file| {
        let story: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        story["exchanges"].as_array().unwrap().clone()
    });
    stories
        .flatten()
        .filter_map(|exchange| refused(&exchange))
        .collect()
}

fn refused(exchange: &Value) -> Option<Refused> {
    let status = exchange["response"]["status"].as_u64()?;
    let status = u16::try_from(status).ok().filter(|status| *status >= 400)?;
    let mut values = Vec::new();
    collect(&exchange["request"]["body"], &IDENTIFYING, &mut values);
    values.extend(names_in(exchange["request"]["path"].as_str()?));
    let body = match &exchange["response"]["body"] {
        Value::Null => Vec::new(),
        body => serde_json::to_vec(body).ok()?,
    };
    Some(Refused { status, body, values })
}

/// No value of a request is readable in its error, and all words of the server are, but `hidden`.
#[track_caller]
pub(super) fn assert_legible(refusals: &[Refused], error: impl Fn(&Refused) -> String, hidden: &[&str]) {
    let mut found: BTreeSet<String> = BTreeSet::new();
    for refused in refusals {
        let masked = hide_known(&error(refused), &refused.values);
        let [shown, covered] = words(&masked);
        let is_value = |word: &str| {
            refused
                .values
                .iter()
                .any(|value| value.eq_ignore_ascii_case(word))
        };
        let left: Vec<&&str> = shown.iter().filter(|word| is_value(word)).collect();
        assert!(left.is_empty(), "{left:?} in {masked}");
        let own = covered.into_iter();
        let own = own.filter(|word| !is_value(word) && !word.contains(['=', '@']));
        found.extend(own.map(str::to_owned));
    }
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), hidden);
}

/// The texts of these fields, at any depth.
fn collect(value: &Value, fields: &[&str], texts: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                if fields.contains(&name.as_str()) {
                    let several = value
                        .as_array()
                        .map_or(std::slice::from_ref(value), Vec::as_slice);
                    texts.extend(several.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                collect(value, fields, texts);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, fields, texts)),
        _ => {}
    }
}

/// The entry in a path, and its own name.
fn names_in(path: &str) -> Vec<String> {
    let path = percent_decode_str(path).decode_utf8_lossy();
    let last = path.split('?').next().and_then(|path| path.rsplit('/').next());
    let Some((_, own)) = last.and_then(|last| last.split_once('=')) else {
        return Vec::new();
    };
    let own = own.split(',').next().unwrap_or_default();
    vec![last.unwrap_or_default().to_owned(), own.to_owned()]
}

/// The words outside and inside of the marks.
fn words(masked: &str) -> [Vec<&str>; 2] {
    let is_part = |c: char| c.is_alphanumeric() || "@.-_=,+ä".contains(c);
    let words = |text: &'_ str| -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut from = None;
        for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
            match (is_part(c), from) {
                (true, None) => from = Some(at),
                (false, Some(start)) => {
                    found.push((start, at));
                    from = None;
                }
                _ => {}
            }
        }
        found
    };
    let mut sorted = [Vec::new(), Vec::new()];
    for (index, part) in masked.split([BEGIN, END]).enumerate() {
        let parts = words(part)
            .into_iter()
            .map(|(from, to)| part[from..to].trim_matches(['.', ',', '-']));
        sorted[index % 2].extend(parts.filter(|word| !word.is_empty()));
    }
    sorted
}
