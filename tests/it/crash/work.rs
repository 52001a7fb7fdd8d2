//! What a run has to do for somebody.

pub(super) const SINCE: &str = "directory-sync.missing_since";

/// What has to be done about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Work {
    Nothing,
    Create,
    Adopt,
    GrantRole,
    WidenGrant,
    SetLocalpart,
    ChangeName,
    SetPhone,
    RemovePhone,
    ChangeMetadata,
    Rename,
    /// They pass their names on in a circle.
    Exchange,
    RewritePlainId,
    RewriteBase64Id,
    /// A role that the tool owns and the person is not to hold.
    TakeRole,
    /// The link to the identity provider is missing.
    Link,
    /// The account is taken over from a former id, to which it is linked.
    Relink,
    Enable,
    /// Missing for long enough.
    Disable,
    Delete,
    /// Missing since this run.
    Note,
    /// Noted as missing, and there.
    Return,
    /// Deactivated by a run that was interrupted before it ended the sessions.
    SignOut,
}

pub(super) const ALL: [Work; 23] = [
    Work::Nothing,
    Work::Create,
    Work::Adopt,
    Work::GrantRole,
    Work::WidenGrant,
    Work::SetLocalpart,
    Work::ChangeName,
    Work::SetPhone,
    Work::RemovePhone,
    Work::ChangeMetadata,
    Work::Rename,
    Work::Exchange,
    Work::RewritePlainId,
    Work::RewriteBase64Id,
    Work::TakeRole,
    Work::Link,
    Work::Relink,
    Work::Enable,
    Work::Disable,
    Work::Delete,
    Work::Note,
    Work::Return,
    Work::SignOut,
];
