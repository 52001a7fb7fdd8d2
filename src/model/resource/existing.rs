//! Who the target has.

use crate::model::{AttributeSet, Attributes, ExternalId, Ownership, Purpose, Schema, TargetId, TypeId};

/// Whether a person may log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lifecycle {
    /// May log in.
    Active,
    /// May not log in; everything else is kept.
    Disabled,
}

/// One account of the target, as far as the account list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Existing {
    /// User or group.
    pub resource: TypeId,
    /// The target's own id.
    pub target_id: TargetId,
    /// The external id, if the account carries one in the form this tool writes.
    pub id: Option<ExternalId>,
    /// Other external ids that the account may stand for: what older tools may have meant by the text it carries.
    pub claims: Box<[ExternalId]>,
    /// Whether the person may log in.
    pub lifecycle: Lifecycle,
    /// What the list shows; the attributes in `unread` mean nothing.
    pub attributes: Attributes,
    /// Attributes that the list does not show.
    pub unread: AttributeSet,
    /// Whose account it is, as far as the list tells.
    pub ownership: Ownership,
}

impl Existing {
    /// The login name.
    pub fn login<'a>(&'a self, schema: &Schema) -> &'a str {
        self.text(schema, Purpose::Login)
    }

    /// The text in the place of an external id; empty when there is none.
    pub fn id_text<'a>(&'a self, schema: &Schema) -> &'a str {
        self.text(schema, Purpose::ExternalId)
    }

    /// The roles, sorted. Nothing for a target without roles.
    pub fn roles<'a>(&'a self, schema: &Schema) -> &'a [Box<str>] {
        let access = schema.find(Purpose::Access);
        access.map_or(&[], |access| self.attributes.texts(access))
    }

    /// Whether the list shows the same account in the same state.
    pub fn is_as(&self, other: &Self) -> bool {
        let whose = |account: &Self| std::mem::discriminant(&account.ownership);
        (&self.target_id, self.lifecycle, &self.attributes, self.unread)
            == (&other.target_id, other.lifecycle, &other.attributes, other.unread)
            && whose(self) == whose(other)
    }

    /// The external ids that the account carries, or may stand for.
    pub fn ids(&self) -> impl Iterator<Item = &ExternalId> {
        self.id.iter().chain(&self.claims)
    }

    /// Whether no run may change it.
    pub fn is_protected(&self) -> bool {
        matches!(self.ownership, Ownership::Protected(_))
    }

    /// Whether this tool looks after it.
    pub fn is_managed(&self) -> bool {
        self.ownership == Ownership::Ours
    }

    /// Whether it looks like an account that this tool made: managed, and its id is in the form that this tool writes.
    pub fn looks_ours(&self) -> bool {
        self.is_managed() && self.id.is_some()
    }

    fn text<'a>(&'a self, schema: &Schema, purpose: Purpose) -> &'a str {
        self.attributes.text_of(schema, purpose).unwrap_or_default()
    }
}
