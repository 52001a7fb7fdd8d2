//! Decides whether an account is unchanged since a change was planned.

use super::diff;
use crate::model::{
    ActionKind, Change, Check, Edit, Existing, Expected, Lifecycle, Mismatch, Purpose, RemovalReason, Schema,
    Value, Write,
};

/// The values that the account of a change must still have, as far as the account list does not show them.
/// `providers` are the provider names of this configuration.
pub fn checks_before<'a>(schema: &Schema, change: &'a Change, providers: &'a [Value]) -> Vec<Check<'a>> {
    let Some(target_id) = change.target_id() else {
        return Vec::new();
    };
    let mut expected = Vec::new();
    if let Some(removal) = &change.removal {
        // If the person has been back in the meantime, the marker is missing or has other values.
        let values = removal.requires.iter();
        expected.extend(values.filter_map(|required| {
            let value = required.value.as_ref()?;
            Some(Expected::Value(required.attribute, value))
        }));
        // Another configuration may manage the person now.
        let provider = schema.find(Purpose::Provider).zip(providers.first());
        let provider = provider.filter(|_| removal.reason == RemovalReason::Absent);
        expected.extend(provider.map(|(attribute, ours)| Expected::Value(attribute, ours)));
    } else if let Some(edit) = change.edit() {
        let on_demand = edit
            .changes
            .iter()
            .filter(|change| !schema.spec(change.attribute).is_listed());
        expected.extend(on_demand.filter_map(|change| {
            let attribute = change.attribute;
            match (&change.before, &change.after) {
                // Values that this tool writes for itself are only checked if the change depends on them.
                (Some(_) | None, None) if schema.purpose(attribute) == Purpose::MissingRuns => None,
                // Ending sessions twice does no harm.
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

/// Returns whether a failed check of [`checks_before`] contradicts the change. The account may name any of our
/// providers, or none.
pub fn contradicts(
    schema: &Schema,
    expected: Expected<'_>,
    mismatch: &Mismatch,
    providers: &[Value],
) -> bool {
    let is_provider = schema.purpose(expected.attribute()) == Purpose::Provider;
    let is_removal = matches!(expected, Expected::Value(_, ours) if providers.first() == Some(ours));
    let is_ours = mismatch
        .current
        .as_ref()
        .is_none_or(|current| providers.contains(current));
    !(is_provider && is_removal && is_ours)
}

/// Why a change must no longer be applied. `account` is the account as the list shows it now.
///
/// For a new person, it is the account that now has the person's external id, if there is one.
pub fn outdated_reason(schema: &Schema, change: &Change, account: Option<&Existing>) -> Option<&'static str> {
    const GONE: &str = "the account was deleted after the plan was made";
    let same = match (&change.write, account) {
        (Write::Create(_), None) => true,
        (Write::Create(_), Some(_)) => return Some("the person got an account after the plan was made"),
        (_, None) => return Some(GONE),
        (Write::Delete(before), Some(account)) => before.is_as(account),
        (Write::Edit(edit), Some(account)) => edit.before.as_deref().map_or_else(
            || is_as_wanted(schema, edit, account),
            |before| before.is_as(account),
        ),
    };
    (!same).then_some(super::STALE)
}

/// For an account without differences in the list, no list values were stored.
fn is_as_wanted(schema: &Schema, edit: &Edit, account: &Existing) -> bool {
    account.id.as_ref() == Some(&edit.desired.id)
        && account.lifecycle == Lifecycle::Active
        && diff::listed_changes(schema, &edit.desired, account).is_empty()
}

/// Returns whether a change is only valid in the run that planned it. Applied later, an absence marker would cover a
/// time in which the person may have been present.
pub fn is_for_now(change: &Change) -> bool {
    change.kind == ActionKind::MarkAbsent
}
