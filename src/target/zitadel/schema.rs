//! The attributes of a Zitadel user, and their names.

pub(super) mod link;
mod localpart;
mod part;

use std::sync::Arc;

pub(super) use self::part::{MARK, NO_LANGUAGE, Part};

use self::localpart::{localpart_plain, localpart_uuid, no_localpart};
use crate::config::{Link, Localpart, MetadataCheck, ZitadelSettings};
use crate::model::{
    AttributeIndex, AttributeSpec, Cardinality, Equality, ExternalId, Fetch, Inspection, Mutability, Purpose,
    Removes, Schema, Screening, Value,
};
use crate::target::zitadel::schema::link::linked_id;

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

/// Declares the attributes in their order, with a constant for each index, and the part of a user that contains each.
macro_rules! attributes {
    ($options:ident: $($(#[$doc:meta])* $name:ident = $spec:expr => $part:expr;)*) => {
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "numbers the constants of the same names")]
        enum Position { $($name),* }
        $($(#[$doc])* pub(super) const $name: AttributeIndex = AttributeIndex(Position::$name as u8);)*

        fn specs($options: Options) -> Vec<AttributeSpec> {
            vec![$($spec),*]
        }

        const PARTS: &[Part] = &[$($part),*];
    };
}

attributes! { options:
    FIRST_NAME = name("first_name") => Part::Name("givenName");
    LAST_NAME = name("last_name") => Part::Name("familyName");
    EMAIL = AttributeSpec { equality: Equality::Comparable, ..required("email", Purpose::Address) } => Part::Email;
    PHONE = AttributeSpec { screening: Screening::Nothing, ..AttributeSpec::text("phone") } => Part::Phone;
    PREFERRED_LANGUAGE = AttributeSpec::text("preferred_language")
        => Part::Profile { field: "preferredLanguage", none: NO_LANGUAGE };
    PREFERRED_USERNAME = AttributeSpec {
        purpose: Purpose::ShownName,
        ..metadata("preferred_username", options.inspected)
    } => Part::Metadata(Some("preferred_username"));
    LOCALPART = AttributeSpec {
        purpose: Purpose::OwnershipProof,
        mutability: Mutability::SetOnce,
        screening: Screening::Nothing,
        misfit: Some(no_localpart),
        default: Some(options.localpart),
        ..metadata("localpart", options.inspected)
    } => Part::Metadata(Some("localpart"));
    /// The configuration or source that manages the account.
    PROVIDER = AttributeSpec {
        purpose: Purpose::Provider,
        personal: false,
        ..metadata("provider", options.provider)
    } => Part::Metadata(Some("directory-sync.provider"));
    /// The keys of the roles in the project.
    ROLES = AttributeSpec {
        cardinality: Cardinality::Many,
        removes: Removes::Only(options.owned_roles),
        personal: false,
        ..of("roles", Purpose::Access)
    } => Part::Grants;
    /// The user's nickname.
    EXTERNAL_ID = of("external_id", Purpose::ExternalId) => Part::Nickname;
    /// The user name. A new account gets the address as user name, and both change together.
    LOGIN = AttributeSpec {
        equality: Equality::Comparable,
        mutability: Mutability::Follows(EMAIL),
        ..of("login", Purpose::Login)
    } => Part::Username;
    VERIFIED_EMAIL = AttributeSpec {
        mutability: Mutability::ReadOnly,
        ..of("verified_email", Purpose::VerifiedAddress)
    } => Part::Flag;
    /// Written before this tool deactivates an account. Only accounts with it are reactivated.
    DISABLED_BY = AttributeSpec {
        default: Some(|_| Value::text("directory-sync")),
        ..bookkeeping("disabled_by", Purpose::DisabledByUs)
    } => Part::Record(MARK);
    /// The two parts of an absence marker, written together. RFC 3339.
    MISSING_SINCE = bookkeeping("missing_since", Purpose::MissingSince)
        => Part::Record("directory-sync.missing_since");
    MISSING_RUNS = bookkeeping("missing_runs", Purpose::MissingRuns) => Part::Record("directory-sync.missing_runs");
    /// Written before this tool deactivates an account whose sessions it ends, and removed after the sessions have
    /// ended.
    SIGN_OUT = bookkeeping("sign_out", Purpose::SignOut) => Part::Record("directory-sync.sign_out");
    /// The id of the person at the identity provider. The owner of the linked identity can sign in to this account,
    /// so a link that this tool did not create is never replaced.
    IDP_LINK = AttributeSpec {
        equality: Equality::IgnoreCase,
        mutability: Mutability::WithId,
        default: options.link.map(|_| linked_value as fn(&ExternalId) -> Value),
        fetch: Fetch::OnDemand(options.link.unwrap_or(Inspection::Nothing)),
        ..AttributeSpec::text("idp_link")
    } => Part::Links;
}

/// The part of a user that contains an attribute.
pub(super) fn part(attribute: AttributeIndex) -> Part {
    let fixed = PARTS.get(attribute.position());
    fixed.copied().unwrap_or(Part::Metadata(None))
}

/// The attributes that do not come from the configuration, each with its part.
pub(super) fn parts() -> impl Iterator<Item = (AttributeIndex, Part)> {
    (0..).map(AttributeIndex).zip(PARTS.iter().copied())
}

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
pub(super) fn configured(settings: &ZitadelSettings) -> impl Iterator<Item = (AttributeIndex, &str)> {
    let keys = settings.metadata_attributes.iter().map(|(_, key)| key.as_str());
    (0..).map(AttributeIndex).skip(PARTS.len()).zip(keys)
}

fn of(name: &str, purpose: Purpose) -> AttributeSpec {
    AttributeSpec {
        purpose,
        ..AttributeSpec::text(name)
    }
}

fn name(name: &str) -> AttributeSpec {
    AttributeSpec {
        screening: Screening::NonNames,
        ..required(name, Purpose::Name)
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

#[cfg(test)]
mod tests;
