//! Values that many people lose at once. A directory that hides an attribute answers as if the value were missing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Limit;
use crate::model::{ActionKind, AttributeIndex, Change, DesiredState, Edit, Plan, Purpose, Schema};

/// Fewer people than this may lose a value for their own reasons.
const FLOOR: usize = 5;

/// Attributes that so many accounts of a source's people would lose that the mapping must be wrong, one sentence
/// each.
pub fn vanished_values(desired: &DesiredState, plan: &Plan, schema: &Schema, limit: Limit) -> Vec<String> {
    let mut losing: BTreeMap<(&Arc<str>, AttributeIndex), usize> = BTreeMap::new();
    let mine = plan
        .changes
        .iter()
        .filter(|change| change.resource == desired.resource);
    for edit in mine.filter_map(edit) {
        let values = edit
            .changes
            .iter()
            .filter(|change| counts(schema, change.attribute));
        for change in values.filter(|change| change.after.is_none()) {
            let of_source = (&edit.desired.origin.source, change.attribute);
            *losing.entry(of_source).or_default() += 1;
        }
    }
    losing.retain(|_, count| *count >= FLOOR);
    let faults = losing.into_iter().filter_map(|((source, attribute), count)| {
        let had = count + keeping(desired, plan, source, attribute);
        let name = &schema.spec(attribute).name;
        limit.is_over(count, had).then(|| {
            format!(
                "source `{source}`: `{name}` would be removed from {count} of {had} accounts that have one; \
                 `guard.max_missing` is \
                 {limit}"
            )
        })
    });
    faults.collect()
}

fn edit(change: &Change) -> Option<&Edit> {
    let kinds = [ActionKind::Adopt, ActionKind::Update, ActionKind::Reactivate];
    change.edit().filter(|_| kinds.contains(&change.kind))
}

/// Returns whether a source provides the value. A lost last role counts as a removal.
fn counts(schema: &Schema, attribute: AttributeIndex) -> bool {
    let purpose = schema.purpose(attribute);
    !matches!(purpose, Purpose::Access | Purpose::Members) && !purpose.is_bookkeeping()
}

/// Number of people of the source with an account and a value.
fn keeping(desired: &DesiredState, plan: &Plan, source: &Arc<str>, attribute: AttributeIndex) -> usize {
    let people = desired.objects.iter();
    let with_value =
        people.filter(|person| person.origin.source == *source && person.attributes.get(attribute).is_some());
    let new = plan
        .changes
        .iter()
        .filter_map(Change::creation)
        .filter(|creation| {
            let wanted = &creation.desired;
            wanted.origin.source == *source && wanted.attributes.get(attribute).is_some()
        });
    with_value.count().saturating_sub(new.count())
}
