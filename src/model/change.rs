//! What is to be changed, as data.

use std::borrow::Cow;

use super::{
    Account, AttributeIndex, Attributes, ExternalId, Identity, RecordRef, Rejected, Restore, Schema,
    TargetId, Uniqueness, Value, Warning,
};

/// One attribute that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeChange {
    /// Which one.
    pub attribute: AttributeIndex,
    /// What the account holds.
    pub before: Option<Value>,
    /// What it is to hold; `None` removes the value.
    pub after: Option<Value>,
    /// The login name changes with it.
    pub renames: bool,
}

/// How an existing account is brought in line with a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The account.
    pub target_id: TargetId,
    /// The text the account carries in place of the person's id, when that changes.
    pub id_before: Option<Box<str>>,
    /// The person; holds the values of all attributes, also of those that stay.
    pub identity: Identity,
    /// The attributes that change, in order of the schema.
    pub attributes: Vec<AttributeChange>,
    /// Roles to give.
    pub grant: Vec<Box<str>>,
    /// Roles to take away.
    pub revoke: Vec<Box<str>>,
    /// The account is to be reactivated first, and this tool's mark for that is to be removed.
    pub enable: bool,
    /// The person was missing and is back: the note of it is to be removed.
    pub returned: bool,
    /// The account as the list showed it; `None` when everything the list shows is as it should be.
    pub before: Option<Box<Account>>,
    /// The login name goes through this one first: accounts exchange their names in a circle.
    pub detour: Option<Box<str>>,
}

impl Edit {
    /// Whether nothing would be written.
    pub fn is_empty(&self) -> bool {
        self.id_before.is_none()
            && self.attributes.is_empty()
            && self.grant.is_empty()
            && self.revoke.is_empty()
            && !self.enable
            && !self.returned
    }

    /// Whether the account holds a role now, and none of those it holds afterwards.
    fn takes_last_role(&self) -> bool {
        let held = self
            .before
            .as_deref()
            .map_or(&[][..], |account| &account.entitlements);
        let all_taken = held.iter().all(|role| self.revoke.contains(role));
        !self.revoke.is_empty() && self.grant.is_empty() && all_taken
    }
}

/// For how long somebody has been missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absence {
    /// The first run that found the person absent, in seconds since 1970 (UTC).
    pub since: i64,
    /// How many runs have found the person absent, that one included.
    pub runs: u32,
}

/// What is written on the account of somebody who is missing, so that a later run knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The account as it was.
    pub account: Account,
    /// What is written.
    pub absence: Absence,
}

/// Why an account is taken out of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RemovalReason {
    /// The source says that the person is disabled.
    Disabled,
    /// No source names the person any more, and all of them were read in full.
    Absent,
    /// A source lists the person as having left.
    Listed,
    /// The run that is undone brought the account into use.
    Undone,
}

/// An account that is taken out of use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The account as it was.
    pub account: Account,
    /// Why.
    pub reason: RemovalReason,
    /// The person was missing and is back, though disabled: the note of it is to be removed from an account that stays.
    pub returned: bool,
    /// When the absence began by what is noted on the account, in seconds since 1970 (UTC).
    pub missing_since: Option<i64>,
}

/// What happens to one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A new account; its lifecycle is the person's.
    Create {
        /// The person.
        identity: Identity,
        /// The values to write, defaults filled in.
        attributes: Attributes,
    },
    /// An account without our id becomes the person's.
    Adopt(Edit),
    /// The person's account is brought in line.
    Update(Edit),
    /// A deactivated account becomes active again, and is brought in line.
    Enable(Edit),
    /// The account is deactivated; everything else stays.
    Disable(Removal),
    /// The account is deleted.
    Delete(Removal),
    /// The account stays as it is, and carries a note that its person is missing.
    Note(Note),
}

impl Action {
    /// The name used in plan and report.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Adopt(_) => "adopt",
            Self::Update(_) => "update",
            Self::Enable(_) => "enable",
            Self::Disable(_) => "disable",
            Self::Delete(_) => "delete",
            Self::Note(_) => "note",
        }
    }
}

/// One entry of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What happens.
    pub action: Action,
    /// What an undo puts back beside it.
    pub restore: Option<Box<Restore>>,
}

impl From<Action> for Change {
    fn from(action: Action) -> Self {
        Self {
            action,
            restore: None,
        }
    }
}

impl Change {
    /// The external id of the person or account.
    pub fn id(&self) -> Option<&ExternalId> {
        match &self.action {
            Action::Create { identity, .. } => Some(&identity.id),
            Action::Adopt(edit) | Action::Update(edit) | Action::Enable(edit) => Some(&edit.identity.id),
            Action::Disable(removal) | Action::Delete(removal) => removal.account.id.as_ref(),
            Action::Note(note) => note.account.id.as_ref(),
        }
    }

    /// The target's id, unless the account is new.
    pub fn target_id(&self) -> Option<&TargetId> {
        match &self.action {
            Action::Create { .. } => None,
            Action::Adopt(edit) | Action::Update(edit) | Action::Enable(edit) => Some(&edit.target_id),
            Action::Disable(removal) | Action::Delete(removal) => Some(&removal.account.target_id),
            Action::Note(note) => Some(&note.account.target_id),
        }
    }

    /// What brings an existing account in line, if that is what happens.
    pub fn edit(&self) -> Option<&Edit> {
        match &self.action {
            Action::Adopt(edit) | Action::Update(edit) | Action::Enable(edit) => Some(edit),
            Action::Disable(_) => self.restore.as_ref()?.edit.as_ref(),
            Action::Create { .. } | Action::Delete(_) | Action::Note(_) => None,
        }
    }

    /// The same, to be changed.
    pub fn edit_mut(&mut self) -> Option<&mut Edit> {
        match &mut self.action {
            Action::Adopt(edit) | Action::Update(edit) | Action::Enable(edit) => Some(edit),
            Action::Disable(_) => self.restore.as_mut()?.edit.as_mut(),
            Action::Create { .. } | Action::Delete(_) | Action::Note(_) => None,
        }
    }

    /// The text that the account is to carry in the place of an external id.
    pub fn id_text(&self) -> Box<str> {
        let written = self.restore.as_ref().map(|restore| restore.id_text.clone());
        written
            .or_else(|| self.id().map(|id| id.to_string().into()))
            .unwrap_or_default()
    }

    /// The login name that the account is to have, if this change sets it.
    pub fn login(&self, schema: &Schema) -> Option<Box<str>> {
        let login = schema
            .iter()
            .find(|(_, spec)| spec.uniqueness == Uniqueness::Login)
            .map(|(index, _)| index);
        let from_values = if let Action::Create { attributes, .. } = &self.action {
            attributes.text(login?)?
        } else {
            let renamed = self.edit()?.attributes.iter().find(|change| change.renames)?;
            renamed.after.as_ref().map(Value::as_text)?
        };
        let restored = self.restore.as_ref().map(|restore| restore.login.clone());
        Some(restored.unwrap_or_else(|| from_values.into()))
    }

    /// Whether the account gets another login name.
    pub fn renames(&self) -> bool {
        self.edit()
            .is_some_and(|edit| edit.attributes.iter().any(|change| change.renames))
    }

    /// Whether somebody loses access: a delete, a deactivation, or the loss of the last role.
    pub fn is_removal(&self) -> bool {
        match &self.action {
            Action::Disable(_) | Action::Delete(_) => true,
            Action::Update(edit) | Action::Adopt(edit) => edit.takes_last_role(),
            Action::Create { .. } | Action::Enable(_) | Action::Note(_) => false,
        }
    }
}

/// An account that could have been removed and is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The account.
    pub target_id: TargetId,
    /// Its external id.
    pub id: Option<ExternalId>,
    /// Why it is kept.
    pub reason: Cow<'static, str>,
    /// The record that it may belong to.
    pub record: Option<RecordRef>,
    /// Its person is missing since then, and the account is removed when that has lasted.
    pub absence: Option<Absence>,
}

/// Everything a run would do. Deterministic: the same input in any order makes the same plan.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The changes, in the order in which they are shown and applied.
    pub changes: Vec<Change>,
    /// Accounts that already are as they should be.
    pub unchanged: usize,
    /// Accounts that are kept although nobody wants them.
    pub kept: Vec<Kept>,
    /// Accounts of the organization.
    pub accounts: usize,
    /// Those of them that this tool looks after.
    pub managed: usize,
    /// Active managed accounts before the run: the whole of which the guard takes its share.
    pub existing: usize,
    /// People who get no account, because they are to hold none of the roles.
    pub without_role: usize,
    /// People for whom nothing can be written, and why.
    pub unresolved: Vec<Rejected>,
    /// Things worth knowing.
    pub warnings: Vec<Warning>,
}
