//! The user id under which the identity provider of a link knows a person.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::model::ExternalId;

/// The id as text, or its bytes in base64.
pub(in crate::target::zitadel) fn linked_id(id: &ExternalId) -> String {
    match std::str::from_utf8(id.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => STANDARD.encode(id.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A link contains the id as text, or its bytes in base64 with padding.
    #[test]
    fn links_carry_the_id_as_text_or_base64() {
        for (hex, user_id) in [
            ("616461", "ada"),
            ("c3bc736572", "üser"),
            ("a1a2", "oaI="),
            ("8f14e45fceea167a5a36dedd4bea2543", "jxTkX87qFnpaNt7dS+olQw=="),
        ] {
            assert_eq!(linked_id(&ExternalId::from_hex(hex).unwrap()), user_id);
        }
    }
}
