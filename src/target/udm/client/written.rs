//! Whether an answer to a write is one of UDM. A proxy may answer instead, with a success status.

use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::target::udm::wire::Created;

/// Returns whether UDM answers a successful write like this.
///
/// Recorded of UDM 12.2: 204 without a body; 201 with `dn` and `uuid` to a POST; 201 with `finished` to a PUT that
/// moves; 200 with a warning to a PATCH of single values that changes nothing.
pub(super) fn is_written(method: &Method, status: StatusCode, body: &[u8]) -> bool {
    match (method, status.as_u16()) {
        (&Method::POST, 201) => is::<Created>(body),
        (&Method::PUT, 201) => is::<Moved>(body) || is::<Created>(body),
        (&Method::PATCH, 200) => is_document(body),
        (&Method::PATCH | &Method::PUT | &Method::DELETE, 204) => body.is_empty(),
        _ => false,
    }
}

#[derive(Deserialize)]
struct Moved {
    #[serde(rename = "finished")]
    _finished: bool,
}

fn is<'de, T: Deserialize<'de>>(body: &'de [u8]) -> bool {
    serde_json::from_slice::<T>(body).is_ok()
}

/// Returns whether this is a document of UDM without an error.
fn is_document(body: &[u8]) -> bool {
    serde_json::from_slice::<Map<String, Json>>(body)
        .is_ok_and(|members| members.contains_key("_links") && !members.contains_key("error"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The recorded answers of a UDM, and what a proxy or another service may send instead.
    #[test]
    fn answers_of_udm_are_distinguished_from_others() {
        let created = r#"{"dn": "uid=ada,dc=b", "uuid": "u", "_links": {}}"#;
        let moved = r#"{"id": "", "errors": false, "finished": true, "uri": "…", "_links": {}}"#;
        let warned = r#"{"_embedded": {"udm:warning": []}, "_links": {}}"#;
        let refused = r#"{"error": {"code": 422}, "_links": {}}"#;
        for (method, status, body, expected) in [
            (Method::POST, 201, created, true),
            (Method::POST, 200, created, false),
            (Method::POST, 201, "<html>", false),
            (Method::POST, 201, "", false),
            (Method::POST, 201, "{}", false),
            (Method::POST, 204, "", false),
            (Method::PATCH, 204, "", true),
            (Method::PATCH, 200, warned, true),
            (Method::PATCH, 200, refused, false),
            (Method::PATCH, 200, "{}", false),
            (Method::PATCH, 200, "[]", false),
            (Method::PATCH, 200, "", false),
            (Method::PATCH, 200, "<html>", false),
            (Method::PATCH, 202, "", false),
            (Method::PUT, 201, moved, true),
            (Method::PUT, 204, "", true),
            (Method::PUT, 201, "<html>", false),
            (Method::PUT, 202, moved, false),
            (Method::DELETE, 204, "", true),
            (Method::DELETE, 200, "<html>", false),
            (Method::DELETE, 200, "{}", false),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let is = is_written(&method, status, body.as_bytes());
            assert_eq!(is, expected, "{method} {status} {body}");
        }
    }
}
