//! Changes as data.

mod action;
mod attribute;
mod edit;

pub use action::ActionKind;
pub use attribute::AttributeChange;
pub use edit::Edit;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AttributeIndex, Attributes, Desired, Detail, Existing, ExternalId, Purpose, Reference, Schema, TargetId,
    TypeId, Value,
};

/// The mark ([`Purpose::DisabledByUs`]) of a new account that is created deactivated for an active person. It is
/// removed once the account is complete. Accounts without a mark are only activated by an administrator.
pub const UNFINISHED: &str = "directory-sync: unfinished";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creation {
    pub desired: Desired,
    /// The values to write, including defaults.
    pub attributes: Attributes,
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    Create(Box<Creation>),
    /// Values and state of an account.
    Edit(Box<Edit>),
    /// The account is deleted. Contains its former state.
    Delete(Box<Existing>),
}

/// Why an account is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RemovalReason {
    /// The source marks the person as disabled.
    Disabled,
    /// No source contains the person any more, and all of them were read completely.
    Absent,
    /// The person is on a list of leavers.
    #[serde(rename = "listed")]
    Leaver,
    /// The run that is undone created or activated the account.
    Undone,
}

/// A value that the account must have right before it is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required {
    pub attribute: AttributeIndex,
    /// The value; `None` means any.
    pub value: Option<Value>,
}

/// Why an account is removed, and the conditions for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    pub reason: RemovalReason,
    /// Conditions that must still hold and that the account list does not show.
    pub requires: Vec<Required>,
}

/// One entry of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub resource: TypeId,
    pub kind: ActionKind,
    pub write: Write,
    /// Why an account is deleted or deactivated.
    pub removal: Option<Removal>,
    /// For an undo: what the target read before the run that is undone. Values are restored unchanged.
    pub restore: Option<Box<[Detail]>>,
    /// References to objects that do not exist yet are added in a second step, and a delete does not wait for the
    /// removal of references. Otherwise objects would wait for each other in a circle.
    pub links_later: bool,
    /// References to objects of its own type are added after all others are removed, because one of these objects
    /// still refers to it.
    pub nests_last: bool,
}

impl Change {
    /// A new account.
    pub fn create(desired: Desired, attributes: Attributes) -> Self {
        let creation = Creation { desired, attributes };
        Self::new(
            ActionKind::Create,
            creation.desired.resource,
            Write::Create(Box::new(creation)),
        )
    }

    /// A change of an account's values or state.
    pub fn edit_as(kind: ActionKind, edit: Edit) -> Self {
        Self::new(kind, edit.desired.resource, Write::Edit(Box::new(edit)))
    }

    /// Deactivates an account.
    pub fn deactivate(edit: Edit, removal: Removal) -> Self {
        Self {
            removal: Some(removal),
            ..Self::edit_as(ActionKind::Deactivate, edit)
        }
    }

    /// Deletes an account.
    pub fn delete(account: Existing, removal: Removal) -> Self {
        let resource = account.resource;
        Self {
            removal: Some(removal),
            ..Self::new(ActionKind::Delete, resource, Write::Delete(Box::new(account)))
        }
    }

    fn new(kind: ActionKind, resource: TypeId, write: Write) -> Self {
        Self {
            resource,
            kind,
            write,
            removal: None,
            restore: None,
            links_later: false,
            nests_last: false,
        }
    }

    /// The external id of the person. For an account that is removed, or whose person is missing, the account's
    /// external id.
    pub fn id(&self) -> Option<&ExternalId> {
        match (&self.write, self.kind) {
            (Write::Create(creation), _) => Some(&creation.desired.id),
            (Write::Edit(edit), ActionKind::Deactivate | ActionKind::MarkAbsent) => {
                edit.before.as_ref()?.id.as_ref()
            }
            (Write::Edit(edit), _) => Some(&edit.desired.id),
            (Write::Delete(account), _) => account.id.as_ref(),
        }
    }

    /// The target id, unless the account is new.
    pub fn target_id(&self) -> Option<&TargetId> {
        match &self.write {
            Write::Create(_) => None,
            Write::Edit(edit) => Some(&edit.target_id),
            Write::Delete(account) => Some(&account.target_id),
        }
    }

    /// The account as the list showed it, if known.
    pub fn before(&self) -> Option<&Existing> {
        match &self.write {
            Write::Create(_) => None,
            Write::Edit(edit) => edit.before.as_deref(),
            Write::Delete(account) => Some(account),
        }
    }

    pub fn creation(&self) -> Option<&Creation> {
        match &self.write {
            Write::Create(creation) => Some(creation),
            Write::Edit(_) | Write::Delete(_) => None,
        }
    }

    pub fn edit(&self) -> Option<&Edit> {
        match &self.write {
            Write::Edit(edit) => Some(edit),
            Write::Create(_) | Write::Delete(_) => None,
        }
    }

    pub fn edit_mut(&mut self) -> Option<&mut Edit> {
        match &mut self.write {
            Write::Edit(edit) => Some(edit),
            Write::Create(_) | Write::Delete(_) => None,
        }
    }

    /// The person who has the account afterwards, if there is one.
    pub fn person(&self) -> Option<&Desired> {
        match &self.write {
            Write::Create(creation) => Some(&creation.desired),
            Write::Edit(edit) => Some(&edit.desired),
            Write::Delete(_) => None,
        }
    }

    /// The new value of the attribute with a purpose, if this change writes it.
    pub fn written(&self, schema: &Schema, purpose: Purpose) -> Option<&Value> {
        match &self.write {
            Write::Create(creation) => creation.attributes.of(schema, purpose),
            Write::Edit(edit) => edit.change_of(schema, purpose)?.after.as_ref(),
            Write::Delete(_) => None,
        }
    }

    /// The references that are added.
    pub fn linked(&self, schema: &Schema) -> Vec<&Reference> {
        let Some(members) = schema.find(Purpose::Members) else {
            return Vec::new();
        };
        match &self.write {
            Write::Create(creation) => {
                let linked = creation.attributes.get(members);
                linked.map_or(&[][..], Value::as_references).iter().collect()
            }
            Write::Edit(edit) => edit
                .change(members)
                .map_or_else(Vec::new, AttributeChange::linked),
            Write::Delete(_) => Vec::new(),
        }
    }

    /// All references of the change: those before it, and those afterwards.
    pub fn references(&self, schema: &Schema) -> Vec<&Reference> {
        let Some(members) = schema.find(Purpose::Members) else {
            return Vec::new();
        };
        let values = match &self.write {
            Write::Create(creation) => [None, creation.attributes.get(members)],
            Write::Edit(edit) => edit.change(members).map_or([None, None], |change| {
                [change.before.as_ref(), change.after.as_ref()]
            }),
            Write::Delete(_) => [None, None],
        };
        values
            .into_iter()
            .flatten()
            .flat_map(Value::as_references)
            .collect()
    }

    /// The references that are removed while the object that they point to stays.
    pub fn unlinked(&self, schema: &Schema) -> Vec<&Reference> {
        let edit = self.edit();
        let members = edit.and_then(|edit| edit.change_of(schema, Purpose::Members));
        members.map_or_else(Vec::new, AttributeChange::unlinked)
    }

    /// The new login name, if this change sets it.
    pub fn login(&self, schema: &Schema) -> Option<&str> {
        self.written(schema, Purpose::Login).map(Value::as_text)
    }

    /// Returns whether the account gets another login name.
    pub fn renames(&self, schema: &Schema) -> bool {
        let edit = self.edit();
        edit.is_some_and(|edit| edit.change_of(schema, Purpose::Login).is_some())
    }

    /// Why the account is removed, if it is.
    pub fn reason(&self) -> Option<RemovalReason> {
        self.removal.as_ref().map(|removal| removal.reason)
    }

    /// Returns whether the person loses access: a delete, a deactivation, or the loss of the last role.
    pub fn is_removal(&self, schema: &Schema) -> bool {
        self.removal.is_some() || self.takes_last_role(schema)
    }

    /// Returns whether the account loses its last role and is not removed otherwise.
    pub fn takes_last_role(&self, schema: &Schema) -> bool {
        let by_roles = matches!(self.kind, ActionKind::Update | ActionKind::Adopt);
        by_roles && self.edit().is_some_and(|edit| edit.takes_last_role(schema))
    }
}
