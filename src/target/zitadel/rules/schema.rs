//! The attributes of a Zitadel user, and their names.

use std::sync::Arc;

use uuid::{Uuid, uuid};

use crate::config::{Link, Localpart, MetadataCheck, ZitadelSettings};
use crate::model::{
    AttributeIndex, AttributeSpec, Cardinality, Equality, ExternalId, Fetch, Inspection, Mutability, Purpose,
    Removes, Schema, Value,
};
use crate::target::zitadel::rules::link::linked_id;

/// Properties of attributes that depend on the settings.
struct Options {
    /// How thoroughly metadata is inspected.
    inspected: Inspection,
    /// How thoroughly the provider mark is inspected.
    provider: Inspection,
    localpart: fn(&ExternalId) -> Value,
    owned_roles: Arc<[Box<str>]>,
    /// How thoroughly links are inspected; `None` without an identity provider.
    link: Option<Inspection>,
}

/// Declares the attributes in their order, with a constant for each index.
macro_rules! attributes {
    ($options:ident: $($(#[$doc:meta])* $name:ident = $spec:expr;)*) => {
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "numbers the constants of the same names")]
        enum Place { $($name),* }
        $($(#[$doc])* pub(in crate::target::zitadel) const $name: AttributeIndex = AttributeIndex(Place::$name as u8);)*

        fn specs($options: Options) -> Vec<AttributeSpec> {
            vec![$($spec),*]
        }
    };
}

attributes! { options:
    FIRST_NAME = required("first_name", Purpose::Name);
    LAST_NAME = required("last_name", Purpose::Name);
    EMAIL = AttributeSpec { equality: Equality::Comparable, ..required("email", Purpose::Address) };
    PHONE = AttributeSpec::text("phone");
    PREFERRED_LANGUAGE = AttributeSpec::text("preferred_language");
    PREFERRED_USERNAME = metadata("preferred_username", options.inspected);
    LOCALPART = AttributeSpec {
        purpose: Purpose::OwnershipProof,
        mutability: Mutability::SetOnce,
        misfit: Some(no_localpart),
        default: Some(options.localpart),
        ..metadata("localpart", options.inspected)
    };
    /// The configuration or source that manages the account.
    PROVIDER = AttributeSpec {
        purpose: Purpose::Provider,
        personal: false,
        ..metadata("provider", options.provider)
    };
    /// The keys of the roles in the project.
    ROLES = AttributeSpec {
        cardinality: Cardinality::Many,
        removes: Removes::Only(options.owned_roles),
        personal: false,
        ..of("roles", Purpose::Access)
    };
    /// The user's nickname.
    EXTERNAL_ID = of("external_id", Purpose::ExternalId);
    /// The user name. A new account gets the address as user name, and both change together.
    LOGIN = AttributeSpec {
        equality: Equality::Comparable,
        mutability: Mutability::Follows(EMAIL),
        ..of("login", Purpose::Login)
    };
    VERIFIED_EMAIL = AttributeSpec {
        mutability: Mutability::ReadOnly,
        ..of("verified_email", Purpose::VerifiedAddress)
    };
    /// Written before this tool deactivates an account. Only accounts with it are reactivated.
    DISABLED_BY = AttributeSpec {
        default: Some(|_| Value::text("directory-sync")),
        ..bookkeeping("disabled_by", Purpose::DisabledByUs)
    };
    /// The two parts of an absence marker, written together.
    MISSING_SINCE = bookkeeping("missing_since", Purpose::MissingSince);
    MISSING_RUNS = bookkeeping("missing_runs", Purpose::MissingRuns);
    /// Written before this tool deactivates an account whose sessions it ends, and removed after the sessions have
    /// ended.
    SIGN_OUT = bookkeeping("sign_out", Purpose::SignOut);
    /// The id of the person at the identity provider. The owner of the linked identity can sign in to this account,
    /// so a link that this tool did not create is never replaced.
    IDP_LINK = AttributeSpec {
        equality: Equality::IgnoreCase,
        mutability: Mutability::WithId,
        default: options.link.map(|_| linked_value as fn(&ExternalId) -> Value),
        fetch: Fetch::OnDemand(options.link.unwrap_or(Inspection::Nothing)),
        ..AttributeSpec::text("idp_link")
    };
}

/// The namespace for localparts made from external ids; the same since famedly-sync 0.7.
const NAMESPACE: Uuid = uuid!("d9979cff-abee-4666-bc88-1ec45a843fb8");

/// The attributes of a target; without settings, those of default settings.
pub fn schema(settings: Option<&ZitadelSettings>) -> Schema {
    let inspected = match settings.map_or(MetadataCheck::Confirm, |settings| settings.metadata) {
        MetadataCheck::Confirm => Inspection::Value,
        MetadataCheck::Presence => Inspection::Presence,
        MetadataCheck::Skip => Inspection::Nothing,
    };
    let owned = settings.map_or(&[][..], |settings| &settings.owned_roles);
    let link = settings.filter(|settings| settings.sso_login);
    let mut specs = specs(Options {
        inspected,
        // A configuration without a name does not change the provider of accounts.
        provider: match settings {
            Some(settings) if settings.claims_accounts => inspected,
            _ => Inspection::Nothing,
        },
        localpart: match settings.map_or(Localpart::Uuid, |settings| settings.localpart) {
            Localpart::Uuid => localpart_uuid,
            Localpart::Plain => localpart_plain,
        },
        owned_roles: owned.iter().map(|role| Box::from(role.as_str())).collect(),
        link: link.map(|settings| match settings.link {
            Link::New => Inspection::Nothing,
            Link::Existing => Inspection::Value,
        }),
    });
    let configured = settings.map_or(&[][..], |settings| &settings.metadata_attributes);
    specs.extend(configured.iter().map(|(name, _)| metadata(name, inspected)));
    Schema::new(specs)
}

/// The configured attributes, with their metadata keys.
pub(in crate::target::zitadel) fn configured(
    settings: &ZitadelSettings,
) -> impl Iterator<Item = (AttributeIndex, &str)> {
    let keys = settings.metadata_attributes.iter().map(|(_, key)| key.as_str());
    (IDP_LINK.0 + 1..).map(AttributeIndex).zip(keys)
}

fn of(name: &str, purpose: Purpose) -> AttributeSpec {
    AttributeSpec {
        purpose,
        ..AttributeSpec::text(name)
    }
}

fn required(name: &str, purpose: Purpose) -> AttributeSpec {
    AttributeSpec {
        required: true,
        ..of(name, purpose)
    }
}

fn metadata(name: &str, inspected: Inspection) -> AttributeSpec {
    AttributeSpec {
        fetch: Fetch::OnDemand(inspected),
        ..AttributeSpec::text(name)
    }
}

/// Attributes for this tool's own records.
fn bookkeeping(name: &str, purpose: Purpose) -> AttributeSpec {
    AttributeSpec {
        purpose,
        personal: false,
        ..metadata(name, Inspection::Nothing)
    }
}

fn linked_value(id: &ExternalId) -> Value {
    Value::text(linked_id(id))
}

/// A Matrix id is `@localpart:server` of 255 bytes at most, and a label of the server's name has up to 63.
const LONGEST_LOCALPART: usize = 190;

/// Why a text is not a valid localpart of a Matrix id.
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
        Err(_) => Value::text(id.hex()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::metadata::Keys;
    use super::*;

    /// Each constant is the index of the attribute with its name.
    #[test]
    fn indexes_fit_names() {
        let schema = schema(None);
        for (index, name) in [
            (FIRST_NAME, "first_name"),
            (EMAIL, "email"),
            (PREFERRED_LANGUAGE, "preferred_language"),
            (ROLES, "roles"),
            (MISSING_RUNS, "missing_runs"),
            (IDP_LINK, "idp_link"),
        ] {
            assert_eq!(schema.index(name), Some(index));
        }
        assert_eq!(schema.iter().count(), IDP_LINK.position() + 1);
        let keys = Keys::new(std::iter::empty());
        for (index, spec) in schema.iter() {
            let elsewhere = keys.of(index).is_some() || index == IDP_LINK;
            assert_eq!(spec.is_listed(), !elsewhere, "{}", spec.name);
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

    /// What Matrix allows, with its limits.
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
