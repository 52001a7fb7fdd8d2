//! Where a change comes from.

use crate::model::{ActionKind, Change, RecordRef, TargetId};

/// The record a change comes from, or the account it concerns, at a target of this kind.
pub(super) fn origin(change: &Change, target: &str) -> RecordRef {
    let of_account = matches!(
        change.kind,
        ActionKind::Deactivate | ActionKind::Delete | ActionKind::MarkAbsent
    );
    match change.person().filter(|_| !of_account) {
        Some(person) => person.origin.clone(),
        None => RecordRef {
            source: target.into(),
            at: change
                .target_id()
                .map(TargetId::as_str)
                .unwrap_or_default()
                .into(),
        },
    }
}

/// Its location.
pub(super) fn location(change: &Change) -> String {
    origin(change, "").marked_at()
}
