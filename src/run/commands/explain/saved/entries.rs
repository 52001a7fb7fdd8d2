//! Entries of a report, or of a plan as data, as lines.

use serde_json::Value;

use crate::model::Personal;
use crate::names::Names;
use crate::report;

/// The entries of the document's lists that contain one of the texts, or its hash, with the name of the list.
pub(super) fn entries<'a>(document: &'a Value, texts: &[String], names: &Names) -> Vec<(&'a str, &'a Value)> {
    let wanted: Vec<String> = texts
        .iter()
        .flat_map(|text| [text.to_lowercase(), names.hash(text)])
        .collect();
    let lists = document.as_object().into_iter().flatten();
    let lists = lists.filter_map(|(name, list)| Some((name.as_str(), list.as_array()?)));
    lists
        .flat_map(|(name, list)| list.iter().map(move |entry| (name, entry)))
        .filter(|(_, entry)| holds(entry, &wanted))
        .collect()
}

fn holds(value: &Value, wanted: &[String]) -> bool {
    match value {
        Value::String(text) => {
            let (location, _) = without_source(text);
            [text, location]
                .iter()
                .any(|text| wanted.contains(&text.to_lowercase()))
        }
        Value::Array(values) => values.iter().any(|value| holds(value, wanted)),
        Value::Object(fields) => fields.values().any(|value| holds(value, wanted)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Fields that do not identify a person.
const PLAIN: [&str; 10] = [
    "account",
    "action",
    "error",
    "hint",
    "reason",
    "setting",
    "source",
    "target_id",
    "type",
    "what",
];

/// A location, and the name of its source in parentheses, with the blank before it.
fn without_source(text: &str) -> (&str, &str) {
    match text.rfind(" (") {
        Some(at) if text.ends_with(')') => text.split_at(at),
        _ => (text, ""),
    }
}

/// Returns whether a name was hidden when the document was written. The hash of a hash could not be resolved.
fn is_hash(text: &str) -> bool {
    let hash = text.strip_prefix('#');
    hash.is_some_and(|hash| hash.len() == 12 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A text that may identify a person, with a mark if it does.
fn marked(field: &str, text: &str) -> String {
    let is_location = matches!(field, "at" | "record");
    let (name, source) = if field == "record" {
        without_source(text)
    } else {
        (text, "")
    };
    if PLAIN.contains(&field) || is_hash(name) || (is_location && !name.contains('=')) {
        text.to_owned()
    } else {
        format!("{}{source}", Personal(name))
    }
}

/// An entry: a change as in [`change_lines`], and another entry as one line.
pub(super) fn lines_of(list: &str, entry: &Value, shows_values: bool) -> Vec<String> {
    if list == "changes" {
        change_lines(entry, shows_values)
    } else {
        vec![line_of(list, entry, shows_values)]
    }
}

/// `rejected: at: users.csv:7, reason: …`. Nested fields contain values, and are printed as JSON if values are shown.
fn line_of(list: &str, entry: &Value, shows_values: bool) -> String {
    let fields = entry.as_object().into_iter().flatten();
    let fields: Vec<String> = fields
        .filter(|(_, value)| !value.is_null() && (shows_values || !(value.is_array() || value.is_object())))
        .map(|(name, value)| match value {
            Value::String(text) => format!("{name}: {}", marked(name, text)),
            other => format!("{name}: {}", Personal(other)),
        })
        .collect();
    format!("{list}: {}", fields.join(", "))
}

/// `616461, users.csv:2, account 4000: update`, and a line for each attribute, member and role that changes.
fn change_lines(change: &Value, shows_values: bool) -> Vec<String> {
    let text = |name: &str| change.get(name).and_then(Value::as_str);
    let account = text("target_id");
    let is_account = |at: &&str| account != Some(at);
    let index = text("at").filter(is_account).map(|at| marked("at", at));
    let who: Vec<String> = text("id")
        .map(|id| marked("id", id))
        .into_iter()
        .chain(index)
        .chain(account.map(|account| format!("account {account}")))
        .collect();
    let kind = text("resource").map_or_else(String::new, |resource| format!("{resource} "));
    let reason = text("reason").map_or_else(String::new, |reason| format!(", {reason}"));
    let action = text("action").unwrap_or_default();
    let mut lines = vec![format!("{kind}{}: {action}{reason}", who.join(", "))];
    lines.extend(
        list(change, "attributes").map(|attribute| format!("  {}", attribute_line(attribute, shows_values))),
    );
    for what in ["added", "removed"] {
        let members = list(change.get("members").unwrap_or(&Value::Null), what);
        let members = members.filter_map(Value::as_str);
        lines.extend(members.map(|member| format!("  member {what}: {}", member_name(member))));
    }
    for (field, sign) in report::ROLE_FIELDS {
        let roles = list(change, field).filter_map(Value::as_str);
        lines.extend(roles.map(|role| format!("  role {sign}{role}")));
    }
    lines
}

fn list<'a>(of: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    of.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// `last_name: "Archer" -> "Adler"`, or the name alone.
fn attribute_line(attribute: &Value, shows_values: bool) -> String {
    let name = attribute.get("name").and_then(Value::as_str).unwrap_or_default();
    let quoted = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| "none".to_owned(), |text| format!("{text:?}"))
    };
    match (attribute.get("before"), attribute.get("after")) {
        (Some(before), Some(after)) if shows_values => {
            format!("{name}: {} -> {}", quoted(before), quoted(after))
        }
        _ => name.to_owned(),
    }
}

/// `user 616461`, or a reference of the target.
fn member_name(member: &str) -> String {
    match member.split_once(' ') {
        Some((resource @ ("user" | "group"), id)) => format!("{resource} {}", marked("id", id)),
        _ => marked("id", member),
    }
}
