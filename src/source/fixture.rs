//! A schema and roles for unit tests, shaped like Zitadel's.

use std::sync::Arc;

use super::mapping::{Fact, Mapping, Said};
use crate::model::{
    AttributeSpec, Cardinality, Entitlements, Equality, ExternalId, Identity, Inspection, Lifecycle,
    Mutability, RecordRef, Schema, Uniqueness,
};

pub(super) fn schema() -> Schema {
    let spec = |name| AttributeSpec {
        name,
        cardinality: Cardinality::One,
        equality: Equality::Exact,
        mutability: Mutability::ReadWrite,
        uniqueness: if name == "email" {
            Uniqueness::Login
        } else {
            Uniqueness::Shared
        },
        is_name: false,
        required: false,
        listed: true,
        inspected: Inspection::Value,
        personal: true,
        misfit: None,
        provenance: false,
        default: None,
    };
    let names = [
        "email",
        "first_name",
        "last_name",
        "phone",
        "preferred_username",
        "localpart",
    ];
    Schema::new(names.map(spec))
}

pub(super) fn roles() -> Entitlements {
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
