//! A schema and roles for unit tests, similar to Zitadel's.

use std::sync::Arc;

use super::mapping::{Absent, AttributeRule, Field, LifecycleRule, Mapping, Rules};
use crate::config::{LdapAttribute, TextRule};
use crate::model::{
    AttributeSpec, Cardinality, Desired, Mutability, Purpose, RecordRef, Roles, Schema, Screening,
};
use crate::transform::{RawRecord, key};

pub(super) fn schema() -> Schema {
    let text = AttributeSpec::text;
    let of = |name, purpose| AttributeSpec {
        purpose,
        ..text(name)
    };
    let name = |name| AttributeSpec {
        required: true,
        screening: Screening::NonNames,
        ..of(name, Purpose::Name)
    };
    Schema::new([
        AttributeSpec {
            required: true,
            ..of("email", Purpose::Address)
        },
        name("first_name"),
        name("last_name"),
        AttributeSpec {
            screening: Screening::Nothing,
            ..text("phone")
        },
        of("preferred_username", Purpose::ShownName),
        AttributeSpec {
            mutability: Mutability::SetOnce,
            screening: Screening::Nothing,
            ..of("localpart", Purpose::OwnershipProof)
        },
        AttributeSpec {
            cardinality: Cardinality::Many,
            ..of("roles", Purpose::Access)
        },
    ])
}

pub(super) fn roles() -> Roles {
    ["User".into()].into()
}

pub(super) fn origin(at: &str) -> RecordRef {
    RecordRef::new(Arc::from("test"), at)
}

pub(super) type Attribute<'a> = (&'a str, &'a [&'a [u8]]);

pub(super) fn record(attributes: &[Attribute<'_>]) -> RawRecord {
    let mut record = RawRecord::default();
    for (name, values) in attributes {
        record.push(key(name), values.iter().map(|value| value.to_vec()).collect());
    }
    record
}

/// A mapping for people with the id `uid` and these attributes, given by the source's names.
pub(super) fn mapping(texts: &[(&'static str, &str)], absent: Absent) -> Mapping {
    let attribute = |name: &str| LdapAttribute {
        name: name.to_owned(),
        is_binary: false,
    };
    let text =
        |(name, field): &(&'static str, &str)| AttributeRule::new(name, &TextRule::from(attribute(field)));
    let rules = Rules {
        id: Field::new(&attribute("uid"), None),
        lifecycle: LifecycleRule::Active,
        attributes: texts.iter().map(text).collect(),
        absent,
    };
    Mapping::new(&schema(), &roles(), rules)
}

/// An active person of source `test`.
pub(super) fn person(id: &str, email: &str, at: &str) -> Desired {
    let names = ["email", "first_name", "last_name"].map(|name| (name, name));
    let record = record(&[
        ("uid", &[id.as_bytes()]),
        ("email", &[email.as_bytes()]),
        ("first_name", &[b"F"]),
        ("last_name", &[b"L"]),
    ]);
    let person = mapping(&names, Absent::Empty).person(&record, &origin(at), 0);
    person.expect("complete").0
}
