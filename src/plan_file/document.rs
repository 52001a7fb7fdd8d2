//! Changes as JSON, attributes by their names. Everything that a change was worked out from is in it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{
    Account, Action, AttributeChange, AttributeIndex, AttributeSet, Attributes, Change, Edit, ExternalId,
    Identity, Lifecycle, RecordRef, Removal, RemovalReason, Schema, TargetId, Uniqueness, Value,
};

type Values = BTreeMap<String, ValueDocument>;

#[derive(Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum ChangeDocument {
    Create { person: Person, values: Values },
    Adopt(EditDocument),
    Update(EditDocument),
    Enable(EditDocument),
    Disable(RemovalDocument),
    Delete(RemovalDocument),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditDocument {
    account: String,
    id_before: Option<Box<str>>,
    person: Person,
    attributes: Vec<AttributeDocument>,
    grant: Vec<Box<str>>,
    revoke: Vec<Box<str>>,
    /// The note that the person was missing goes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    returned: bool,
    /// Absent: all that the account list shows was as it should be.
    before: Option<AccountDocument>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RemovalDocument {
    reason: Reason,
    /// The note that the person was missing goes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    returned: bool,
    before: AccountDocument,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reason {
    Disabled,
    Absent,
    Listed,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AttributeDocument {
    name: String,
    before: Option<ValueDocument>,
    after: Option<ValueDocument>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
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
struct AccountDocument {
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
pub(super) struct ValueDocument(Vec<Box<str>>);

impl ChangeDocument {
    /// The change, unless it is one for the run alone that made the plan: applied later, a note of an absence would tell of
    /// a time in which the person may have been there.
    pub(super) fn new(change: &Change, schema: &Schema) -> Option<Self> {
        let edit = |edit: &Edit| EditDocument::new(edit, schema);
        let removal = |removal: &Removal| RemovalDocument {
            reason: match removal.reason {
                RemovalReason::Disabled => Reason::Disabled,
                RemovalReason::Absent => Reason::Absent,
                RemovalReason::Listed => Reason::Listed,
            },
            returned: removal.returned,
            before: AccountDocument::new(&removal.account, schema),
        };
        Some(match &change.action {
            Action::Create { identity, attributes } => Self::Create {
                person: Person::new(identity, schema),
                values: values(attributes, schema),
            },
            Action::Adopt(adopted) => Self::Adopt(edit(adopted)),
            Action::Update(updated) => Self::Update(edit(updated)),
            Action::Enable(enabled) => Self::Enable(edit(enabled)),
            Action::Disable(disabled) => Self::Disable(removal(disabled)),
            Action::Delete(deleted) => Self::Delete(removal(deleted)),
            Action::Note(_) => return None,
        })
    }

    /// The change; the error is what does not fit this target.
    pub(super) fn change(self, schema: &Schema) -> Result<Change, String> {
        let action = match self {
            Self::Create { person, values } => Action::Create {
                identity: person.identity(schema)?,
                attributes: attributes(values, schema)?,
            },
            Self::Adopt(edit) => Action::Adopt(edit.edit(schema)?),
            Self::Update(edit) => Action::Update(edit.edit(schema)?),
            Self::Enable(edit) => Action::Enable(Edit {
                enable: true,
                ..edit.edit(schema)?
            }),
            Self::Disable(removal) => Action::Disable(removal.removal(schema)?),
            Self::Delete(removal) => Action::Delete(removal.removal(schema)?),
        };
        Ok(Change { action })
    }
}

impl EditDocument {
    fn new(edit: &Edit, schema: &Schema) -> Self {
        let attribute = |change: &AttributeChange| AttributeDocument {
            name: schema.spec(change.attribute).name.to_owned(),
            before: change.before.as_ref().map(ValueDocument::new),
            after: change.after.as_ref().map(ValueDocument::new),
        };
        Self {
            account: edit.target_id.to_string(),
            id_before: edit.id_before.clone(),
            person: Person::new(&edit.identity, schema),
            attributes: edit.attributes.iter().map(attribute).collect(),
            grant: edit.grant.clone(),
            revoke: edit.revoke.clone(),
            returned: edit.returned,
            before: edit
                .before
                .as_ref()
                .map(|account| AccountDocument::new(account, schema)),
        }
    }

    fn edit(self, schema: &Schema) -> Result<Edit, String> {
        let attribute = |document: AttributeDocument| {
            let attribute = index(&document.name, schema)?;
            Ok(AttributeChange {
                attribute,
                before: document.before.map(|value| value.value(attribute, schema)),
                after: document.after.map(|value| value.value(attribute, schema)),
                renames: schema.spec(attribute).uniqueness == Uniqueness::Login,
            })
        };
        let before = self.before.map(|account| account.account(schema)).transpose()?;
        Ok(Edit {
            target_id: TargetId::new(self.account),
            id_before: self.id_before,
            identity: self.person.identity(schema)?,
            attributes: self
                .attributes
                .into_iter()
                .map(attribute)
                .collect::<Result<_, String>>()?,
            grant: self.grant,
            revoke: self.revoke,
            enable: false,
            returned: self.returned,
            before: before.map(Box::new),
            detour: None,
        })
    }
}

impl RemovalDocument {
    fn removal(self, schema: &Schema) -> Result<Removal, String> {
        Ok(Removal {
            account: self.before.account(schema)?,
            reason: match self.reason {
                Reason::Disabled => RemovalReason::Disabled,
                Reason::Absent => RemovalReason::Absent,
                Reason::Listed => RemovalReason::Listed,
            },
            returned: self.returned,
        })
    }
}

impl Person {
    fn new(identity: &Identity, schema: &Schema) -> Self {
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

    fn identity(self, schema: &Schema) -> Result<Identity, String> {
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
    fn new(account: &Account, schema: &Schema) -> Self {
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

    fn account(self, schema: &Schema) -> Result<Account, String> {
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
    fn new(value: &Value) -> Self {
        match value {
            Value::Text(text) => Self(vec![text.clone()]),
            Value::Set(texts) => Self(texts.to_vec()),
        }
    }

    fn value(self, attribute: AttributeIndex, schema: &Schema) -> Value {
        use crate::model::Cardinality;
        match schema.spec(attribute).cardinality {
            Cardinality::One => Value::Text(self.0.into_iter().next().unwrap_or_default()),
            Cardinality::Many => Value::Set(self.0.into()),
        }
    }
}

fn values(attributes: &Attributes, schema: &Schema) -> Values {
    let values = schema
        .iter()
        .filter_map(|(index, spec)| Some((spec.name.to_owned(), ValueDocument::new(attributes.get(index)?))));
    values.collect()
}

fn attributes(values: Values, schema: &Schema) -> Result<Attributes, String> {
    let mut attributes = Attributes::empty(schema);
    for (name, value) in values {
        let index = index(&name, schema)?;
        attributes.set(index, Some(value.value(index, schema)));
    }
    Ok(attributes)
}

fn index(name: &str, schema: &Schema) -> Result<AttributeIndex, String> {
    schema
        .index(name)
        .ok_or_else(|| format!("the target stores no attribute `{name}`"))
}
