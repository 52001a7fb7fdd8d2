//! Whether an account is still as it was when a change was worked out.

use super::diff;
use crate::model::{
    ActionKind, Change, Check, Edit, Existing, Expected, Lifecycle, Mismatch, Purpose, RemovalReason, Schema,
    Value, Write,
};

/// What the account of a change is expected to hold still, of what the account list does not show. `providers` are the
/// names under which this configuration looks after accounts.
pub fn unlisted_before<'a>(schema: &Schema, change: &'a Change, providers: &'a [Value]) -> Vec<Check<'a>> {
    let Some(target_id) = change.target_id() else {
        return Vec::new();
    };
    let mut expected = Vec::new();
    if let Some(removal) = &change.removal {
        // The account of a person who has been back meanwhile has lost its marker, or has another one.
        let values = removal.requires.iter();
        expected.extend(values.filter_map(|required| {
            let value = required.value.as_ref()?;
            Some(Expected::Value(required.attribute, value))
        }));
        // Another configuration may have the person by now.
        let provider = schema.find(Purpose::Provider).zip(providers.first());
        let provider = provider.filter(|_| removal.reason == RemovalReason::Absent);
        expected.extend(provider.map(|(attribute, ours)| Expected::Value(attribute, ours)));
    } else if let Some(edit) = change.edit() {
        let unlisted = edit
            .changes
            .iter()
            .filter(|change| !schema.spec(change.attribute).is_listed());
        expected.extend(unlisted.filter_map(|change| {
            let attribute = change.attribute;
            match (&change.before, &change.after) {
                // What this tool wrote there itself is worth a question only where a change rests on it.
                (Some(_) | None, None) if schema.purpose(attribute) == Purpose::MissingRuns => None,
                // Sessions can be ended twice.
                _ if schema.purpose(attribute) == Purpose::SignOut => None,
                (Some(_), None) if schema.purpose(attribute) == Purpose::MissingSince => None,
                (Some(_), None) if schema.purpose(attribute) == Purpose::DisabledByUs => {
                    Some(Expected::Present(attribute))
                }
                (Some(before), _) => Some(Expected::Value(attribute, before)),
                (None, _) => Some(Expected::Absent(attribute)),
            }
        }));
    }
    let about = |expected| Check { target_id, expected };
    expected.into_iter().map(about).collect()
}

/// Whether an answer to [`unlisted_before`] speaks against the change: an account may name any of our providers, or none.
pub fn speaks_against(
    schema: &Schema,
    expected: Expected<'_>,
    mismatches: &Mismatch,
    providers: &[Value],
) -> bool {
    let is_provider = schema.purpose(expected.attribute()) == Purpose::Provider;
    let is_removal = matches!(expected, Expected::Value(_, ours) if providers.first() == Some(ours));
    let is_ours = mismatches
        .current
        .as_ref()
        .is_none_or(|current| providers.contains(current));
    !(is_provider && is_removal && is_ours)
}

/// Why a change must not be carried out any more; `account` is as the list shows it now.
///
/// For a new person it is the account that carries the person's id, if there is one by now.
pub fn moved(schema: &Schema, change: &Change, account: Option<&Existing>) -> Option<&'static str> {
    const GONE: &str = "the account is gone since the plan was made";
    let same = match (&change.write, account) {
        (Write::Create(_), None) => true,
        (Write::Create(_), Some(_)) => return Some("the person has an account since the plan was made"),
        (_, None) => return Some(GONE),
        (Write::Delete(before), Some(account)) => before.is_as(account),
        (Write::Edit(edit), Some(account)) => edit.before.as_deref().map_or_else(
            || is_as_wanted(schema, edit, account),
            |before| before.is_as(account),
        ),
    };
    (!same).then_some(super::STALE)
}

/// Nothing was kept of an account whose list entry was as it should be.
fn is_as_wanted(schema: &Schema, edit: &Edit, account: &Existing) -> bool {
    account.id.as_ref() == Some(&edit.desired.id)
        && account.lifecycle == Lifecycle::Active
        && diff::listed_changes(schema, &edit.desired, account).is_empty()
}

/// Whether a change is one for the run alone that made the plan: applied later, an absence marker would tell of a time in
/// which the person may have been there.
pub fn is_for_now(change: &Change) -> bool {
    change.kind == ActionKind::MarkAbsent
}
