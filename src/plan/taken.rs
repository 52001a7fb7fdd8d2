//! Rejects changes that need a unique value of another object. A target refuses such a value, and some targets then
//! block it for a while.

use std::collections::{HashMap, HashSet};

use super::once::reject;
use super::order::values::{self, Space, Unique};
use crate::model::{
    AttributeIndex, Catalog, Change, Holder, Personal, Plan, Purpose, RecordRef, TargetId, TypeId, Value,
};

/// Rejects changes that need a value that another object keeps, or that an earlier change of the plan takes, and
/// removes them from the plan. `holder` returns the other owner of a value.
pub fn reject_taken(
    catalog: &Catalog,
    plan: &mut Plan,
    holder: impl Fn(TypeId, AttributeIndex, &Value, Option<&TargetId>) -> Option<Holder>,
) {
    loop {
        let reasons = reasons(catalog, &plan.changes, &holder);
        if reasons.iter().all(Option::is_none) {
            return;
        }
        // Values that rejected changes would have given up stay taken.
        reject(plan, reasons);
    }
}

/// The unique values that the changes of a plan need.
pub fn taken_values<'a>(catalog: &Catalog, plan: &'a Plan) -> Vec<(TypeId, AttributeIndex, &'a Value)> {
    let judged = plan.changes.iter().filter(|change| is_judged(change));
    let of_change = |change: &'a Change| {
        let taken = values::taken(catalog.schema(change.resource), change).into_iter();
        taken.map(|unique| (change.resource, unique.attribute, unique.value))
    };
    judged.flat_map(of_change).collect()
}

/// An undo restores former values.
fn is_judged(change: &Change) -> bool {
    change.person().is_some() && change.restore.is_none()
}

type Key = (Space, String);

/// Which changes give up and take which values.
struct Judge<'a, F> {
    catalog: &'a Catalog,
    holder: &'a F,
    givers: HashSet<(Key, Option<&'a TargetId>)>,
    takers: HashMap<Key, &'a RecordRef>,
}

/// For each change, why it cannot get the values that it needs.
fn reasons<F>(catalog: &Catalog, changes: &[Change], holder: &F) -> Vec<Option<String>>
where
    F: Fn(TypeId, AttributeIndex, &Value, Option<&TargetId>) -> Option<Holder>,
{
    let givers = changes.iter().flat_map(|change| {
        let given_up = values::given_up(catalog.schema(change.resource), change).into_iter();
        given_up.map(|unique| (unique.key(), change.target_id()))
    });
    let mut judge = Judge {
        catalog,
        holder,
        givers: givers.collect(),
        takers: HashMap::new(),
    };
    changes.iter().map(|change| judge.reason(change)).collect()
}

impl<'a, F> Judge<'a, F>
where
    F: Fn(TypeId, AttributeIndex, &Value, Option<&TargetId>) -> Option<Holder>,
{
    fn reason(&mut self, change: &'a Change) -> Option<String> {
        let person = change.person().filter(|_| is_judged(change))?;
        let schema = self.catalog.schema(change.resource);
        let taken = values::taken(schema, change);
        for unique in &taken {
            let holder = (self.holder)(
                change.resource,
                unique.attribute,
                unique.value,
                change.target_id(),
            );
            let keeps = |holder: &Holder| !self.givers.contains(&(unique.key(), Some(&holder.target_id)));
            if let Some(holder) = holder.filter(keeps) {
                return Some(taken_by(self.catalog, change, unique, &holder));
            }
            if let Some(first) = self.takers.get(&unique.key()) {
                let name = &schema.spec(unique.attribute).name;
                return Some(format!("another record gets the same `{name}`: {first}"));
            }
        }
        let keys = taken.iter().map(Unique::key);
        self.takers.extend(keys.map(|key| (key, &person.origin)));
        None
    }
}

fn taken_by(catalog: &Catalog, change: &Change, unique: &Unique<'_>, holder: &Holder) -> String {
    let schema = catalog.schema(change.resource);
    let (name, purpose) = (
        &schema.spec(unique.attribute).name,
        schema.purpose(unique.attribute),
    );
    let own = catalog.name(change.resource);
    if let Some((kind, elsewhere)) = &holder.elsewhere {
        let next = match purpose {
            Purpose::ExternalId if holder.resource == change.resource => {
                format!("move it to where this run reads {own}s, or delete it")
            }
            Purpose::ExternalId => format!("delete it, or give the {own} another external id"),
            _ => "rename one of the two".to_owned(),
        };
        let who = Personal(elsewhere);
        return format!("{kind} {who} has this `{name}`, and this run does not manage it; {next}");
    }
    let (kind, id) = (catalog.name(holder.resource), &holder.target_id);
    let shared = match purpose {
        Purpose::Login => Some("name"),
        Purpose::ExternalId => Some("external id"),
        _ => None,
    };
    if let Some(shared) = shared.filter(|_| holder.resource != change.resource) {
        return format!("{kind} {id} has this `{name}`: a {own} and a {kind} cannot have one {shared}");
    }
    format!("{kind} {id} has this `{name}`, and it has another external id")
}
