//! Values of a request: their types, then their syntax.

use serde_json::Value;

use super::syntax::Refusal;
use super::{Property, Shape};

/// A value in its stored form: null, one value, or a list without empty values and duplicates.
pub(crate) type Decoded = Value;

/// Checks type and syntax (recorded: create-user/text where a list is due and the ones after it).
pub(crate) fn checked(property: &Property, value: &Value) -> Result<Decoded, Refusal> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    if !property.list {
        return single(property, value);
    }
    let Some(list) = value.as_array() else {
        return Err(wrong_type("array", value));
    };
    let mut stored: Vec<Value> = Vec::with_capacity(list.len());
    for item in list {
        let item = single(property, item)?;
        stored.push(item);
    }
    let mut seen = std::collections::HashSet::new();
    stored.retain(|item| item.as_str() != Some("") && seen.insert(item.to_string()));
    Ok(Value::Array(stored))
}

fn single(property: &Property, value: &Value) -> Result<Value, Refusal> {
    match (property.shape, value) {
        (Shape::Text, Value::String(text)) => property.syntax.parse(text),
        (Shape::Integer, Value::Number(_))
        | (Shape::Boolean, Value::Bool(_))
        | (Shape::Object, Value::Object(_)) => Ok(value.clone()),
        (Shape::Text, _) => Err(wrong_type("string", value)),
        (Shape::Integer, _) => Err(wrong_type("integer", value)),
        (Shape::Boolean, _) => Err(wrong_type("boolean", value)),
        (Shape::Object, _) => Err(wrong_type("object", value)),
    }
}

fn wrong_type(wanted: &str, value: &Value) -> Refusal {
    let given = match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    };
    Refusal::Invalid(format!("Value must be of type {wanted} not {given}."))
}
