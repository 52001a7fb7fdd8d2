//! Unique values, and their exchange between objects.

use std::collections::{HashMap, HashSet};

use crate::model::{
    AttributeIndex, AttributeSpec, Catalog, Change, Purpose, Schema, TypeId, Value, Write, comparable,
};

/// The set of objects in which a value must be unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::plan) enum Space {
    /// The login names of a resource type.
    Logins(TypeId),
    /// All attributes that share a namespace.
    Shared(&'static str),
}

/// A unique value that a change gives up or takes.
#[derive(Clone, Copy, Debug)]
pub(in crate::plan) struct Unique<'a> {
    pub(in crate::plan) attribute: AttributeIndex,
    space: Space,
    pub(in crate::plan) value: &'a Value,
}

impl Unique<'_> {
    /// Equal for equal values.
    pub(in crate::plan) fn key(&self) -> (Space, String) {
        (self.space, comparable(self.value.as_text()))
    }
}

/// A value that one change gives up and another takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handover {
    /// Index of the change that gives it up.
    pub(super) giver: usize,
    /// The attribute in which that object has it.
    pub(super) attribute: AttributeIndex,
}

/// The namespace in which an attribute is unique, if it is.
fn space(resource: TypeId, spec: &AttributeSpec) -> Option<Space> {
    let login = || (spec.purpose == Purpose::Login).then_some(Space::Logins(resource));
    spec.unique.map(Space::Shared).or_else(login)
}

/// The values that the change frees.
pub(in crate::plan) fn given_up<'a>(schema: &Schema, change: &'a Change) -> Vec<Unique<'a>> {
    each(schema, change.resource, |attribute| match &change.write {
        Write::Create(_) => None,
        Write::Edit(edit) => edit.change(attribute)?.before.as_ref(),
        Write::Delete(account) => account.attributes.get(attribute),
    })
}

pub(in crate::plan) fn taken<'a>(schema: &Schema, change: &'a Change) -> Vec<Unique<'a>> {
    each(schema, change.resource, |attribute| match &change.write {
        Write::Create(creation) => creation.attributes.get(attribute),
        Write::Edit(edit) => edit.change(attribute)?.after.as_ref(),
        Write::Delete(_) => None,
    })
}

fn each<'a>(
    schema: &Schema,
    resource: TypeId,
    value: impl Fn(AttributeIndex) -> Option<&'a Value>,
) -> Vec<Unique<'a>> {
    let unique = schema.iter().filter_map(|(attribute, spec)| {
        Some(Unique {
            attribute,
            space: space(resource, spec)?,
            value: value(attribute)?,
        })
    });
    unique.collect()
}

/// For each change, the values that it takes from others.
pub(super) fn handovers(catalog: &Catalog, changes: &[Change]) -> Vec<Vec<Handover>> {
    let mut givers: HashMap<(Space, String), Handover> = HashMap::new();
    for (giver, change) in changes.iter().enumerate() {
        for unique in given_up(catalog.schema(change.resource), change) {
            let attribute = unique.attribute;
            givers
                .entry(unique.key())
                .or_insert(Handover { giver, attribute });
        }
    }
    let of = |(index, change): (usize, &Change)| {
        if givers.is_empty() {
            return Vec::new();
        }
        let taken = taken(catalog.schema(change.resource), change);
        let handovers = taken
            .iter()
            .filter_map(|unique| givers.get(&unique.key()).copied());
        handovers.filter(|handover| handover.giver != index).collect()
    };
    changes.iter().enumerate().map(of).collect()
}

/// Which changes give up which values early, so that there is no circle.
pub(super) fn stepping_aside(handovers: &[Vec<Handover>]) -> Vec<(usize, AttributeIndex)> {
    let mut walk = Walk {
        handovers,
        visits: vec![Visit::New; handovers.len()],
        next: vec![0; handovers.len()],
        chosen: HashSet::new(),
    };
    let mut chosen = Vec::new();
    for start in 0..handovers.len() {
        chosen.extend(walk.from(start));
    }
    chosen
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    New,
    OnPath,
    Done,
}

/// Follows dependencies, and breaks each circle.
struct Walk<'a> {
    handovers: &'a [Vec<Handover>],
    visits: Vec<Visit>,
    /// Number of followed handovers of each change.
    next: Vec<usize>,
    chosen: HashSet<(usize, AttributeIndex)>,
}

impl Walk<'_> {
    fn from(&mut self, start: usize) -> Vec<(usize, AttributeIndex)> {
        let (mut path, mut found) = (Vec::new(), Vec::new());
        self.enter(start, &mut path);
        while let Some(&index) = path.last() {
            let Some(handover) = self.handovers[index].get(self.next[index]).copied() else {
                self.visits[index] = Visit::Done;
                path.pop();
                continue;
            };
            let is_given = self.chosen.contains(&(handover.giver, handover.attribute));
            if !is_given && self.visits[handover.giver] == Visit::OnPath {
                found.push(self.break_circle(handover.giver, &mut path));
                continue;
            }
            self.next[index] += 1;
            if !is_given {
                self.enter(handover.giver, &mut path);
            }
        }
        found
    }

    fn enter(&mut self, index: usize, path: &mut Vec<usize>) {
        if self.visits[index] == Visit::New {
            self.visits[index] = Visit::OnPath;
            path.push(index);
        }
    }

    /// The circle is the end of the path, from this index on. Its first change gives up its value early; the change
    /// that waits for it is then at the end of the path.
    fn break_circle(&mut self, from: usize, path: &mut Vec<usize>) -> (usize, AttributeIndex) {
        let start = path.iter().position(|index| *index == from).unwrap_or_default();
        let circle = &path[start..];
        let first = circle.iter().copied().min().unwrap_or(from);
        let at = circle
            .iter()
            .position(|index| *index == first)
            .unwrap_or_default();
        // The change before the first one of the path is at its end, because it is a circle.
        let taker = if at == 0 { path.len() - 1 } else { start + at - 1 };
        let index = path[taker];
        // A change on the path was entered by the handover before the next one.
        let followed = if at == 0 {
            self.next[index]
        } else {
            self.next[index] - 1
        };
        let attribute = self.handovers[index][followed].attribute;
        for left in path.drain(taker + 1..) {
            self.visits[left] = Visit::New;
            self.next[left] = 0;
        }
        self.chosen.insert((first, attribute));
        (first, attribute)
    }
}
