//! What distinguishes one request to UDM from another.

use reqwest::Method;
use serde_json::Value as Json;

use super::path::Path;

pub(in crate::target::udm) struct Call {
    pub(in crate::target::udm) operation: &'static str,
    pub(super) method: Method,
    pub(super) path: Path,
    pub(super) body: Option<Vec<u8>>,
    pub(super) content: &'static str,
    /// Sent only once. The caller repeats it, because a lost reply has to be examined first.
    pub(super) once: bool,
    /// The state in which the object must still be.
    pub(super) if_match: Option<Tag>,
}

/// The `ETag` of a state of an object, with its quotes.
pub(in crate::target::udm) type Tag = Box<str>;

const JSON: &str = "application/json";
const JSON_PATCH: &str = "application/json-patch+json";

impl Call {
    pub(in crate::target::udm) fn get(operation: &'static str, path: Path) -> Self {
        Self {
            operation,
            method: Method::GET,
            path,
            body: None,
            content: JSON,
            once: false,
            if_match: None,
        }
    }

    pub(in crate::target::udm) fn post(operation: &'static str, path: Path, body: &Json) -> Self {
        Self::get(operation, path).with(Method::POST, body)
    }

    pub(in crate::target::udm) fn put(operation: &'static str, path: Path, body: &Json) -> Self {
        Self::get(operation, path).with(Method::PUT, body)
    }

    pub(in crate::target::udm) fn patch(operation: &'static str, path: Path, body: &Json) -> Self {
        Self::get(operation, path).with(Method::PATCH, body)
    }

    /// Changes single values of lists (RFC 6902, with `value` also for a removal).
    pub(in crate::target::udm) fn json_patch(operation: &'static str, path: Path, body: &Json) -> Self {
        Self {
            content: JSON_PATCH,
            ..Self::patch(operation, path, body)
        }
    }

    pub(in crate::target::udm) fn delete(operation: &'static str, path: Path) -> Self {
        Self {
            method: Method::DELETE,
            ..Self::get(operation, path)
        }
    }

    pub(in crate::target::udm) fn once(self) -> Self {
        Self { once: true, ..self }
    }

    /// Refused if the object is no longer in this state.
    pub(in crate::target::udm) fn if_match(self, tag: Option<&Tag>) -> Self {
        Self {
            if_match: tag.cloned(),
            ..self
        }
    }

    /// Returns whether the call changes something.
    pub(super) fn is_write(&self) -> bool {
        self.method != Method::GET
    }

    fn with(self, method: Method, body: &Json) -> Self {
        Self {
            method,
            body: Some(body.to_string().into_bytes()),
            ..self
        }
    }
}
