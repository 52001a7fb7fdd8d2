//! Steps of a JSON patch (RFC 6902), as the server takes them.

use serde_json::{Value as Json, json};

/// One step of a JSON patch. The server wants the value also where one is taken away.
pub(in crate::target::udm) fn operation(op: &str, property: &str, value: &Json) -> Json {
    json!({"op": op, "path": format!("/properties/{property}"), "value": value})
}
