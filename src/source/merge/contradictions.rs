//! Contradictory records: different records for one person, or one login name for two people.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    AttributeIndex, Claims, Desired, ExternalId, Fingerprints, Lifecycle, Purpose, RecordRef, Rejected,
    Schema, comparable,
};

/// Sorts people by id, and keeps one record of each person.
pub(super) fn one_record_each(schema: &Schema, people: &mut Vec<Desired>, rejected: &mut Vec<Rejected>) {
    let mut broken: BTreeMap<ExternalId, Vec<RecordRef>> = BTreeMap::new();
    for one in rejected.iter() {
        if let Some(id) = &one.id {
            broken.entry(id.clone()).or_default().push(one.at.clone());
        }
    }
    people.sort_unstable_by(|a, b| (&a.id, &a.origin).cmp(&(&b.id, &b.origin)));
    let mut contradictory = BTreeSet::new();
    for group in people.chunk_by(|a, b| a.id == b.id) {
        let lost = broken.get(&group[0].id).map_or(&[][..], Vec::as_slice);
        if let Some(shared) = contradiction(schema, group, lost) {
            contradictory.insert(group[0].id.clone());
            reject_all(schema, group, lost, shared, rejected);
        }
    }
    people.retain(|person| !contradictory.contains(&person.id));
    let before = people.len();
    people.dedup_by(|later, first| later.id == first.id);
    if people.len() < before {
        tracing::info!(
            records = before - people.len(),
            "ignored records that repeat another one exactly"
        );
    }
}

/// What contradictory records with one id have in common; `None` if they do not contradict each other. `lost` are
/// records with the same id that were rejected before.
fn contradiction(schema: &Schema, group: &[Desired], lost: &[RecordRef]) -> Option<&'static str> {
    let [first, others @ ..] = group else { return None };
    if !lost.is_empty() || !others.iter().all(|other| same_data(schema, first, other)) {
        return Some("the same id");
    }
    let roles = first.roles(schema);
    let differ = others.iter().any(|other| other.roles(schema) != roles);
    differ.then_some("the same id and other roles")
}

/// Returns whether two records have the same data, except roles and the provider, which the source determines.
pub(super) fn same_data(schema: &Schema, a: &Desired, b: &Desired) -> bool {
    let values = |of: &Desired| {
        let mut values = of.attributes.clone();
        for purpose in [Purpose::Access, Purpose::Provider] {
            if let Some(attribute) = schema.find(purpose) {
                values.set(attribute, None);
            }
        }
        values
    };
    (a.lifecycle, a.unknown, values(a)) == (b.lifecycle, b.unknown, values(b))
}

/// Rejects active people with the same login name. Disabled people are ignored, because many directories keep the
/// address of a former entry after the person returned with a new one.
pub(super) fn one_person_a_login(schema: &Schema, people: &mut Vec<Desired>, rejected: &mut Vec<Rejected>) {
    let Some(login) = schema.name_from_sources() else {
        return;
    };
    let numbers = Fingerprints::default();
    let claims = people.iter().filter_map(|person| claim(person, login));
    let mut claims: Vec<u128> = claims.map(|name| numbers.number(&name)).collect();
    claims.sort_unstable();
    let shared: BTreeSet<u128> = claims
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| pair[0])
        .collect();
    if shared.is_empty() {
        return;
    }
    let mut contested: BTreeMap<String, Vec<Desired>> = BTreeMap::new();
    let is_contested = |person: &mut Desired| {
        claim(person, login).is_some_and(|name| shared.contains(&numbers.number(&name)))
    };
    for person in people.extract_if(.., is_contested) {
        contested
            .entry(claim(&person, login).unwrap_or_default())
            .or_default()
            .push(person);
    }
    for group in contested.values() {
        reject_all(schema, group, &[], "the same login name and another id", rejected);
    }
}

/// The identifying values of a person's record.
pub(super) fn claims_of(schema: &Schema, person: &Desired) -> Claims {
    let text = |index: Option<AttributeIndex>| {
        let text = index.and_then(|index| person.attributes.text(index));
        text.map(Box::from).into_iter().collect()
    };
    Claims {
        addresses: text(schema.name_from_sources()),
        proofs: text(schema.find(Purpose::OwnershipProof)),
        is_misspelt: false,
    }
}

fn claim(person: &Desired, login: AttributeIndex) -> Option<String> {
    match person.lifecycle {
        Lifecycle::Active => person.attributes.text(login).map(comparable),
        Lifecycle::Disabled => None,
    }
}

/// Rejects each record of a group, naming the locations of the others. `lost` are others that were rejected before.
fn reject_all(
    schema: &Schema,
    group: &[Desired],
    lost: &[RecordRef],
    shared: &str,
    rejected: &mut Vec<Rejected>,
) {
    let locations: BTreeSet<&RecordRef> = group.iter().map(|one| &one.origin).chain(lost).collect();
    for (index, person) in group.iter().enumerate() {
        // Another record may have the same location: two servers, one DN. Then that location is named too.
        let shares_location = group
            .iter()
            .enumerate()
            .any(|(other, one)| other != index && one.origin == person.origin);
        let others: Vec<String> = locations
            .iter()
            .filter(|location| shares_location || **location != &person.origin)
            .take(5)
            .map(ToString::to_string)
            .collect();
        let reason = format!("another record has {shared}: {}", others.join(", "));
        let one = Rejected::new(person.origin.clone(), Some(person.id.clone()), reason);
        rejected.push(
            one.of_type(person.resource)
                .with_claims(claims_of(schema, person)),
        );
    }
}
