//! What the target has.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{AttributeSet, Attributes, ExternalId, Ownership, Purpose, Schema, TargetId, TypeId};

/// Whether a person may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lifecycle {
    Active,
    /// May not sign in. Everything else is kept.
    Disabled,
}

/// An object of the target, as far as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Existing {
    pub resource: TypeId,
    pub target_id: TargetId,
    /// The external id, if the account has one in the form that this tool writes.
    pub id: Option<ExternalId>,
    /// Other external ids that the account may stand for, according to the formats of older tools.
    pub claims: Box<[ExternalId]>,
    /// Whether the person may sign in.
    pub lifecycle: Lifecycle,
    /// The values that the list shows. Attributes in `not_fetched` have no meaning.
    pub attributes: Attributes,
    /// Attributes that the list does not show.
    pub not_fetched: AttributeSet,
    /// The ownership, as far as the list shows it.
    pub ownership: Ownership,
}

impl Existing {
    pub fn login<'a>(&'a self, schema: &Schema) -> &'a str {
        self.text(schema, Purpose::Login)
    }

    /// The text of the external id; empty if there is none.
    pub fn id_text<'a>(&'a self, schema: &Schema) -> &'a str {
        self.text(schema, Purpose::ExternalId)
    }

    /// The roles, sorted. Empty for a target without roles.
    pub fn roles<'a>(&'a self, schema: &Schema) -> &'a [Box<str>] {
        let access = schema.find(Purpose::Access);
        access.map_or(&[], |access| self.attributes.texts(access))
    }

    /// Returns whether the list shows the same account in the same state.
    pub fn is_as(&self, other: &Self) -> bool {
        let whose = |account: &Self| std::mem::discriminant(&account.ownership);
        (
            &self.target_id,
            self.lifecycle,
            &self.attributes,
            self.not_fetched,
        ) == (
            &other.target_id,
            other.lifecycle,
            &other.attributes,
            other.not_fetched,
        ) && whose(self) == whose(other)
    }

    /// The external ids that the account has or may stand for.
    pub fn ids(&self) -> impl Iterator<Item = &ExternalId> {
        self.id.iter().chain(&self.claims)
    }

    /// Returns whether no run may change it.
    pub fn is_protected(&self) -> bool {
        matches!(self.ownership, Ownership::Protected(_))
    }

    pub fn is_managed(&self) -> bool {
        self.ownership == Ownership::Ours
    }

    /// Returns whether this tool apparently created it: it is managed, and its id has the form that this tool writes.
    pub fn looks_ours(&self) -> bool {
        self.is_managed() && self.id.is_some()
    }

    fn text<'a>(&'a self, schema: &Schema, purpose: Purpose) -> &'a str {
        self.attributes.text_of(schema, purpose).unwrap_or_default()
    }
}
