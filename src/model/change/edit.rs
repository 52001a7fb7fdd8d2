//! The update of an existing object.

use crate::model::{AttributeIndex, AttributeSet, Desired, Existing, Lifecycle, Purpose, Schema, TargetId};

use super::attribute::AttributeChange;

/// The update of an existing account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub target_id: TargetId,
    /// The person, with the values of all attributes, including unchanged ones. If the account's person is not known,
    /// it is made from the account.
    pub desired: Desired,
    /// The attributes that change, in the order of the schema.
    pub changes: Vec<AttributeChange>,
    /// The new state of the account, if it changes.
    pub lifecycle: Option<Lifecycle>,
    /// The account as the list showed it; `None` if everything that the list shows is as desired.
    pub before: Option<Box<Existing>>,
    /// A temporary login name, because accounts exchange their names in a circle.
    pub temporary_login: Option<Box<str>>,
    /// Attributes that are cleared before anything else changes, because accounts exchange their values in a circle.
    pub emptied_first: AttributeSet,
}

impl Edit {
    /// An edit without changes, of an account whose person is only known from the account itself.
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

    /// Returns whether the account gives up values before its own turn.
    pub fn steps_aside(&self) -> bool {
        self.temporary_login.is_some() || !self.emptied_first.is_empty()
    }

    /// Returns whether nothing would be written.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.lifecycle.is_none()
    }

    pub fn change(&self, attribute: AttributeIndex) -> Option<&AttributeChange> {
        self.changes.iter().find(|change| change.attribute == attribute)
    }

    pub fn change_of(&self, schema: &Schema, purpose: Purpose) -> Option<&AttributeChange> {
        self.change(schema.find(purpose)?)
    }

    /// Returns whether the account has a role now, and none afterwards.
    pub(super) fn takes_last_role(&self, schema: &Schema) -> bool {
        let access = self.change_of(schema, Purpose::Access);
        access.is_some_and(|change| change.before.is_some() && change.after.is_none())
    }
}
