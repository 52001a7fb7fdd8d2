//! Changes as JSON, attributes by their names. Everything that a change was worked out from is in it.

mod people;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use self::people::{AccountDocument, Person, ValueDocument, Values, attributes, index, values};
use crate::model::{
    Absence, Action, AttributeChange, Change, Edit, Note, Removal, RemovalReason, Schema, TargetId,
    Uniqueness,
};

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
