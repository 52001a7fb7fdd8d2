//! References that would lead back to their own object. A target that refuses circles gets all others.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::objects::{Alias, Objects};
use super::rewrite::{drop_empty, rewrite};
use crate::model::{
    AttributeIndex, Catalog, Change, ExternalId, Ids, Personal, Plan, Purpose, Reference, TypeId, Value,
    Warning, Write,
};

/// References between objects of one type.
type Graph = HashMap<ExternalId, BTreeSet<ExternalId>>;

/// Leaves out each new reference that would close a circle, with a warning. References that close a circle only until
/// others are removed have to wait. Existing references come first, then those with the smaller external ids, so that
/// every run leaves out the same ones.
pub(in crate::plan) fn leave_out_circles(catalog: &Catalog, plan: &mut Plan, objects: Objects<'_>) {
    for change in &mut plan.changes {
        change.nests_last = false;
    }
    for (resource, of_type) in catalog.iter() {
        let schema = &of_type.schema;
        let members = schema.find(Purpose::Members);
        if let Some(members) = members.filter(|members| schema.spec(*members).acyclic) {
            settle_type(catalog, plan, (resource, members), objects);
        }
    }
}

fn settle_type(
    catalog: &Catalog,
    plan: &mut Plan,
    (resource, members): (TypeId, AttributeIndex),
    objects: Objects<'_>,
) {
    let new = new_links(catalog, plan, resource);
    if new.is_empty() {
        return;
    }
    let now = now(plan, (resource, members), objects.ids, objects.aliases);
    let mut after = without_dropped(catalog, plan, resource, now.clone());
    let mut left_out: HashMap<ExternalId, Vec<ExternalId>> = HashMap::new();
    let mut added = Vec::new();
    for (object, nested) in new {
        if object == nested || leads_to(&[&after], &nested, &object) {
            left_out.entry(object).or_default().push(nested);
        } else {
            after.entry(object.clone()).or_default().insert(nested.clone());
            added.push((object, nested));
        }
    }
    let closes_now = |(object, nested): &(ExternalId, ExternalId)| leads_to(&[&now, &after], nested, object);
    let last: HashSet<ExternalId> = added
        .into_iter()
        .filter(closes_now)
        .map(|(object, _)| object)
        .collect();
    let mut changes = std::mem::take(&mut plan.changes);
    for change in changes.iter_mut().filter(|change| change.resource == resource) {
        let Some(id) = change.id().cloned() else { continue };
        change.nests_last = last.contains(&id);
        for nested in left_out.remove(&id).unwrap_or_default() {
            leave_out(change, members, &Reference::Managed(resource, nested.clone()));
            plan.warnings
                .extend(warning(change, &name(catalog, objects, resource, &nested)));
        }
    }
    plan.changes = changes;
    drop_empty(plan);
}

/// The references that the plan adds, ordered by the ids at both ends.
fn new_links(catalog: &Catalog, plan: &Plan, resource: TypeId) -> BTreeSet<(ExternalId, ExternalId)> {
    let of_type = plan.changes.iter().filter(|change| change.resource == resource);
    let links = of_type.filter_map(|change| {
        let id = change.id()?;
        let linked = change.linked(catalog.schema(resource)).into_iter();
        Some(linked.filter_map(move |one| Some((id.clone(), id_of(one, resource)?.clone()))))
    });
    links.flatten().collect()
}

/// The references before the first change, by the ids of the sources.
fn now(plan: &Plan, (resource, members): (TypeId, AttributeIndex), ids: &Ids, aliases: &[Alias]) -> Graph {
    let aliases = aliases.iter().filter(|alias| alias.resource == resource);
    let by_former: HashMap<&ExternalId, &ExternalId> = aliases
        .clone()
        .filter_map(|alias| Some((alias.former.as_ref()?, &alias.id)))
        .collect();
    let by_target: HashMap<&str, &ExternalId> = aliases
        .map(|alias| (alias.target_id.as_str(), &alias.id))
        .collect();
    let called = |id: &ExternalId| (*by_former.get(id).unwrap_or(&id)).clone();
    let mut graph = Graph::new();
    for (object, nested) in ids.nested(resource) {
        graph
            .entry(called(object))
            .or_default()
            .extend(nested.iter().map(called));
    }
    // An object without an external id is only known from its change.
    for change in plan.changes.iter().filter(|change| change.resource == resource) {
        let before = change.edit().and_then(|edit| edit.change(members));
        let before = before.and_then(|change| change.before.as_ref());
        let nested = before.map_or(&[][..], Value::as_references).iter();
        let nested = nested.filter_map(|one| match one {
            Reference::Managed(..) => id_of(one, resource).map(called),
            Reference::Foreign(object) => by_target.get(&**object).map(|id| (*id).clone()),
        });
        if let Some(id) = change.id() {
            graph.entry(id.clone()).or_default().extend(nested);
        }
    }
    graph
}

/// The references that remain after the plan has removed others.
fn without_dropped(catalog: &Catalog, plan: &Plan, resource: TypeId, mut graph: Graph) -> Graph {
    for change in plan.changes.iter().filter(|change| change.resource == resource) {
        let Some(id) = change.id() else { continue };
        if matches!(change.write, Write::Delete(_)) {
            graph.remove(id);
            continue;
        }
        let Some(nested) = graph.get_mut(id) else { continue };
        for dropped in change.unlinked(catalog.schema(resource)) {
            if let Some(dropped) = id_of(dropped, resource) {
                nested.remove(dropped);
            }
        }
    }
    graph
}

fn id_of(reference: &Reference, resource: TypeId) -> Option<&ExternalId> {
    match reference {
        Reference::Managed(of, id) if *of == resource => Some(id),
        Reference::Managed(..) | Reference::Foreign(_) => None,
    }
}

/// Returns whether references of these graphs lead from one object to another.
fn leads_to(graphs: &[&Graph], from: &ExternalId, to: &ExternalId) -> bool {
    let (mut seen, mut next) = (HashSet::from([from]), vec![from]);
    while let Some(object) = next.pop() {
        if object == to {
            return true;
        }
        let nested = graphs.iter().filter_map(|graph| graph.get(object)).flatten();
        next.extend(nested.filter(|id| seen.insert(*id)));
    }
    false
}

fn leave_out(change: &mut Change, members: AttributeIndex, reference: &Reference) {
    rewrite(change, members, |_, after| {
        let references = after.map_or(&[][..], Value::as_references).iter();
        Value::references(references.filter(|one| *one != reference).cloned())
    });
}

fn warning(change: &Change, nested: &str) -> Option<Warning> {
    let person = change.person()?;
    Some(Warning {
        at: person.origin.clone(),
        id: Some(person.id.clone()),
        reason: format!(
            "member {nested} is left out: it contains this group, directly or through other groups"
        ),
    })
}

/// The name in the sources, or else the external id.
fn name(catalog: &Catalog, objects: Objects<'_>, resource: TypeId, id: &ExternalId) -> String {
    let of_type = objects
        .desired
        .iter()
        .filter(|desired| desired.resource == resource);
    let mut named = of_type
        .flat_map(|desired| &desired.objects)
        .filter(|one| one.id == *id);
    let schema = catalog.schema(resource);
    let name = named.find_map(|one| one.attributes.text_of(schema, Purpose::Login));
    match name.or_else(|| id.as_text()) {
        Some(text) => format!("`{}`", Personal(text)),
        None => id.marked().to_string(),
    }
}
