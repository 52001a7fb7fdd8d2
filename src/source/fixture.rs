//! A schema and roles for unit tests, shaped like Zitadel's.

use std::sync::Arc;

use super::mapping::{Fact, Mapping, Said};
use crate::model::{
    AttributeSpec, Cardinality, ExternalId, Identity, Lifecycle, Purpose, RecordRef, Roles, Schema,
};

pub(super) fn schema() -> Schema {
    let text = AttributeSpec::text;
    let of = |name, purpose| AttributeSpec {
        purpose,
        ..text(name)
    };
    Schema::new([
        of("email", Purpose::Address),
        text("first_name"),
        text("last_name"),
        text("phone"),
        text("preferred_username"),
        of("localpart", Purpose::OwnershipProof),
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
    RecordRef {
        source: Arc::from("test"),
        at: at.into(),
    }
}

/// An active person of source `test`.
pub(super) fn person(id: &str, email: &str, at: &str) -> Identity {
    let fact = |attribute, value| Fact {
        attribute,
        field: attribute,
        said: Said::Value(value),
    };
    let facts = [
        fact("email", email),
        fact("first_name", "F"),
        fact("last_name", "L"),
    ];
    Mapping::new(&schema(), &roles())
        .identity(
            ExternalId::new(id.as_bytes()),
            Lifecycle::Active,
            origin(at),
            &facts,
        )
        .expect("complete")
        .0
}
