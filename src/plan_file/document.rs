//! Changes as JSON, attributes by their names. Everything that a change was worked out from is in it.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::model::{
    Absence, Account, Action, AttributeChange, AttributeIndex, AttributeSet, Attributes, Change, Edit,
    ExternalId, Identity, Lifecycle, Note, RecordRef, Removal, RemovalReason, Schema, TargetId, Uniqueness,
    Value,
};

type Values = BTreeMap<String, ValueDocument>;

#[derive(Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum ChangeDocument {
    Create { person: Person, values: Values },
    Adopt(EditDocument),
    Update(EditDocument),
    Enable(EditDocument),
    Disable(RemovalDocument),
    Delete(RemovalDocument),
    Note(NoteDocument),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoteDocument {
    /// In seconds since 1970 (UTC).
    since: i64,
    runs: u32,
    before: AccountDocument,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditDocument {
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
pub(crate) struct RemovalDocument {
    reason: Reason,
    /// The note that the person was missing goes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    returned: bool,
    /// The note of an absence that the removal rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    missing_since: Option<i64>,
    before: AccountDocument,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reason {
    Disabled,
    Absent,
    Listed,
    Undone,
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
pub(crate) struct ValueDocument(Vec<Box<str>>);

impl ChangeDocument {
    pub(crate) fn new(change: &Change, schema: &Schema) -> Self {
        let edit = |edit: &Edit| EditDocument::new(edit, schema);
        let removal = |removal: &Removal| RemovalDocument {
            reason: match removal.reason {
                RemovalReason::Disabled => Reason::Disabled,
                RemovalReason::Absent => Reason::Absent,
                RemovalReason::Listed => Reason::Listed,
                RemovalReason::Undone => Reason::Undone,
            },
            returned: removal.returned,
            missing_since: removal.missing_since,
            before: AccountDocument::new(&removal.account, schema),
        };
        match &change.action {
            Action::Create { identity, attributes } => Self::Create {
                person: Person::new(identity, schema),
                values: values(attributes, schema),
            },
            Action::Adopt(adopted) => Self::Adopt(edit(adopted)),
            Action::Update(updated) => Self::Update(edit(updated)),
            Action::Enable(enabled) => Self::Enable(edit(enabled)),
            Action::Disable(disabled) => Self::Disable(removal(disabled)),
            Action::Delete(deleted) => Self::Delete(removal(deleted)),
            Action::Note(note) => Self::Note(NoteDocument {
                since: note.absence.since,
                runs: note.absence.runs,
                before: AccountDocument::new(&note.account, schema),
            }),
        }
    }

    /// The change; the error is what does not fit this target.
    pub(crate) fn change(self, schema: &Schema) -> Result<Change, String> {
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
            Self::Note(note) => Action::Note(Note {
                absence: Absence {
                    since: note.since,
                    runs: note.runs,
                },
                account: note.before.account(schema)?,
            }),
        };
        Ok(action.into())
    }
}

impl EditDocument {
    pub(crate) fn new(edit: &Edit, schema: &Schema) -> Self {
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

    pub(crate) fn edit(self, schema: &Schema) -> Result<Edit, String> {
        let attribute = |document: AttributeDocument| {
            let attribute = index(&document.name, schema)?;
            let value =
                |value: Option<ValueDocument>| value.map(|value| value.value(attribute, schema)).transpose();
            Ok(AttributeChange {
                attribute,
                before: value(document.before)?,
                after: value(document.after)?,
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
                Reason::Undone => RemovalReason::Undone,
            },
            returned: self.returned,
            missing_since: self.missing_since,
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

    fn value(self, attribute: AttributeIndex, schema: &Schema) -> Result<Value, String> {
        use crate::model::Cardinality;
        let spec = schema.spec(attribute);
        match (spec.cardinality, &self.0[..]) {
            (Cardinality::One, [text]) if !text.is_empty() => Ok(Value::Text(text.clone())),
            (Cardinality::Many, [_, ..]) => Ok(Value::Set(self.0.into())),
            _ => Err(format!("`{}` has an empty value, or several", spec.name)),
        }
    }
}

/// What is wrong with a file, without the texts in it, which may be somebody's name.
pub(crate) fn without_texts(problem: &serde_json::Error) -> String {
    let problem = problem.to_string();
    match (problem.find('"'), problem.rfind('"')) {
        (Some(from), Some(to)) if from < to => format!("{}\"…\"{}", &problem[..from], &problem[to + 1..]),
        _ => problem,
    }
}

/// What is wrong with changes that concern one account, or one new person, twice.
pub(crate) fn twice<'a>(changes: impl Iterator<Item = &'a Change>) -> Option<String> {
    let mut seen = HashMap::new();
    for (place, change) in changes.enumerate() {
        // A text in the place of an id may be a nickname that many people have.
        let subject = match (change.target_id(), &change.restore) {
            (Some(account), _) => format!("account {account}"),
            (None, Some(restore)) => format!("login {}", restore.login.to_lowercase()),
            (None, None) => format!("person {}", change.id_text()),
        };
        if let Some(first) = seen.insert(subject, place + 1) {
            return Some(format!(
                "changes {first} and {} concern the same account",
                place + 1
            ));
        }
    }
    None
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
        attributes.set(index, Some(value.value(index, schema)?));
    }
    Ok(attributes)
}

fn index(name: &str, schema: &Schema) -> Result<AttributeIndex, String> {
    schema
        .index(name)
        .ok_or_else(|| format!("the target stores no attribute `{name}`"))
}
