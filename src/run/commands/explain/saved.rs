//! What a saved plan or report contains about one person or group.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;

use super::wanted::{Wanted, unknown};
use crate::exit::Exit;
use crate::model::{ExternalId, Personal};
use crate::names::Names;
use crate::report::{one_line, write_json};
use crate::run::outcome;
use crate::run::planning::desired;
use crate::run::session::error::RunError;
use crate::run::session::process::Process;
use crate::run::session::request::Request;
use crate::source::{AnySource, read_all};

/// Prints each entry of the file about the named person or group.
pub(super) async fn explain(
    who: &str,
    file: &Path,
    request: Request<'_>,
    process: &mut Process<'_>,
) -> io::Result<Exit> {
    let document = match read(file) {
        Ok(document) => document,
        Err(what) => {
            let hint = "give a report (`--report`) or a plan (`plan --out`, `plan --format json`)";
            process
                .messages(request.global.log_format)
                .error(&what, Some(hint))?;
            return Ok(Exit::Usage);
        }
    };
    let mut texts = vec![who.to_owned(), ExternalId::new(who.as_bytes()).hex()];
    let mut found = entries(&document, &texts, &process.names);
    if found.is_empty() {
        // Only the sources know the id that belongs to a name.
        match of_sources(who, request, process).await {
            Ok(more) => texts.extend(more),
            Err(error) => return outcome::print_error(&error, request, process),
        }
        found = entries(&document, &texts, &process.names);
    }
    if found.is_empty() {
        return unknown(who, request, process);
    }
    for (list, entry) in found {
        if request.is_json() {
            write_json(process.out, &serde_json::json!({ "list": list, "entry": entry }))?;
        } else {
            writeln!(
                process.out,
                "{}",
                one_line(&line_of(list, entry, request.global.show_values))
            )?;
        }
    }
    process.out.flush()?;
    Ok(Exit::Ok)
}

fn read(file: &Path) -> Result<Value, String> {
    let text =
        fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let document: Value = serde_json::from_str(&text)
        .map_err(|error| format!("{} is not a JSON document: {error}", file.display()))?;
    let schema = document.get("schema").and_then(Value::as_str).unwrap_or_default();
    if schema.starts_with("directory-sync/") {
        Ok(document)
    } else {
        Err(format!(
            "{} is neither a report nor a plan of directory-sync",
            file.display()
        ))
    }
}

/// Ids and locations of the records that the text names.
async fn of_sources(who: &str, request: Request<'_>, process: &Process<'_>) -> Result<Vec<String>, RunError> {
    let catalog = request.catalog();
    let roles = desired::roles(request.settings);
    let mut sources = Vec::new();
    for source in &request.settings.sources {
        sources.push(AnySource::build(source, &catalog, &roles).map_err(|error| vec![error])?);
    }
    let all = read_all(&catalog, &sources).await?;
    let mut wanted = Wanted::new(who, &process.names);
    wanted.find_records(&all, &catalog);
    let mut texts: Vec<String> = wanted.ids.iter().map(|(_, id)| id.hex()).collect();
    for ((_, hits), of_type) in wanted.hits.iter().zip(&all) {
        texts.extend(
            hits.records(of_type)
                .into_iter()
                .map(|record| record.at.to_string()),
        );
    }
    Ok(texts)
}

/// The entries of the document's lists that contain one of the texts, or its hash, with the name of the list.
fn entries<'a>(document: &'a Value, texts: &[String], names: &Names) -> Vec<(&'a str, &'a Value)> {
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
        Value::String(text) => wanted.contains(&text.to_lowercase()),
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

/// Returns whether a name was hidden when the document was written. The hash of a hash could not be resolved.
fn is_hash(text: &str) -> bool {
    let hash = text.strip_prefix('#');
    hash.is_some_and(|hash| hash.len() == 12 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// `rejected: at: users.csv:7, reason: …`. Nested fields contain values, and are printed as JSON if values are shown.
fn line_of(list: &str, entry: &Value, shows_values: bool) -> String {
    let fields = entry.as_object().into_iter().flatten();
    let fields: Vec<String> = fields
        .filter(|(_, value)| !value.is_null() && (shows_values || !(value.is_array() || value.is_object())))
        .map(|(name, value)| match value {
            Value::String(text) if PLAIN.contains(&name.as_str()) || is_hash(text) => {
                format!("{name}: {text}")
            }
            Value::String(text) if name == "at" && !text.contains('=') => format!("{name}: {text}"),
            Value::String(text) => format!("{name}: {}", Personal(text)),
            other => format!("{name}: {}", Personal(other)),
        })
        .collect();
    format!("{list}: {}", fields.join(", "))
}
