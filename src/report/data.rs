//! Our data as values of a template.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

/// The same data, with the names that it has in JSON.
pub(in crate::report) fn data(data: impl Serialize) -> Value {
    Value::from(Serde(data))
}
