//! What is to be changed, as data.

mod action;
mod attribute;
mod edit;

pub use action::ActionKind;
pub use attribute::AttributeChange;
pub use edit::Edit;

use super::{
    AttributeIndex, Attributes, Desired, Detail, Existing, ExternalId, Purpose, Reference, Schema, TargetId,
    TypeId, Value,
};

/// The mark ([`Purpose::DisabledByUs`]) of an account that is made deactivated for somebody who may log in. It goes once the
/// account is complete: without a mark, only an administrator activates it.
pub const UNFINISHED: &str = "directory-sync: unfinished";

/// A new account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creation {
    /// The person.
    pub desired: Desired,
    /// The values to write, defaults filled in.
    pub attributes: Attributes,
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// A new account.
    Create(Box<Creation>),
    /// Values and state of an account.
    Edit(Box<Edit>),
    /// Nothing is left of this account, which is as it was.
    Delete(Box<Existing>),
}

/// Why an account is taken out of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RemovalReason {
    /// The source says that the person is disabled.
    Disabled,
    /// No source names the person any more, and all of them were read in full.
    Absent,
    /// A source lists the person as having left.
    Leaver,
    /// The run that is undone brought the account into use.
    Undone,
}

/// What the account itself has to hold right before it is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required {
    /// Where.
    pub attribute: AttributeIndex,
    /// The value; `None`: any.
    pub value: Option<Value>,
}

/// Why an account is taken out of use, and what that rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Why.
    pub reason: RemovalReason,
    /// What the account list does not show and has to be so still.
    pub requires: Vec<Required>,
}

/// One entry of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What kind of object it is about.
    pub resource: TypeId,
    /// What happens, in one word.
    pub kind: ActionKind,
    /// What is written.
    pub write: Write,
    /// Why an account is deleted or deactivated.
    pub removal: Option<Removal>,
    /// Of an undo: what the target read before the run that is undone. Values are written back as they are.
    pub restore: Option<Box<[Detail]>>,
    /// References to objects that are not there yet are added in a second step; a delete does not wait until those to the
    /// object are dropped. Objects wait for one another in a circle otherwise.
    pub links_later: bool,
    /// References to objects of its own type are added when all others are dropped: one of these objects refers to it now.
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

    /// Another state or other values of an account.
    pub fn edit_as(kind: ActionKind, edit: Edit) -> Self {
        Self::new(kind, edit.desired.resource, Write::Edit(Box::new(edit)))
    }

    /// An account is deactivated.
    pub fn deactivate(edit: Edit, removal: Removal) -> Self {
        Self {
            removal: Some(removal),
            ..Self::edit_as(ActionKind::Deactivate, edit)
        }
    }

    /// An account is deleted.
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

    /// The external id of the person; of an account that is removed, or whose person is missing, the one it carries.
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

    /// The target's id, unless the account is new.
    pub fn target_id(&self) -> Option<&TargetId> {
        match &self.write {
            Write::Create(_) => None,
            Write::Edit(edit) => Some(&edit.target_id),
            Write::Delete(account) => Some(&account.target_id),
        }
    }

    /// The account as the list showed it, if the change says so.
    pub fn before(&self) -> Option<&Existing> {
        match &self.write {
            Write::Create(_) => None,
            Write::Edit(edit) => edit.before.as_deref(),
            Write::Delete(account) => Some(account),
        }
    }

    /// The new account, if there is one.
    pub fn creation(&self) -> Option<&Creation> {
        match &self.write {
            Write::Create(creation) => Some(creation),
            Write::Edit(_) | Write::Delete(_) => None,
        }
    }

    /// What brings an existing account in line, if that is what happens.
    pub fn edit(&self) -> Option<&Edit> {
        match &self.write {
            Write::Edit(edit) => Some(edit),
            Write::Create(_) | Write::Delete(_) => None,
        }
    }

    /// The same, to be changed.
    pub fn edit_mut(&mut self) -> Option<&mut Edit> {
        match &mut self.write {
            Write::Edit(edit) => Some(edit),
            Write::Create(_) | Write::Delete(_) => None,
        }
    }

    /// The person who has the account afterwards, if the change is about one.
    pub fn person(&self) -> Option<&Desired> {
        match &self.write {
            Write::Create(creation) => Some(&creation.desired),
            Write::Edit(edit) => Some(&edit.desired),
            Write::Delete(_) => None,
        }
    }

    /// The value that the account gets, if this change writes it.
    pub fn written(&self, schema: &Schema, purpose: Purpose) -> Option<&Value> {
        match &self.write {
            Write::Create(creation) => creation.attributes.of(schema, purpose),
            Write::Edit(edit) => edit.change_of(schema, purpose)?.after.as_ref(),
            Write::Delete(_) => None,
        }
    }

    /// The references that the object gets.
    pub fn linked(&self, schema: &Schema) -> Vec<&Reference> {
        let Some(members) = schema.find(Purpose::Members) else {
            return Vec::new();
        };
        match &self.write {
            Write::Create(creation) => {
                let held = creation.attributes.get(members);
                held.map_or(&[][..], Value::as_references).iter().collect()
            }
            Write::Edit(edit) => edit
                .change(members)
                .map_or_else(Vec::new, AttributeChange::linked),
            Write::Delete(_) => Vec::new(),
        }
    }

    /// Every reference that the change is about: what the object refers to before it, and afterwards.
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

    /// The references that the object loses and that stay where they are otherwise.
    pub fn unlinked(&self, schema: &Schema) -> Vec<&Reference> {
        let edit = self.edit();
        let members = edit.and_then(|edit| edit.change_of(schema, Purpose::Members));
        members.map_or_else(Vec::new, AttributeChange::unlinked)
    }

    /// The login name that the account gets, if this change sets it.
    pub fn login(&self, schema: &Schema) -> Option<&str> {
        self.written(schema, Purpose::Login).map(Value::as_text)
    }

    /// Whether the account gets another login name.
    pub fn renames(&self, schema: &Schema) -> bool {
        let edit = self.edit();
        edit.is_some_and(|edit| edit.change_of(schema, Purpose::Login).is_some())
    }

    /// Why the account is removed, if it is.
    pub fn reason(&self) -> Option<RemovalReason> {
        self.removal.as_ref().map(|removal| removal.reason)
    }

    /// Whether the person loses access: a delete, a deactivation, or the loss of the last role.
    pub fn is_removal(&self, schema: &Schema) -> bool {
        self.removal.is_some() || self.takes_last_role(schema)
    }

    /// Whether the account loses its last role and nothing else takes it out of use.
    pub fn takes_last_role(&self, schema: &Schema) -> bool {
        let by_roles = matches!(self.kind, ActionKind::Update | ActionKind::Adopt);
        by_roles && self.edit().is_some_and(|edit| edit.takes_last_role(schema))
    }
}
