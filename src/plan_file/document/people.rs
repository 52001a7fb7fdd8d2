//! People and accounts as JSON, attributes by their names.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{
    Account, AttributeIndex, AttributeSet, Attributes, Cardinality, ExternalId, Identity, Lifecycle,
    RecordRef, Schema, TargetId, Value,
};

pub(super) type Values = BTreeMap<String, ValueDocument>;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    id: String,
    state: State,
    values: Values,
    unknown: Vec<String>,
    roles: Vec<Box<str>>,
    source: String,
    at: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountDocument {
    id: String,
    external_id: Box<str>,
    login: Box<str>,
    state: State,
    values: Values,
    email_verified: bool,
    roles: Vec<Box<str>>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Active,
    Disabled,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct ValueDocument(Vec<Box<str>>);

impl Person {
    pub(super) fn new(identity: &Identity, schema: &Schema) -> Self {
        let unknown = schema
            .iter()
            .filter(|(index, _)| identity.unknown.contains(*index));
        Self {
            id: identity.id.to_string(),
            state: State::new(identity.lifecycle),
            values: values(&identity.attributes, schema),
            unknown: unknown.map(|(_, spec)| spec.name.to_owned()).collect(),
            roles: identity.entitlements.to_vec(),
            source: identity.origin.source.to_string(),
            at: identity.origin.at.to_string(),
        }
    }

    pub(super) fn identity(self, schema: &Schema) -> Result<Identity, String> {
        let mut unknown = AttributeSet::default();
        for name in &self.unknown {
            unknown.insert(index(name, schema)?);
        }
        let id = ExternalId::from_hex(&self.id).ok_or("a person's id is not in hex")?;
        Ok(Identity {
            id,
            lifecycle: self.state.lifecycle(),
            attributes: attributes(self.values, schema)?,
            unknown,
            entitlements: self.roles.into(),
            origin: RecordRef {
                source: self.source.into(),
                at: self.at.into(),
            },
        })
    }
}

impl AccountDocument {
    pub(super) fn new(account: &Account, schema: &Schema) -> Self {
        Self {
            id: account.target_id.to_string(),
            external_id: account.id_text.clone(),
            login: account.login.clone(),
            state: State::new(account.lifecycle),
            values: values(&account.attributes, schema),
            email_verified: account.email_verified,
            roles: account.entitlements.to_vec(),
        }
    }

    pub(super) fn account(self, schema: &Schema) -> Result<Account, String> {
        let mut unread = AttributeSet::default();
        for (index, _) in schema.iter().filter(|(_, spec)| !spec.listed) {
            unread.insert(index);
        }
        Ok(Account {
            target_id: TargetId::new(self.id),
            id: ExternalId::from_hex(&self.external_id),
            id_text: self.external_id,
            login: self.login,
            lifecycle: self.state.lifecycle(),
            attributes: attributes(self.values, schema)?,
            unread,
            email_verified: self.email_verified,
            entitlements: self.roles.into(),
            protected: false,
        })
    }
}

impl State {
    fn new(lifecycle: Lifecycle) -> Self {
        match lifecycle {
            Lifecycle::Active => Self::Active,
            Lifecycle::Disabled => Self::Disabled,
        }
    }

    fn lifecycle(self) -> Lifecycle {
        match self {
            Self::Active => Lifecycle::Active,
            Self::Disabled => Lifecycle::Disabled,
        }
    }
}

impl ValueDocument {
    pub(super) fn new(value: &Value) -> Self {
        match value {
            Value::Text(text) => Self(vec![text.clone()]),
            Value::Set(texts) => Self(texts.to_vec()),
        }
    }

    pub(super) fn value(self, attribute: AttributeIndex, schema: &Schema) -> Result<Value, String> {
        let spec = schema.spec(attribute);
        match (spec.cardinality, &self.0[..]) {
            (Cardinality::One, [text]) if !text.is_empty() => Ok(Value::Text(text.clone())),
            (Cardinality::Many, [_, ..]) => Ok(Value::Set(self.0.into())),
            _ => Err(format!("`{}` has an empty value, or several", spec.name)),
        }
    }
}

pub(super) fn values(attributes: &Attributes, schema: &Schema) -> Values {
    let values = schema
        .iter()
        .filter_map(|(index, spec)| Some((spec.name.to_owned(), ValueDocument::new(attributes.get(index)?))));
    values.collect()
}

pub(super) fn attributes(values: Values, schema: &Schema) -> Result<Attributes, String> {
    let mut attributes = Attributes::empty(schema);
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
