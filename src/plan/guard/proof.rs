//! Checks whether the sources are complete. Removals depend on it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::limit::Limit;
use super::limits::{Demands, GuardLimits};
use crate::model::{Catalog, Desired, DesiredState, ExternalId, Schema, SourceRead, TypeId, comparable};

/// With fewer records, a percentage says little about a mapping.
const MISSING_FLOOR: usize = 10;

/// Evidence that the sources are complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// One per source, in the order of the configuration.
    pub sources: Vec<SourceProof>,
    /// The demands on all sources together.
    pub together: Met,
    /// What is missing, one sentence each; empty if nothing is.
    pub doubts: Vec<String>,
    /// Empty sources of other resource types. They count as doubts if the plan would remove something.
    pub empty: Vec<(TypeId, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceProof {
    pub name: String,
    /// The demands on this source.
    pub met: Met,
}

/// Demands, and how far they are met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// Number of people.
    pub people: usize,
    /// Required number of people.
    pub min_users: Option<usize>,
    /// Number of canaries found.
    pub found: usize,
    /// Number of required canaries.
    pub canaries: usize,
}

impl Proof {
    /// Checks the records of all resource types, users first.
    pub fn of(desired: &[DesiredState], catalog: &Catalog, limits: &GuardLimits) -> Self {
        let Some((users, others)) = desired.split_first() else {
            return Self::default();
        };
        let mut proof = Self::of_users(users, catalog.users(), limits);
        for of_type in others {
            let what = format!("{}s", catalog.name(of_type.resource));
            let empty = empty_sources(of_type, &what, limits).into_iter();
            proof.empty.extend(empty.map(|doubt| (of_type.resource, doubt)));
        }
        proof
    }

    fn of_users(desired: &DesiredState, schema: &Schema, limits: &GuardLimits) -> Self {
        let all: Vec<&Desired> = desired.objects.iter().collect();
        let mut proof = Self {
            together: met(&limits.demands, &all, schema),
            ..Self::default()
        };
        proof.doubts.extend(empty_sources(desired, "people", limits));
        proof
            .doubts
            .extend(doubts(&proof.together, "the sources contain", "guard"));
        for source in &desired.sources {
            let people = all.iter().filter(|person| person.origin.source == source.name);
            let people: Vec<&Desired> = people.copied().collect();
            let met = limits
                .demands_of
                .get(&*source.name)
                .map_or_else(Met::default, |demands| met(demands, &people, schema));
            let key = format!("sources.{}", source.name);
            let holds = format!("source `{}` contains", source.name);
            proof.doubts.extend(doubts(&met, &holds, &key));
            proof.sources.push(SourceProof {
                name: source.name.to_string(),
                met,
            });
        }
        proof
    }
}

/// Complete sources of a type that are empty.
fn empty_sources(desired: &DesiredState, what: &str, limits: &GuardLimits) -> Vec<String> {
    let is_empty = |source: &&SourceRead| source.proves_absence && source.read == 0;
    let empty = desired.sources.iter().filter(|_| !limits.allow_empty);
    let doubts = empty.filter(is_empty).map(|source| {
        format!(
            "source `{}` contains no {what} at all; if that is right, set `guard.allow_empty: true`",
            source.name
        )
    });
    doubts.collect()
}

fn met(demands: &Demands, people: &[&Desired], schema: &Schema) -> Met {
    let wanted: BTreeSet<String> = demands.canaries.iter().map(|canary| comparable(canary)).collect();
    // A canary may be in hex as accounts have it, while the source now writes the id with other letters.
    let text_of = |canary: &String| Some(comparable(ExternalId::from_hex(canary)?.as_text()?));
    let texts: BTreeMap<String, &String> = wanted
        .iter()
        .filter_map(|canary| Some((text_of(canary)?, canary)))
        .collect();
    let mut missing: BTreeSet<&String> = wanted.iter().collect();
    if !missing.is_empty() {
        for person in people {
            missing.remove(&person.id.hex());
            if let Some(canary) = person.id.as_text().and_then(|id| texts.get(&comparable(id))) {
                missing.remove(canary);
            }
            if let Some(address) = schema
                .name_from_sources()
                .and_then(|name| person.attributes.text(name))
            {
                missing.remove(&comparable(address));
            }
        }
    }
    Met {
        people: people.len(),
        min_users: demands.min_users,
        found: wanted.len() - missing.len(),
        canaries: wanted.len(),
    }
}

fn doubts(met: &Met, holds: &str, key: &str) -> Vec<String> {
    let mut doubts = Vec::new();
    if let Some(min) = met.min_users.filter(|min| met.people < *min) {
        let people = met.people;
        doubts.push(format!(
            "{holds} {people} people, and `{key}.min_users` requires {min}"
        ));
    }
    if met.found < met.canaries {
        doubts.push(format!(
            "{} of {} people in `{key}.canaries` are missing from what was read",
            met.canaries - met.found,
            met.canaries
        ));
    }
    doubts
}

/// A source in which no record of a type has an external id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoIds {
    pub source: Arc<str>,
    pub resource: TypeId,
    /// The attribute with the external id.
    pub field: Box<str>,
    /// Number of records.
    pub records: usize,
}

/// Sources in which the attribute with the external id must be the wrong one, because no record has it. Of a single record
/// it is not known whether the name or the record is wrong, so it is rejected like others.
pub fn without_ids(desired: &DesiredState) -> Vec<NoIds> {
    let several = desired.sources.iter().filter(|source| source.read > 1);
    let found = several.filter_map(|source| {
        let mut missing = desired
            .rejected
            .iter()
            .filter(|rejected| rejected.at.source == source.name && rejected.id.is_none())
            .filter_map(|rejected| rejected.missing.first());
        let field = missing.next()?.clone();
        (missing.count() + 1 == source.read).then(|| NoIds {
            source: source.name.clone(),
            resource: desired.resource,
            field,
            records: source.read,
        })
    });
    found.collect()
}

/// Key attributes that are missing in so many records of a source that the mapping must be wrong, one sentence each.
pub fn mapping_faults(desired: &DesiredState, limit: Limit) -> Vec<String> {
    let mut faults = Vec::new();
    for source in desired
        .sources
        .iter()
        .filter(|source| source.read >= MISSING_FLOOR)
    {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mine = desired
            .rejected
            .iter()
            .filter(|rejected| rejected.at.source == source.name);
        for field in mine.flat_map(|rejected| &rejected.missing) {
            *counts.entry(field).or_default() += 1;
        }
        let read = source.read;
        faults.extend(
            counts
                .into_iter()
                .filter(|(_, count)| limit.is_over(*count, read))
                .map(|(field, count)| {
                    format!(
                        "source `{}`: `{field}` has no value in {count} of {read} records; `guard.max_missing` is \
                         {limit}",
                        source.name
                    )
                }),
        );
    }
    faults
}
