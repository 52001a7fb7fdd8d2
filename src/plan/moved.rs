//! Whether an account is still as it was when a change was worked out.

use super::diff;
use crate::model::{
    Account, Action, Change, Edit, Expectation, Expected, Lifecycle, RemovalReason, Schema, Value,
};

/// What the account of a change is expected to hold still, of what the account list does not show. `providers` are the
/// names under which this configuration looks after accounts.
pub fn unlisted_before<'a>(
    schema: &Schema,
    change: &'a Change,
    providers: &'a [Value],
) -> Vec<Expectation<'a>> {
    if let Action::Disable(removal) | Action::Delete(removal) = &change.action {
        // Whoever has been back meanwhile has lost the note, or has another one.
        let noted = removal.missing_since.map(Expected::MissingSince);
        // Another configuration may have the person by now.
        let absent = removal.reason == RemovalReason::Absent && !providers.is_empty();
        let provenance = schema.provenance().filter(|_| absent);
        let ours = provenance.map(|attribute| Expected::NoneBut(attribute, providers));
        let about = |expected| Expectation {
            target_id: &removal.account.target_id,
            expected,
        };
        return noted.into_iter().chain(ours).map(about).collect();
    }
    let Some(edit) = change.edit() else {
        return Vec::new();
    };
    let unlisted = edit
        .attributes
        .iter()
        .filter(|change| !schema.spec(change.attribute).listed);
    let attributes = unlisted.map(|change| match &change.before {
        Some(before) => Expected::Value(change.attribute, before),
        None => Expected::Absent(change.attribute),
    });
    let mark = edit.enable.then_some(Expected::DisabledByUs);
    attributes
        .chain(mark)
        .map(|expected| Expectation {
            target_id: &edit.target_id,
            expected,
        })
        .collect()
}

/// Why a change must not be carried out any more; `account` is as the list shows it now.
///
/// For a new person it is the account that carries the person's id, if there is one by now.
pub fn moved(schema: &Schema, change: &Change, account: Option<&Account>) -> Option<&'static str> {
    const GONE: &str = "the account is gone since the plan was made";
    let same = match (&change.action, account) {
        (Action::Create { .. }, None) => true,
        (Action::Create { .. }, Some(_)) => return Some("the person has an account since the plan was made"),
        (_, None) => return Some(GONE),
        (Action::Disable(removal) | Action::Delete(removal), Some(account)) => removal.account == *account,
        (Action::Note(note), Some(account)) => note.account == *account,
        (Action::Adopt(edit) | Action::Update(edit) | Action::Enable(edit), Some(account)) => edit
            .before
            .as_deref()
            .map_or_else(|| is_as_wanted(schema, edit, account), |before| before == account),
    };
    (!same).then_some(super::MOVED)
}

/// Nothing was kept of an account whose list entry was as it should be.
fn is_as_wanted(schema: &Schema, edit: &Edit, account: &Account) -> bool {
    account.id.as_ref() == Some(&edit.identity.id)
        && account.lifecycle == Lifecycle::Active
        && diff::missing_roles(&edit.identity, account).is_empty()
        && diff::listed_changes(schema, &edit.identity, account).is_empty()
}
