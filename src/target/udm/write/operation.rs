//! Operations of a JSON patch (RFC 6902), as the server accepts them.

use serde_json::{Value as Json, json};

/// An operation of a JSON patch. The server requires the value also for a removal.
pub(in crate::target::udm) fn operation(op: &str, property: &str, value: &Json) -> Json {
    json!({"op": op, "path": format!("/properties/{property}"), "value": value})
}
