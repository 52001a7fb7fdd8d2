//! Where a change comes from.

use crate::model::{Action, Change, Note, RecordRef, Removal};

/// The record a change comes from, or the account it concerns.
pub(super) fn origin(change: &Change) -> RecordRef {
    match &change.action {
        Action::Create { identity, .. } => identity.origin.clone(),
        Action::Adopt(edit) | Action::Update(edit) | Action::Enable(edit) => edit.identity.origin.clone(),
        Action::Disable(Removal { account, .. })
        | Action::Delete(Removal { account, .. })
        | Action::Note(Note { account, .. }) => RecordRef {
            source: "zitadel".into(),
            at: account.target_id.as_str().into(),
        },
    }
}
