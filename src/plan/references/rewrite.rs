//! Replaces the references of a change.

use crate::model::{AttributeIndex, Change, Plan, Value, Write};

/// Replaces the references that a change writes. `after` gets those before the change and those that it would write.
pub(super) fn rewrite(
    change: &mut Change,
    attribute: AttributeIndex,
    after: impl Fn(Option<&Value>, Option<&Value>) -> Option<Value>,
) {
    match &mut change.write {
        Write::Create(creation) => {
            let after = after(None, creation.attributes.get(attribute));
            creation.attributes.set(attribute, after.clone());
            creation.desired.attributes.set(attribute, after);
        }
        Write::Edit(edit) => {
            for change in edit
                .changes
                .iter_mut()
                .filter(|change| change.attribute == attribute)
            {
                change.after = after(change.before.as_ref(), change.after.as_ref());
                edit.desired.attributes.set(attribute, change.after.clone());
            }
            edit.changes.retain(|change| change.before != change.after);
        }
        Write::Delete(_) => {}
    }
}

/// Removes changes that would write nothing.
pub(super) fn drop_empty(plan: &mut Plan) {
    let planned = plan.changes.len();
    plan.changes
        .retain(|change| change.edit().is_none_or(|edit| !edit.is_empty()));
    plan.unchanged += planned - plan.changes.len();
}
