//! Compares two plans for the same target.

use std::collections::{BTreeMap, HashMap};

use crate::model::{
    ActionKind, Catalog, Change, ExternalId, Lifecycle, Plan, Purpose, RemovalReason, Schema, Skipped,
    TargetId, TypeId, Value, Write,
};

/// Differences between two plans.
#[derive(Debug, Default)]
pub struct Comparison<'a> {
    /// Changes that only the first plan contains; the second does not touch their account or person.
    pub only_first: Vec<&'a Change>,
    /// Changes that only the second plan contains.
    pub only_second: Vec<&'a Change>,
    /// Different changes of the same account or person: from the first and from the second plan.
    pub different: Vec<(&'a Change, &'a Change)>,
    /// Number of changes in both plans.
    pub same: usize,
    /// Accounts that only the first plan lists as skipped.
    pub skipped_first: Vec<&'a Skipped>,
    /// Accounts that only the second plan lists as skipped.
    pub skipped_second: Vec<&'a Skipped>,
}

impl Comparison<'_> {
    /// Returns whether both plans have the same changes and skip the same accounts.
    pub fn is_empty(&self) -> bool {
        self.changes() == 0 && self.skipped_first.is_empty() && self.skipped_second.is_empty()
    }

    /// Number of changes that differ.
    pub fn changes(&self) -> usize {
        self.only_first.len() + self.only_second.len() + self.different.len()
    }
}

/// Compares two plans for one target, perhaps with different schemas. The start of an absence is ignored, because
/// each plan sets it to its own time.
pub fn compare<'a>(first: (&'a Plan, &Catalog), second: (&'a Plan, &Catalog)) -> Comparison<'a> {
    let mut comparison = Comparison::default();
    let partners = Partners::of(&first.0.changes);
    let mut is_paired = vec![false; first.0.changes.len()];
    for change in &second.0.changes {
        let partner = partners.find(change).filter(|index| !is_paired[*index]);
        let Some(index) = partner else {
            comparison.only_second.push(change);
            continue;
        };
        is_paired[index] = true;
        let other = &first.0.changes[index];
        if Content::of(other, first.1) == Content::of(change, second.1) {
            comparison.same += 1;
        } else {
            comparison.different.push((other, change));
        }
    }
    let unpaired = first.0.changes.iter().zip(&is_paired);
    comparison.only_first = unpaired
        .filter(|(_, is_paired)| !**is_paired)
        .map(|(change, _)| change)
        .collect();
    comparison.skipped_first = only_skipped(first.0, second.0);
    comparison.skipped_second = only_skipped(second.0, first.0);
    comparison
}

/// Skipped accounts that the other plan neither skips nor changes. Changed accounts are already reported.
fn only_skipped<'a>(plan: &'a Plan, other: &Plan) -> Vec<&'a Skipped> {
    let skipped = other.skipped.iter().map(|skipped| &skipped.target_id);
    let changed = [plan, other]
        .into_iter()
        .flat_map(|plan| &plan.changes)
        .filter_map(Change::target_id);
    let known: std::collections::HashSet<&TargetId> = skipped.chain(changed).collect();
    plan.skipped
        .iter()
        .filter(|skipped| !known.contains(&skipped.target_id))
        .collect()
}

/// Finds changes by account and by person.
struct Partners<'a> {
    accounts: HashMap<&'a TargetId, usize>,
    people: HashMap<(TypeId, &'a ExternalId), usize>,
}

impl<'a> Partners<'a> {
    fn of(changes: &'a [Change]) -> Self {
        let each = || changes.iter().enumerate();
        Self {
            accounts: each()
                .filter_map(|(index, change)| Some((change.target_id()?, index)))
                .collect(),
            people: each()
                .filter_map(|(index, change)| Some(((change.resource, change.id()?), index)))
                .collect(),
        }
    }

    fn find(&self, change: &Change) -> Option<usize> {
        let account = change.target_id().and_then(|account| self.accounts.get(account));
        let person = || self.people.get(&(change.resource, change.id()?));
        account.or_else(person).copied()
    }
}

/// The effect of a change, in names that do not depend on the schema.
#[derive(PartialEq)]
struct Content<'a> {
    kind: ActionKind,
    reason: Option<RemovalReason>,
    id: Option<&'a ExternalId>,
    lifecycle: Option<Lifecycle>,
    /// Value before and after.
    values: BTreeMap<String, (Option<&'a Value>, Option<&'a Value>)>,
}

impl<'a> Content<'a> {
    fn of(change: &'a Change, catalog: &Catalog) -> Self {
        let schema = catalog.schema(change.resource);
        let (lifecycle, values) = match &change.write {
            Write::Create(creation) => {
                let person = creation.desired.attributes.iter();
                let account = creation.attributes.iter();
                let values = person
                    .chain(account)
                    .map(|(index, value)| (index, (None, Some(value))));
                (Some(creation.desired.lifecycle), named(values, schema))
            }
            Write::Edit(edit) => {
                let values = edit.changes.iter();
                let values =
                    values.map(|change| (change.attribute, (change.before.as_ref(), change.after.as_ref())));
                (edit.lifecycle, named(values, schema))
            }
            Write::Delete(_) => (None, BTreeMap::new()),
        };
        Self {
            kind: change.kind,
            reason: change.reason(),
            id: change.id(),
            lifecycle,
            values,
        }
    }
}

type Values<'a> = (Option<&'a Value>, Option<&'a Value>);

/// Values by attribute name, without the time of an absence.
fn named<'a>(
    values: impl Iterator<Item = (crate::model::AttributeIndex, Values<'a>)>,
    schema: &Schema,
) -> BTreeMap<String, Values<'a>> {
    let values = values.map(|(index, values)| {
        let spec = schema.spec(index);
        let values = if spec.purpose == Purpose::MissingSince {
            (None, None)
        } else {
            values
        };
        (spec.name.to_string(), values)
    });
    values.collect()
}
