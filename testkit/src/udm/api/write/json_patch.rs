//! `application/json-patch+json`: single values of lists (recorded: modify/json-patch …, group-members/json-patch …).

use serde_json::{Map, Value, json};

use crate::udm::errors::{Failure, Place, Problem};
use crate::udm::schema::Kind;
use crate::udm::state::State;

/// The properties as they are after the operations, and what could not be done.
pub(super) fn properties(
    state: &State,
    kind: Kind,
    dn: &str,
    sent: &Value,
) -> Result<(Map<String, Value>, Vec<String>), Failure> {
    let (mut changed, mut warnings) = (Map::new(), Vec::new());
    let operations = sent
        .as_array()
        .ok_or_else(|| Problem::at(Place::Body, &["body"], "Not a \"list\""))?;
    let entry = state.directory.find(dn).ok_or_else(Failure::not_found)?;
    for operation in operations {
        let path = operation["path"]
            .as_str()
            .unwrap_or_default()
            .trim_start_matches('/')
            .replace('/', ".");
        let name = path
            .strip_prefix("properties.")
            .filter(|name| !name.contains('.'));
        let Some(name) = name else {
            let message = format!("Invalid property name given: {path}");
            return Err(Problem::at(Place::Body, &["body", "properties"], message).into());
        };
        let Some(property) = kind.property(name) else {
            // Refused with all other names that do not exist.
            changed.insert(name.to_owned(), operation["value"].clone());
            continue;
        };
        let current = changed
            .get(name)
            .cloned()
            .unwrap_or_else(|| state.directory.value(entry, property));
        match done(operation, name, current) {
            Ok(value) => _ = changed.insert(name.to_owned(), value),
            Err(warning) => warnings.push(warning),
        }
    }
    Ok((changed, warnings))
}

/// The value after one operation, or why it did nothing.
fn done(operation: &Value, name: &str, current: Value) -> Result<Value, String> {
    let value = operation["value"].clone();
    let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let kind = operation["op"].as_str().unwrap_or_default();
    match (kind, current) {
        ("add", Value::Array(mut list)) => {
            if list.contains(&value) {
                return Err(format!("cannot append {shown} to {name}, value exists"));
            }
            list.push(value);
            Ok(Value::Array(list))
        }
        ("remove", Value::Array(mut list)) => {
            let place = list.iter().position(|item| *item == value);
            let missing = || format!("cannot remove {shown} from {name}, value does not exist");
            list.remove(place.ok_or_else(missing)?);
            Ok(Value::Array(list))
        }
        ("remove", current) if value.is_null() || current == value => Ok(Value::Null),
        ("remove", _) => Err(format!("cannot remove {shown} from {name}, value does not exist")),
        ("replace", Value::Array(_)) if !value.is_array() => Ok(json!([value])),
        (_, _) => Ok(value),
    }
}
