//! Who the target has.

use super::{AttributeSet, Attributes, Entitlements, ExternalId, TargetId};

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
pub struct Account {
    /// The target's own id.
    pub target_id: TargetId,
    /// The external id, if the account carries one in the form this tool writes.
    pub id: Option<ExternalId>,
    /// The raw text in which an external id is looked for (Zitadel's nickname); empty when there is none.
    pub id_text: Box<str>,
    /// The login name.
    pub login: Box<str>,
    /// Whether the person may log in.
    pub lifecycle: Lifecycle,
    /// What the list shows; the attributes in `unread` mean nothing.
    pub attributes: Attributes,
    /// Attributes that the list does not show.
    pub unread: AttributeSet,
    /// The e-mail address is verified, so it may identify a person.
    pub email_verified: bool,
    /// The roles the account holds.
    pub entitlements: Entitlements,
    /// The account may never be changed: the tool's own service user.
    pub protected: bool,
}
