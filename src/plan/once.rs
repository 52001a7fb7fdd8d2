//! Values that are written once and never changed: a new value must be valid and unique. Existing values are not
//! checked.

use std::collections::HashMap;

use crate::model::{
    AttributeIndex, AttributeSpec, Catalog, Change, Desired, DesiredState, Holding, Lifecycle, Plan, Purpose,
    RecordRef, Rejected, Schema, Value, Write,
};

/// How many other records or accounts a rejection names.
const NAMED: usize = 5;

/// Rejects people whose value is invalid or is also claimed by another person of the run, and removes their changes
/// from the plan.
pub fn reject_impossible(catalog: &Catalog, desired: &DesiredState, plan: &mut Plan) {
    let schema = catalog.schema(desired.resource);
    if let Some(index) = schema.find(Purpose::OwnershipProof) {
        let spec = schema.spec(index);
        let claims = claims(index, spec, desired, &plan.changes);
        let reason = |change: &Change| {
            let (object, value) = first(index, change)?;
            let name = &spec.name;
            if let Some(why) = spec.misfit.and_then(|misfit| misfit(value.as_text())) {
                let from = match object.attributes.get(index) {
                    Some(_) => "",
                    None => ", which is made from the external id,",
                };
                return Some(format!("the `{name}`{from} {why}"));
            }
            let others = claims.get(&comparable(value))?.iter();
            let others: Vec<String> = others
                .filter(|claim| claim.id != &object.id)
                .take(NAMED)
                .map(|claim| claim.at.to_string())
                .collect();
            (!others.is_empty())
                .then(|| format!("another record has the same `{name}`: {}", others.join(", ")))
        };
        let reasons: Vec<_> = plan.changes.iter().map(reason).collect();
        reject(plan, reasons);
    }
}

/// The values that the plan writes for the first time. The target has to be asked who has them already.
pub fn first_values(schema: &Schema, plan: &Plan) -> Option<(AttributeIndex, Vec<Value>)> {
    let index = schema.find(Purpose::OwnershipProof)?;
    let firsts = plan.changes.iter().filter_map(|change| first(index, change));
    let values: Vec<Value> = firsts.map(|(_, value)| value.clone()).collect();
    (!values.is_empty()).then_some((index, values))
}

/// Rejects people whose value another account has, and removes their changes from the plan.
pub fn reject_owned_by_others(
    catalog: &Catalog,
    plan: &mut Plan,
    index: AttributeIndex,
    holdings: &[Holding],
) {
    let schema = catalog.users();
    let mut holders: HashMap<String, Vec<&Holding>> = HashMap::new();
    for holding in holdings {
        holders
            .entry(comparable(&holding.value))
            .or_default()
            .push(holding);
    }
    let name = &schema.spec(index).name;
    let reason = |change: &Change| {
        let (object, value) = first(index, change)?;
        // An account with the person's own id belongs to the person, even if the list did not show it.
        let own = object.id.hex();
        let others = holders.get(&comparable(value))?.iter();
        let others: Vec<&str> = others
            .filter(|holding| *holding.id_text != *own && Some(&holding.account) != change.target_id())
            .take(NAMED)
            .map(|holding| holding.account.as_str())
            .collect();
        (!others.is_empty()).then(|| {
            format!(
                "account {} has the same `{name}`; a second owner would get access to what belongs to that account",
                others.join(", ")
            )
        })
    };
    let reasons: Vec<_> = plan.changes.iter().map(reason).collect();
    reject(plan, reasons);
}

/// A person who has or wants a value.
struct Claim<'a> {
    id: &'a crate::model::ExternalId,
    at: &'a RecordRef,
}

/// Values that several people of the run have or are to get, as far as known. A disabled person without an account
/// claims nothing, because many directories keep the former record of a person who returned with a new one.
fn claims<'a>(
    index: AttributeIndex,
    spec: &AttributeSpec,
    desired: &'a DesiredState,
    changes: &'a [Change],
) -> HashMap<String, Vec<Claim<'a>>> {
    let mut firsts = changes
        .iter()
        .filter_map(|change| first(index, change))
        .peekable();
    if firsts.peek().is_none() {
        return HashMap::new();
    }
    let is_active = |object: &&Desired| object.lifecycle == Lifecycle::Active;
    let wanted = desired.objects.iter().filter(is_active).filter_map(|object| {
        let given = object.attributes.get(index).map(comparable);
        let made = || spec.default.map(|default| comparable(&default(&object.id)));
        Some((object, given.or_else(made)?))
    });
    // The other changes of a plan concern active people of the run.
    let is_new = |object: &Desired| desired.objects.is_empty() || !is_active(&object);
    let written = firsts.filter(|(object, _)| is_new(object));
    let all = || {
        wanted
            .clone()
            .chain(written.clone().map(|(object, value)| (object, comparable(value))))
    };
    let mut counts: HashMap<String, u32> = HashMap::new();
    for (_, value) in all() {
        *counts.entry(value).or_default() += 1;
    }
    counts.retain(|_, count| *count > 1);
    let mut claims: HashMap<String, Vec<Claim<'a>>> = HashMap::new();
    if counts.is_empty() {
        return claims;
    }
    for (object, value) in all().filter(|(_, value)| counts.contains_key(value)) {
        claims.entry(value).or_default().push(Claim {
            id: &object.id,
            at: &object.origin,
        });
    }
    claims
}

/// The person whose account gets a value for the first time, and the value. An undo restores former values.
fn first(index: AttributeIndex, change: &Change) -> Option<(&Desired, &Value)> {
    if change.restore.is_some() {
        return None;
    }
    match &change.write {
        Write::Create(creation) => Some((&creation.desired, creation.attributes.get(index)?)),
        Write::Edit(edit) => {
            let new = edit.change(index).filter(|new| new.before.is_none())?;
            Some((&edit.desired, new.after.as_ref()?))
        }
        Write::Delete(_) => None,
    }
}

/// Surrounding blanks and letter case are ignored.
fn comparable(value: &Value) -> String {
    value.as_text().trim().to_lowercase()
}

/// Removes the changes with a reason from the plan, and rejects their people.
pub(super) fn reject(plan: &mut Plan, reasons: Vec<Option<String>>) {
    let before = plan.changes.len();
    let mut rejected = Vec::new();
    let mut reasons = reasons.into_iter();
    plan.changes.retain(|change| {
        let Some(reason) = reasons.next().flatten() else {
            return true;
        };
        rejected.extend(change.person().map(|person| {
            let rejected = Rejected::new(person.origin.clone(), Some(person.id.clone()), reason);
            rejected.of_type(person.resource)
        }));
        false
    });
    if plan.changes.len() < before {
        plan.unresolved.extend(rejected);
        plan.unresolved.sort_by(|a, b| a.at.cmp(&b.at));
    }
}
