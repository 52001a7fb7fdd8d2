//! How an existing object is brought in line.

use crate::model::{AttributeIndex, AttributeSet, Desired, Existing, Lifecycle, Purpose, Schema, TargetId};

use super::attribute::AttributeChange;

/// How an existing account is brought in line with a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The account.
    pub target_id: TargetId,
    /// The person; holds the values of all attributes, also of those that stay. Where nobody is known to be the account's
    /// person, it is the person whom the account shows.
    pub desired: Desired,
    /// The attributes that change, in order of the schema.
    pub changes: Vec<AttributeChange>,
    /// The state that the account gets, if it gets another one.
    pub lifecycle: Option<Lifecycle>,
    /// The account as the list showed it; `None` when everything the list shows is as it should be.
    pub before: Option<Box<Existing>>,
    /// The account has this login name for a while, because accounts exchange their names in a circle.
    pub temporary_login: Option<Box<str>>,
    /// These are emptied before anything else changes, because accounts exchange their values in a circle.
    pub emptied_first: AttributeSet,
}

impl Edit {
    /// No changes yet of an account whose person is only known from the account itself.
    pub fn of_account(account: &Existing, schema: &Schema, target_name: &str) -> Self {
        Self {
            target_id: account.target_id.clone(),
            desired: Desired::of_account(account, schema, target_name),
            changes: Vec::new(),
            lifecycle: None,
            before: Some(Box::new(account.clone())),
            temporary_login: None,
            emptied_first: AttributeSet::default(),
        }
    }

    /// Whether the account gives up values before its own turn.
    pub fn steps_aside(&self) -> bool {
        self.temporary_login.is_some() || !self.emptied_first.is_empty()
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
    pub(super) fn takes_last_role(&self, schema: &Schema) -> bool {
        let access = self.change_of(schema, Purpose::Access);
        access.is_some_and(|change| change.before.is_some() && change.after.is_none())
    }
}
