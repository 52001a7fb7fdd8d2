//! Changes as JSON, with attributes by name. Contains everything that a change was computed from.

mod people;

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::people::{AccountDocument, Person, ValueDocument, Values, attributes, index, values};
use crate::model::{
    ActionKind, AttributeChange, AttributeSet, Catalog, Change, Edit, Lifecycle, Purpose, RemovalReason,
    Required, Schema, TargetId, TypeId, Value, Write,
};
use crate::plan;

#[derive(JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeDocument {
    /// The resource type; omitted for users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource: Option<Box<str>>,
    action: ActionKind,
    /// Why an account is deleted or deactivated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<RemovalReason>,
    /// The start of the absence that a removal is based on, as found on the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    missing_since: Option<Box<str>>,
    /// Of a new account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    create: Option<CreationDocument>,
    /// Of an account that is changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edit: Option<EditDocument>,
    /// Of an account that is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delete: Option<AccountDocument>,
}

#[derive(JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CreationDocument {
    person: Person,
    values: Values,
}

#[derive(JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EditDocument {
    account: String,
    person: Person,
    changes: Vec<AttributeDocument>,
    /// The new state of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<Lifecycle>,
    /// Absent if everything that the account list showed was as desired.
    before: Option<AccountDocument>,
}

#[derive(JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AttributeDocument {
    name: String,
    before: Option<ValueDocument>,
    after: Option<ValueDocument>,
}

impl ChangeDocument {
    pub(crate) fn new(change: &Change, catalog: &Catalog) -> Self {
        let schema = catalog.schema(change.resource);
        let is_person = change.resource == TypeId::default();
        let mut document = Self {
            resource: (!is_person).then(|| catalog.name(change.resource).into()),
            action: change.kind,
            reason: change.reason(),
            missing_since: change.removal.as_ref().and_then(|removal| {
                let value = |required: &Required| required.value.as_ref().map(|value| value.as_text().into());
                removal.requires.iter().find_map(value)
            }),
            create: None,
            edit: None,
            delete: None,
        };
        match &change.write {
            Write::Create(creation) => {
                document.create = Some(CreationDocument {
                    person: Person::new(&creation.desired, schema),
                    values: values(&creation.attributes, schema),
                });
            }
            Write::Edit(edit) => document.edit = Some(EditDocument::new(edit, schema)),
            Write::Delete(account) => document.delete = Some(AccountDocument::new(account, schema)),
        }
        document
    }

    /// Converts to a change. The error says what does not fit this target.
    pub(crate) fn change(self, catalog: &Catalog) -> Result<Change, String> {
        let resource = match self.resource {
            Some(name) => catalog
                .find(&name)
                .ok_or_else(|| format!("the target stores no `{name}`"))?,
            None => TypeId::default(),
        };
        let schema = catalog.schema(resource);
        let kind = self.action;
        let mut change = match (self.create, self.edit, self.delete) {
            (Some(creation), None, None) if kind == ActionKind::Create => Change::create(
                creation.person.desired(resource, schema)?,
                attributes(creation.values, schema)?,
            ),
            (None, Some(edit), None) if !matches!(kind, ActionKind::Create | ActionKind::Delete) => {
                Change::edit_as(kind, edit.edit(resource, schema)?)
            }
            (None, None, Some(account)) if kind == ActionKind::Delete => {
                let account = account.account(resource, schema)?;
                let removal = plan::removal(schema, &account, RemovalReason::Undone, None);
                Change::delete(account, removal)
            }
            _ => return Err(format!("it contains no `{}` and nothing else", kind.name())),
        };
        let is_removal = matches!(kind, ActionKind::Deactivate | ActionKind::Delete);
        change.removal = match (self.reason, change.before()) {
            (Some(reason), Some(account)) if is_removal => {
                let since = self.missing_since.map(Value::text);
                Some(plan::removal(schema, account, reason, since))
            }
            (None, _) if !is_removal => None,
            _ => return Err("it lacks the reason or the former state of a removed account".to_owned()),
        };
        Ok(change)
    }
}

impl EditDocument {
    fn new(edit: &Edit, schema: &Schema) -> Self {
        let attribute = |change: &AttributeChange| AttributeDocument {
            name: schema.spec(change.attribute).name.to_string(),
            before: change.before.as_ref().map(ValueDocument::new),
            after: change.after.as_ref().map(ValueDocument::new),
        };
        let account = |account: &crate::model::Existing| AccountDocument::new(account, schema);
        Self {
            account: edit.target_id.to_string(),
            person: Person::new(&edit.desired, schema),
            changes: edit.changes.iter().map(attribute).collect(),
            state: edit.lifecycle,
            before: edit.before.as_deref().map(account),
        }
    }

    fn edit(self, resource: TypeId, schema: &Schema) -> Result<Edit, String> {
        let changes = self.changes.into_iter().map(|document| document.change(schema));
        let before = self.before.map(|account| account.account(resource, schema));
        let before = before.transpose()?;
        Ok(Edit {
            target_id: TargetId::new(self.account),
            desired: self.person.desired(resource, schema)?,
            changes: changes.collect::<Result<_, _>>()?,
            lifecycle: self.state,
            before: before.map(Box::new),
            temporary_login: None,
            emptied_first: AttributeSet::default(),
        })
    }
}

impl AttributeDocument {
    fn change(self, schema: &Schema) -> Result<AttributeChange, String> {
        let attribute = index(&self.name, schema)?;
        let value =
            |value: Option<ValueDocument>| value.map(|value| value.value(attribute, schema)).transpose();
        Ok(AttributeChange {
            attribute,
            before: value(self.before)?,
            after: value(self.after)?,
        })
    }
}

/// Error for several changes of one account, or of one new person.
pub(crate) fn twice<'a>(catalog: &Catalog, changes: impl Iterator<Item = &'a Change>) -> Option<String> {
    let mut seen = HashMap::new();
    for (index, change) in changes.enumerate() {
        let schema = catalog.schema(change.resource);
        let written = |purpose| change.written(schema, purpose).map_or("", Value::as_text);
        // A text that is not an id was chosen by a person, and many may have the same.
        let subject = match (change.target_id(), &change.restore) {
            (Some(account), _) => format!("account {account}"),
            (None, Some(_)) => format!("login {}", written(Purpose::Login).to_lowercase()),
            (None, None) => format!("person {}", written(Purpose::ExternalId)),
        };
        if let Some(first) = seen.insert((change.resource, subject), index + 1) {
            return Some(format!(
                "changes {first} and {} concern the same account",
                index + 1
            ));
        }
    }
    None
}
