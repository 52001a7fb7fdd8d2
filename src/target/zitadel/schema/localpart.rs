//! The `localpart` of a user, which becomes part of the Matrix id.

use uuid::{Uuid, uuid};

use crate::model::{ExternalId, Value};

/// The namespace for localparts made from external ids; the same since famedly-sync 0.7.
const NAMESPACE: Uuid = uuid!("d9979cff-abee-4666-bc88-1ec45a843fb8");

/// A Matrix id is `@localpart:server` of 255 bytes at most, and a label of the server's name has up to 63.
const LONGEST_LOCALPART: usize = 190;

/// Why a text is not a valid localpart of a Matrix id.
pub(super) fn no_localpart(text: &str) -> Option<&'static str> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._=-/+".contains(c);
    if text.is_empty() {
        Some("is empty")
    } else if !text.chars().all(fits) {
        Some("has characters that no Matrix id has: `a-z 0-9 . _ = - / +` are allowed")
    } else if text.len() > LONGEST_LOCALPART {
        Some("is longer than the 190 characters that fit into a Matrix id")
    } else {
        None
    }
}

pub(super) fn localpart_uuid(id: &ExternalId) -> Value {
    Value::text(Uuid::new_v5(&NAMESPACE, id.as_bytes()).to_string())
}

pub(super) fn localpart_plain(id: &ExternalId) -> Value {
    match std::str::from_utf8(id.as_bytes()) {
        Ok(text) => Value::text(text),
        Err(_) => Value::text(id.hex()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The localparts that famedly-sync made for these ids.
    #[test]
    fn localpart_is_the_uuid_of_the_bytes() {
        for (hex, uuid) in [
            ("616461", "4d3f729c-f6a8-5955-bde4-1acf8d54265f"),
            ("73696d706c65", "3947301e-491a-5e2c-98d7-59355a1df636"),
            ("c3bc736572", "6523d9ca-7cd8-5085-ac64-c2b176ceba2e"),
            (
                "6a616e652e736d697468406578616d706c652e636f6d",
                "315e34d2-7bab-5d57-a561-7d3cd85ea9be",
            ),
            ("a1a2", "bcaee128-4b78-5523-acca-7210b225c70a"),
            (
                "8f14e45fceea167a5a36dedd4bea2543",
                "a3f6a2dd-9500-5378-b039-a2383aaf577a",
            ),
        ] {
            let id = ExternalId::from_hex(hex).unwrap();
            assert_eq!(localpart_uuid(&id), Value::text(uuid));
        }
    }

    #[test]
    fn a_localpart_is_what_matrix_allows() {
        let long = "a".repeat(190);
        for text in [
            "ada",
            "a.b_c=d-e/f+g",
            "0",
            "4d3f729c-f6a8-5955-bde4-1acf8d54265f",
            &long,
        ] {
            assert_eq!(no_localpart(text), None, "{text}");
        }
        let too_long = "a".repeat(191);
        for text in [
            "",
            "Ada",
            "ada lovelace",
            " ada",
            "@ada",
            "ada:example.org",
            "ad\u{e4}",
            "ada\u{200b}",
            "ada\n",
            "#ada",
            "a!b",
            "a%b",
            "a~b",
            &too_long,
        ] {
            assert!(no_localpart(text).is_some(), "{text}");
        }
    }

    /// A plain localpart is the id as text, or as hex if it is not text.
    #[test]
    fn plain_localpart_is_the_text() {
        assert_eq!(localpart_plain(&ExternalId::new(*b"ada")), Value::text("ada"));
        assert_eq!(
            localpart_plain(&ExternalId::new([0xa1, 0xa2])),
            Value::text("a1a2")
        );
    }
}
