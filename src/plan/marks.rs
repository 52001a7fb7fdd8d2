//! The marks that this tool writes about its own deactivations.

use crate::model::{AttributeChange, Edit, Existing, ExternalId, Lifecycle, Purpose, Schema, Value};

/// Deactivates an account and marks it as deactivated by this tool. `returned` is the absence marker to remove.
pub(super) fn deactivation(
    schema: &Schema,
    account: &Existing,
    target_name: &str,
    returned: Option<Value>,
) -> Edit {
    let mark = schema
        .find(Purpose::DisabledByUs)
        .map(|attribute| AttributeChange {
            attribute,
            before: None,
            after: mark(schema, account.id.as_ref()),
        });
    let gone = returned.into_iter().flat_map(|since| marker_goes(schema, since));
    let mut changes: Vec<AttributeChange> = mark.into_iter().chain(gone).collect();
    changes.sort_by_key(|change| change.attribute);
    Edit {
        changes,
        lifecycle: Some(Lifecycle::Disabled),
        ..Edit::of_account(account, schema, target_name)
    }
}

/// The mark that this tool writes on an account that it deactivates.
pub(super) fn mark(schema: &Schema, id: Option<&ExternalId>) -> Option<Value> {
    let spec = schema.spec(schema.find(Purpose::DisabledByUs)?);
    let no_id = ExternalId::new([]);
    spec.default.map(|default| default(id.unwrap_or(&no_id)))
}

/// Removes an absence marker. The stored number of runs was not read.
pub(in crate::plan) fn marker_goes(schema: &Schema, since: Value) -> impl Iterator<Item = AttributeChange> {
    let change = |purpose, before| {
        let attribute = schema.find(purpose)?;
        Some(AttributeChange {
            attribute,
            before,
            after: None,
        })
    };
    let since = change(Purpose::MissingSince, Some(since));
    since.into_iter().chain(change(Purpose::MissingRuns, None))
}
