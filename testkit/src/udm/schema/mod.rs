//! Types of objects and their properties.

mod container;
mod group;
mod kind;
mod names;
mod photo;
mod syntax;
mod user;
mod values;

use serde_json::{Value, json};

pub use kind::Kind;
pub(crate) use names::transliterated;
pub(crate) use syntax::{Refusal, Syntax};
pub(crate) use values::checked;

/// Shape of a single value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Integer,
    Boolean,
    Object,
}

/// How the directory server compares two values of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Matching {
    Caseless,
    Phone,
    Dn,
    Exact,
}

/// One property of a type.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Property {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// The attribute in the directory, for filters and for its errors.
    pub(crate) attribute: &'static str,
    pub(crate) shape: Shape,
    pub(crate) list: bool,
    pub(crate) syntax: Syntax,
    pub(crate) matching: Matching,
    pub(crate) required: bool,
    /// Can be given once only.
    pub(crate) fixed: bool,
    /// Belongs to an option that is off: in the template, in no object.
    pub(crate) of_an_option: bool,
    pub(crate) default: Default,
}

/// What a template holds for a property.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Default {
    Unset,
    Text(&'static str),
    No,
}

impl Property {
    const fn new(name: &'static str, label: &'static str, attribute: &'static str) -> Self {
        Self {
            name,
            label,
            attribute,
            shape: Shape::Text,
            list: false,
            syntax: Syntax::Any,
            matching: Matching::Caseless,
            required: false,
            fixed: false,
            of_an_option: false,
            default: Default::Unset,
        }
    }

    const fn list(self) -> Self {
        Self { list: true, ..self }
    }

    const fn shaped(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }

    const fn with(self, syntax: Syntax) -> Self {
        Self { syntax, ..self }
    }

    const fn matched(self, matching: Matching) -> Self {
        Self { matching, ..self }
    }

    const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    const fn fixed(self) -> Self {
        Self { fixed: true, ..self }
    }

    const fn of_an_option(self) -> Self {
        Self {
            of_an_option: true,
            ..self
        }
    }

    const fn text_default(self, text: &'static str) -> Self {
        Self {
            default: Default::Text(text),
            ..self
        }
    }

    const fn off(self) -> Self {
        Self {
            shape: Shape::Boolean,
            default: Default::No,
            ..self
        }
    }

    /// What is shown where nothing is set.
    pub(crate) fn unset(&self) -> Value {
        match (self.list, self.shape) {
            (true, _) => json!([]),
            (false, Shape::Object) => json!({}),
            (false, _) => Value::Null,
        }
    }

    /// What a template shows, and what an object has from its creation.
    pub(crate) fn default_value(&self) -> Value {
        match self.default {
            Default::Unset if self.name == "accountActivationDate" => json!({
                "activation-date": null, "activation-time": null, "activation-timezone": "Etc/UTC",
            }),
            Default::Unset => self.unset(),
            Default::Text(text) => json!(text),
            Default::No => json!(false),
        }
    }
}

const IDENTIFIER: Property = Property::new(
    "univentionObjectIdentifier",
    "Immutable Object Identifier",
    "univentionObjectIdentifier",
)
.with(Syntax::Identifier)
.matched(Matching::Exact)
.fixed();

const OBJECT_FLAG: Property = Property::new("objectFlag", "Object flag", "univentionObjectFlag").list();
