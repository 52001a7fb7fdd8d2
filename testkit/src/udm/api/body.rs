//! Bodies of requests: JSON, then their structure, then the properties in them.

use serde_json::{Map, Value};

use super::Call;
use crate::udm::directory::dn::{is_within, key_of};
use crate::udm::errors::{Failure, Place, Problem};
use crate::udm::schema::{Kind, Property, Refusal, checked};
use crate::udm::state::State;

/// The body of a create or a change.
#[derive(Debug, Default)]
pub(crate) struct Structure {
    pub(crate) position: Option<String>,
    pub(crate) properties: Map<String, Value>,
}

/// A property with the value that it is to have; null where it is to be cleared.
pub(crate) type Wanted = (&'static Property, Value);

/// The body as JSON. Another type than JSON is an error of the server (recorded: routing/no Content-Type).
pub(crate) fn json(call: &Call<'_>) -> Result<Value, Failure> {
    let kind = call.incoming.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !matches!(kind, "application/json" | "application/json-patch+json") {
        return Err(Failure::crash("'NoneType' object is not subscriptable"));
    }
    let text = String::from_utf8_lossy(&call.incoming.body).into_owned();
    serde_json::from_str(&text).map_err(|error| {
        let (line, column) = (error.line().max(1), error.column());
        let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        // At the end of the text, Python's position is after the last character.
        let column = if error.is_eof() {
            text.len() - before + 1
        } else {
            column.max(1)
        };
        let place = before + column - 1;
        let reason =
            format!("JSONDecodeError('Expecting value: line {line} column {column} (char {place})')");
        Failure::bad_request(&format!("Invalid JSON document: {reason}"))
    })
}

/// Checks what is no property: position and the shape of the body. `required` must be there.
pub(crate) fn structure(state: &State, body: Value, required: &[&str]) -> Result<Structure, Failure> {
    let Value::Object(mut body) = body else {
        return Err(Problem::at(Place::Body, &["body"], "Not a \"dict\"").into());
    };
    let mut problems = Vec::new();
    for name in required.iter().filter(|name| !body.contains_key(**name)) {
        problems.push(Problem::at(Place::Body, &["body", name], "Argument required"));
    }
    let mut found = Structure::default();
    match body.remove("position") {
        None | Some(Value::Null) => {}
        Some(Value::String(position)) => match wrong_position(state, &position) {
            Some(message) => problems.push(Problem::at(Place::Body, &["body", "position"], message)),
            None => found.position = Some(position),
        },
        Some(_) => problems.push(Problem::at(
            Place::Body,
            &["body", "position"],
            "Value is not a string",
        )),
    }
    match body.remove("properties") {
        None => {}
        Some(Value::Object(properties)) => found.properties = properties,
        Some(_) => problems.push(Problem::at(
            Place::Body,
            &["body", "properties"],
            "Not a \"dict\"",
        )),
    }
    if problems.is_empty() {
        Ok(found)
    } else {
        Err(Failure::Invalid(problems))
    }
}

/// Why a text is no position in this directory.
pub(crate) fn wrong_position(state: &State, position: &str) -> Option<String> {
    let Some(key) = key_of(position) else {
        return Some("Value is not a LDAP DN.".to_owned());
    };
    let base = &state.directory;
    (!is_within(&key, &base.base_key)).then(|| format!("The ldap base is invalid. Use {}.", base.base))
}

/// Checks names, types and values of properties, all at once; `creating` also what is missing.
pub(crate) fn properties(
    state: &State,
    kind: Kind,
    sent: &Map<String, Value>,
    creating: bool,
) -> Result<Vec<Wanted>, Failure> {
    let (mut wanted, mut problems): (Vec<Wanted>, Vec<Problem>) = (Vec::new(), Vec::new());
    for (name, value) in sent {
        let Some(property) = kind.property(name) else {
            let message = format!("The {} module has no property {name}.", kind.titles().0);
            problems.push(Problem::property(name, message));
            continue;
        };
        match checked(property, value) {
            Ok(value) => wanted.push((property, value)),
            Err(Refusal::Crash(message)) => return Err(Failure::crash(message)),
            Err(Refusal::Invalid(message)) if allowed_anyway(state, &message) => {
                wanted.push((property, value.clone()));
            }
            Err(Refusal::Invalid(message)) => {
                let message = format!("The property {name} has an invalid value: {message}");
                problems.push(Problem::property(name, message));
            }
        }
    }
    for property in kind.properties().iter().filter(|property| property.required) {
        let sent = sent.get(property.name);
        let cleared = sent.is_some_and(Value::is_null) && property.name != "password";
        if (creating && sent.is_none_or(Value::is_null)) || (!creating && cleared) {
            let message = format!("The property \"{}\" is required.", property.name);
            problems.push(Problem::property(property.name, message));
        }
    }
    if !creating && sent.get("username").is_some_and(Value::is_null) && kind == Kind::User {
        return Err(Failure::crash("'NoneType' object has no attribute 'lower'"));
    }
    if problems.is_empty() {
        Ok(wanted)
    } else {
        Err(Failure::Invalid(problems))
    }
}

/// Names of digits only pass where the server is set up so.
fn allowed_anyway(state: &State, message: &str) -> bool {
    state.options.names_of_digits && message.ends_with("must not consist only of numbers!")
}
