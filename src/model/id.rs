//! The two ids of a person: from the source, and from the target.

use std::fmt;
use std::sync::Arc;

use super::text::personal::Personal;

/// The id of a person in the source, as bytes. Clones share them, because groups refer to people by it.
///
/// Stored as lower-case hex ([`ExternalId::hex`]), which sorts like the bytes. It may be an address or a name, so it
/// has no `Display`: in texts it is a [`Personal`] value ([`ExternalId::told`]).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExternalId(Arc<[u8]>);

impl ExternalId {
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// Parses even-length lower-case hex, the only form that this tool writes; `None` for anything else.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.is_empty() || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return None;
        }
        hex::decode(text).ok().map(Self::new)
    }

    /// The form in which it is stored.
    pub fn hex(&self) -> String {
        hex::encode(&self.0)
    }

    /// The same as a marked part of a text that leaves the process.
    pub fn marked(&self) -> Personal<String> {
        Personal(self.hex())
    }

    /// The id as text, if it is text.
    pub fn as_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExternalId({})", self.hex())
    }
}

/// The id that the target gave an account. Opaque. Clones share the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TargetId(Arc<str>);

impl TargetId {
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TargetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The index of a resource type in its [`Catalog`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub u8);

#[cfg(test)]
mod tests {
    use super::*;

    /// Only the form that this tool writes is an id.
    #[test]
    fn hex_is_even_lower_case_and_not_empty() {
        assert_eq!(ExternalId::from_hex("616461"), Some(ExternalId::new(*b"ada")));
        for other in ["", "6164610", "61646A", "ada", "YWRh"] {
            assert_eq!(ExternalId::from_hex(other), None, "{other}");
        }
    }
}
