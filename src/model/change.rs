//! What is to be changed, as data.

use super::{
    AttributeIndex, Attributes, Desired, Detail, Existing, ExternalId, Lifecycle, Purpose, Reference, Schema,
    TargetId, TypeId, Value,
};

/// What happens to one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ActionKind {
    /// A new account; its lifecycle is the person's.
    Create,
    /// An account without our id becomes the person's.
    Adopt,
    /// The person's account is brought in line.
    Update,
    /// A deactivated account becomes active again, and is brought in line.
    Reactivate,
    /// The account is deactivated.
    Deactivate,
    /// The account is deleted.
    Delete,
    /// The account gets an absence marker, and stays as it is otherwise.
    MarkAbsent,
}

impl ActionKind {
    /// All kinds in the order in which they are reported.
    pub const ALL: [Self; 7] = [
        Self::Create,
        Self::Adopt,
        Self::Update,
        Self::Reactivate,
        Self::Deactivate,
        Self::Delete,
        Self::MarkAbsent,
    ];

    /// The name in plan, report and configuration; its symbol in a plan and what that means; what would become of an
    /// account, to follow "would".
    const fn words(self) -> (&'static str, (char, &'static str), &'static str) {
        match self {
            Self::Create => ("create", ('+', "create"), "be made"),
            Self::Adopt => ("adopt", ('~', "change"), "be adopted"),
            Self::Update => ("update", ('~', "change"), "be updated"),
            Self::Reactivate => ("enable", ('~', "change"), "be reactivated"),
            Self::Deactivate => ("disable", ('-', "remove"), "be deactivated"),
            Self::Delete => ("delete", ('-', "remove"), "be deleted"),
            Self::MarkAbsent => ("note", ('!', "missing"), "be noted as missing"),
        }
    }

    /// The name used in plan, report and configuration.
    pub const fn name(self) -> &'static str {
        self.words().0
    }

    /// The symbol in a plan, and what it means.
    pub const fn symbol(self) -> (char, &'static str) {
        self.words().1
    }

    /// What would become of an account, to follow "would".
    pub const fn deed(self) -> &'static str {
        self.words().2
    }
}

/// One attribute that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeChange {
    /// Which one.
    pub attribute: AttributeIndex,
    /// What the account holds, as far as is known.
    pub before: Option<Value>,
    /// What it is to hold; `None` removes the value.
    pub after: Option<Value>,
}

impl AttributeChange {
    /// The texts that are added, in order.
    pub fn added(&self) -> Vec<Box<str>> {
        missing_in(self.after.as_ref(), self.before.as_ref())
    }

    /// The texts that are taken away, in order.
    pub fn removed(&self) -> Vec<Box<str>> {
        missing_in(self.before.as_ref(), self.after.as_ref())
    }

    /// The references that are added, in order.
    pub fn linked(&self) -> Vec<&Reference> {
        without(self.after.as_ref(), self.before.as_ref())
    }

    /// The references that are dropped, in order.
    pub fn unlinked(&self) -> Vec<&Reference> {
        without(self.before.as_ref(), self.after.as_ref())
    }
}

/// The references of one value that the other does not have.
fn without<'a>(of: Option<&'a Value>, other: Option<&Value>) -> Vec<&'a Reference> {
    let other = other.map_or(&[][..], Value::as_references);
    let of = of.map_or(&[][..], Value::as_references).iter();
    of.filter(|reference| !other.contains(reference)).collect()
}

fn missing_in(of: Option<&Value>, other: Option<&Value>) -> Vec<Box<str>> {
    let other = other.map_or(&[][..], Value::texts);
    let of = of.map_or(&[][..], Value::texts).iter();
    of.filter(|text| !other.contains(text)).cloned().collect()
}

/// A new account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creation {
    /// The person.
    pub identity: Desired,
    /// The values to write, defaults filled in.
    pub attributes: Attributes,
}

/// How an existing account is brought in line with a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The account.
    pub target_id: TargetId,
    /// The person; holds the values of all attributes, also of those that stay. Where nobody is known to be the account's
    /// person, it is the person whom the account shows.
    pub identity: Desired,
    /// The attributes that change, in order of the schema.
    pub changes: Vec<AttributeChange>,
    /// The state that the account gets, if it gets another one.
    pub lifecycle: Option<Lifecycle>,
    /// The account as the list showed it; `None` when everything the list shows is as it should be.
    pub before: Option<Box<Existing>>,
    /// The account has this login name for a while, because accounts exchange their names in a circle.
    pub temporary_login: Option<Box<str>>,
}

impl Edit {
    /// No changes yet of an account whose person is only known from the account itself.
    pub fn of_account(account: &Existing, schema: &Schema, target_name: &str) -> Self {
        Self {
            target_id: account.target_id.clone(),
            identity: Desired::of_account(account, schema, target_name),
            changes: Vec::new(),
            lifecycle: None,
            before: Some(Box::new(account.clone())),
            temporary_login: None,
        }
    }

    /// Whether nothing would be written.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.lifecycle.is_none()
    }

    /// The change of an attribute.
    pub fn change(&self, attribute: AttributeIndex) -> Option<&AttributeChange> {
        self.changes.iter().find(|change| change.attribute == attribute)
    }

    /// The change of the attribute of a purpose.
    pub fn change_of(&self, schema: &Schema, purpose: Purpose) -> Option<&AttributeChange> {
        self.change(schema.find(purpose)?)
    }

    /// Whether the account holds a role now, and none afterwards.
    fn takes_last_role(&self, schema: &Schema) -> bool {
        let access = self.change_of(schema, Purpose::Access);
        access.is_some_and(|change| change.before.is_some() && change.after.is_none())
    }
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
}

impl Change {
    /// A new account.
    pub fn create(identity: Desired, attributes: Attributes) -> Self {
        let creation = Creation { identity, attributes };
        Self::new(
            ActionKind::Create,
            creation.identity.resource,
            Write::Create(Box::new(creation)),
        )
    }

    /// Another state or other values of an account.
    pub fn edit_as(kind: ActionKind, edit: Edit) -> Self {
        Self::new(kind, edit.identity.resource, Write::Edit(Box::new(edit)))
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
        }
    }

    /// The external id of the person; of an account that is removed, or whose person is missing, the one it carries.
    pub fn id(&self) -> Option<&ExternalId> {
        match (&self.write, self.kind) {
            (Write::Create(creation), _) => Some(&creation.identity.id),
            (Write::Edit(edit), ActionKind::Deactivate | ActionKind::MarkAbsent) => {
                edit.before.as_ref()?.id.as_ref()
            }
            (Write::Edit(edit), _) => Some(&edit.identity.id),
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
            Write::Create(creation) => Some(&creation.identity),
            Write::Edit(edit) => Some(&edit.identity),
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
