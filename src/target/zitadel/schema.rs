//! What Zitadel stores about a person, and under which names.

use uuid::{Uuid, uuid};

use super::links::linked_id;
use crate::config::{Link, Localpart, MetadataCheck, ZitadelSettings};
use crate::model::{
    AbsenceNote, AttributeIndex, AttributeSet, AttributeSpec, Cardinality, Equality, ExternalId, Inspection,
    Mutability, Schema, Uniqueness, Value,
};

pub(super) const FIRST_NAME: AttributeIndex = AttributeIndex(0);
pub(super) const LAST_NAME: AttributeIndex = AttributeIndex(1);
pub(super) const EMAIL: AttributeIndex = AttributeIndex(2);
pub(super) const PHONE: AttributeIndex = AttributeIndex(3);
pub(super) const PREFERRED_USERNAME: AttributeIndex = AttributeIndex(4);
pub(super) const LOCALPART: AttributeIndex = AttributeIndex(5);
/// Which configuration or source looks after the account.
pub(super) const PROVIDER: AttributeIndex = AttributeIndex(6);
/// Only with the flag `sso_login`: how the identity provider knows the person.
pub(super) const IDP_LINK: AttributeIndex = AttributeIndex(7);

/// Written before this tool deactivates an account, so that it knows which ones it may activate again.
pub(super) const DISABLED_BY: &str = "directory-sync.disabled_by";
pub(super) const DISABLED_BY_US: &str = "directory-sync";
/// The metadata entries that note an absence, written together: when it began (RFC 3339), and how many runs have seen it.
pub(super) const MISSING_SINCE: &str = "directory-sync.missing_since";
pub(super) const MISSING_RUNS: &str = "directory-sync.missing_runs";

/// The namespace in which external ids become localparts; the same since famedly-sync 0.7.
const NAMESPACE: Uuid = uuid!("d9979cff-abee-4666-bc88-1ec45a843fb8");

/// The attributes in the order of the constants above. Without a target they are those of one with default settings.
pub fn schema(settings: Option<&ZitadelSettings>) -> Schema {
    let localpart = settings.map_or(Localpart::Uuid, |settings| settings.localpart);
    let inspected = match settings.map_or(MetadataCheck::Confirm, |settings| settings.metadata) {
        MetadataCheck::Confirm => Inspection::Value,
        MetadataCheck::Presence => Inspection::Presence,
        MetadataCheck::Skip => Inspection::Nothing,
    };
    // Without a name of its own, a configuration leaves the accounts alone that its people have.
    let provider = match settings {
        Some(settings) if settings.claims_accounts => inspected,
        _ => Inspection::Nothing,
    };
    let mut specs = specs(localpart, inspected, provider);
    if let Some(settings) = settings.filter(|settings| settings.sso_login) {
        specs.push(link(settings.link));
    }
    Schema::new(specs)
}

/// Whoever has the account that a link names can log in here: a link that this tool did not make is never replaced.
fn link(link: Link) -> AttributeSpec {
    AttributeSpec {
        name: "idp_link",
        equality: Equality::IgnoreCase,
        mutability: Mutability::WithId,
        default: Some(|id| Value::text(linked_id(id))),
        listed: false,
        inspected: match link {
            Link::New => Inspection::Nothing,
            Link::Existing => Inspection::Value,
        },
        ..shared("idp_link")
    }
}

fn shared(name: &'static str) -> AttributeSpec {
    AttributeSpec {
        name,
        cardinality: Cardinality::One,
        equality: Equality::Exact,
        mutability: Mutability::ReadWrite,
        uniqueness: Uniqueness::Shared,
        is_name: false,
        required: false,
        listed: true,
        inspected: Inspection::Value,
        personal: true,
        misfit: None,
        provenance: false,
        default: None,
    }
}

fn specs(localpart: Localpart, inspected: Inspection, provider: Inspection) -> Vec<AttributeSpec> {
    let required = |name| AttributeSpec {
        required: true,
        ..shared(name)
    };
    let name = |name| AttributeSpec {
        is_name: true,
        ..required(name)
    };
    let metadata = |name| AttributeSpec {
        listed: false,
        inspected,
        ..shared(name)
    };
    vec![
        name("first_name"),
        name("last_name"),
        AttributeSpec {
            uniqueness: Uniqueness::Login,
            equality: Equality::Comparable,
            ..required("email")
        },
        shared("phone"),
        metadata("preferred_username"),
        AttributeSpec {
            mutability: Mutability::SetOnce,
            misfit: Some(no_localpart),
            default: Some(match localpart {
                Localpart::Uuid => localpart_uuid,
                Localpart::Plain => localpart_plain,
            }),
            ..metadata("localpart")
        },
        AttributeSpec {
            inspected: provider,
            personal: false,
            provenance: true,
            ..metadata("provider")
        },
    ]
}

/// What the account list does not show.
pub(super) fn unlisted(schema: &Schema) -> AttributeSet {
    let mut unread = AttributeSet::default();
    let hidden = schema.iter().filter(|(_, spec)| !spec.listed);
    hidden.for_each(|(index, _)| unread.insert(index));
    unread
}

/// The key of the metadata entry that holds an attribute, if it is kept there.
pub(super) fn metadata_key(attribute: AttributeIndex) -> Option<&'static str> {
    match attribute {
        PREFERRED_USERNAME => Some("preferred_username"),
        LOCALPART => Some("localpart"),
        PROVIDER => Some("directory-sync.provider"),
        _ => None,
    }
}

/// The key of the metadata entry that holds a note of an absence.
pub(super) fn note_key(note: AbsenceNote) -> &'static str {
    match note {
        AbsenceNote::Since => MISSING_SINCE,
        AbsenceNote::Runs => MISSING_RUNS,
    }
}

/// The key as this tool knows it; `None` for metadata of others.
pub(super) fn known_key(key: &str) -> Option<&'static str> {
    let attributes = [PREFERRED_USERNAME, LOCALPART, PROVIDER]
        .into_iter()
        .filter_map(metadata_key);
    let marks = [DISABLED_BY, MISSING_SINCE, MISSING_RUNS];
    attributes.chain(marks).find(|known| *known == key)
}

/// A Matrix id is `@localpart:server` of 255 bytes at most, and a label of the server's name has up to 63.
const LONGEST_LOCALPART: usize = 190;

/// Why a text cannot be the localpart of a Matrix id.
fn no_localpart(text: &str) -> Option<&'static str> {
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

fn localpart_uuid(id: &ExternalId) -> Value {
    Value::text(Uuid::new_v5(&NAMESPACE, id.as_bytes()).to_string())
}

fn localpart_plain(id: &ExternalId) -> Value {
    match std::str::from_utf8(id.as_bytes()) {
        Ok(text) => Value::text(text),
        Err(_) => Value::text(id.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The constants point at the attributes they are named after.
    #[test]
    fn indexes_fit_names() {
        let schema = Schema::new({
            let mut specs = specs(Localpart::Uuid, Inspection::Value, Inspection::Value);
            specs.push(link(Link::Existing));
            specs
        });
        for (index, name) in [
            (FIRST_NAME, "first_name"),
            (LAST_NAME, "last_name"),
            (EMAIL, "email"),
            (PHONE, "phone"),
            (PREFERRED_USERNAME, "preferred_username"),
            (LOCALPART, "localpart"),
            (PROVIDER, "provider"),
            (IDP_LINK, "idp_link"),
        ] {
            assert_eq!(schema.index(name), Some(index));
        }
        for (index, spec) in schema.iter() {
            let elsewhere = metadata_key(index).is_some() || index == IDP_LINK;
            assert_eq!(spec.listed, !elsewhere, "{}", spec.name);
        }
    }

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

    /// What Matrix allows, and its limits.
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

    /// A plain localpart is the id as text, and as hex when it is none.
    #[test]
    fn plain_localpart_is_the_text() {
        assert_eq!(localpart_plain(&ExternalId::new(*b"ada")), Value::text("ada"));
        assert_eq!(
            localpart_plain(&ExternalId::new([0xa1, 0xa2])),
            Value::text("a1a2")
        );
    }
}
