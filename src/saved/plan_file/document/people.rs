//! People and accounts as JSON, with attributes by name.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{
    AttributeIndex, AttributeSet, Attributes, Cardinality, Desired, Existing, ExternalId, Lifecycle,
    Ownership, Purpose, RecordRef, Reference, Schema, TargetId, TypeId, Value,
};

pub(super) type Values = BTreeMap<String, ValueDocument>;

#[derive(JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    id: String,
    state: Lifecycle,
    values: Values,
    unknown: Vec<String>,
    source: String,
    at: String,
}

#[derive(JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountDocument {
    id: String,
    state: Lifecycle,
    /// Who manages the account.
    ownership: OwnershipDocument,
    values: Values,
}

#[derive(Clone, Copy, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OwnershipDocument {
    Ours,
    Unproved,
    Foreign,
    Protected,
}

#[derive(JsonSchema, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum ValueDocument {
    Texts(Vec<Box<str>>),
    References(Vec<ReferenceDocument>),
}

#[derive(JsonSchema, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum ReferenceDocument {
    /// The index of the type among the target's types, and the external id.
    Managed { resource: u8, id: String },
    /// The target's own reference.
    Foreign { foreign: Box<str> },
}

impl Person {
    pub(super) fn new(desired: &Desired, schema: &Schema) -> Self {
        let unknown = schema
            .iter()
            .filter(|(index, _)| desired.unknown.contains(*index));
        Self {
            id: desired.id.hex(),
            state: desired.lifecycle,
            values: values(&desired.attributes, schema),
            unknown: unknown.map(|(_, spec)| spec.name.to_string()).collect(),
            source: desired.origin.source.to_string(),
            at: desired.origin.at.to_string(),
        }
    }

    pub(super) fn desired(self, resource: TypeId, schema: &Schema) -> Result<Desired, String> {
        let mut unknown = AttributeSet::default();
        for name in &self.unknown {
            unknown.insert(index(name, schema)?);
        }
        let id = ExternalId::from_hex(&self.id).ok_or("a person's id is not in hex")?;
        Ok(Desired {
            resource,
            id,
            lifecycle: self.state,
            attributes: attributes(self.values, schema)?,
            unknown,
            origin: RecordRef::new(self.source, self.at),
        })
    }
}

impl AccountDocument {
    pub(super) fn new(account: &Existing, schema: &Schema) -> Self {
        Self {
            id: account.target_id.to_string(),
            state: account.lifecycle,
            ownership: match account.ownership {
                Ownership::Ours => OwnershipDocument::Ours,
                Ownership::Unproved(_) => OwnershipDocument::Unproved,
                Ownership::Foreign(_) => OwnershipDocument::Foreign,
                Ownership::Protected(_) => OwnershipDocument::Protected,
            },
            values: values(&account.attributes, schema),
        }
    }

    /// The account, without the other ids that it may stand for. They are only needed to make a plan.
    pub(super) fn account(self, resource: TypeId, schema: &Schema) -> Result<Existing, String> {
        let attributes = attributes(self.values, schema)?;
        let id = attributes.text_of(schema, Purpose::ExternalId);
        let reason = "so says the file";
        Ok(Existing {
            resource,
            target_id: TargetId::new(self.id),
            id: id.and_then(ExternalId::from_hex),
            claims: Box::default(),
            lifecycle: self.state,
            attributes,
            not_fetched: schema.not_listed(),
            ownership: match self.ownership {
                OwnershipDocument::Ours => Ownership::Ours,
                OwnershipDocument::Unproved => Ownership::Unproved(reason),
                OwnershipDocument::Foreign => Ownership::Foreign(reason),
                OwnershipDocument::Protected => Ownership::Protected(reason),
            },
        })
    }
}

impl ValueDocument {
    pub(super) fn new(value: &Value) -> Self {
        match value {
            Value::Text(text) => Self::Texts(vec![text.as_str().into()]),
            Value::Set(texts) => Self::Texts(texts.to_vec()),
            Value::References(references) => {
                Self::References(references.iter().map(ReferenceDocument::new).collect())
            }
        }
    }

    pub(super) fn value(self, attribute: AttributeIndex, schema: &Schema) -> Result<Value, String> {
        let spec = schema.spec(attribute);
        let wrong = || format!("`{}` has an empty value, or several", spec.name);
        let value = match (spec.cardinality, spec.purpose, self) {
            (Cardinality::One, _, Self::Texts(texts)) => match &texts[..] {
                [text] if !text.is_empty() => Some(Value::text(text)),
                _ => None,
            },
            (Cardinality::Many, Purpose::Members, Self::References(references)) => {
                let references = references.into_iter().map(ReferenceDocument::reference);
                Value::references(references.collect::<Result<Vec<_>, _>>()?)
            }
            (Cardinality::Many, _, Self::Texts(texts)) => Value::set(texts),
            _ => None,
        };
        value.ok_or_else(wrong)
    }
}

impl ReferenceDocument {
    fn new(reference: &Reference) -> Self {
        match reference {
            Reference::Managed(resource, id) => Self::Managed {
                resource: resource.0,
                id: id.hex(),
            },
            Reference::Foreign(text) => Self::Foreign {
                foreign: text.clone(),
            },
        }
    }

    fn reference(self) -> Result<Reference, String> {
        Ok(match self {
            Self::Managed { resource, id } => {
                let id = ExternalId::from_hex(&id).ok_or("the id of a reference is not in hex")?;
                Reference::Managed(TypeId(resource), id)
            }
            Self::Foreign { foreign } => Reference::Foreign(foreign),
        })
    }
}

pub(super) fn values(attributes: &Attributes, schema: &Schema) -> Values {
    let values = attributes.iter();
    values
        .map(|(index, value)| (schema.spec(index).name.to_string(), ValueDocument::new(value)))
        .collect()
}

pub(super) fn attributes(values: Values, schema: &Schema) -> Result<Attributes, String> {
    let mut attributes = Attributes::default();
    for (name, value) in values {
        let index = index(&name, schema)?;
        attributes.set(index, Some(value.value(index, schema)?));
    }
    Ok(attributes)
}

pub(super) fn index(name: &str, schema: &Schema) -> Result<AttributeIndex, String> {
    schema
        .index(name)
        .ok_or_else(|| format!("the target stores no attribute `{name}`"))
}
