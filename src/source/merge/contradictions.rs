//! Contradictory records: different records for one person, or one login name for two people.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::{
    AttributeIndex, Claims, Desired, ExternalId, Lifecycle, Purpose, RecordRef, Rejected, Schema, comparable,
};

/// People sorted by id, each id once.
pub(super) fn one_record_each(
    schema: &Schema,
    mut people: Vec<Desired>,
    rejected: &mut Vec<Rejected>,
) -> Vec<Desired> {
    let mut broken: BTreeMap<ExternalId, Vec<RecordRef>> = BTreeMap::new();
    for one in rejected.iter() {
        if let Some(id) = &one.id {
            broken.entry(id.clone()).or_default().push(one.at.clone());
        }
    }
    people.sort_unstable_by(|a, b| (&a.id, &a.origin).cmp(&(&b.id, &b.origin)));
    let mut repeated = 0;
    let mut single = Vec::with_capacity(people.len());
    let mut rest = people.into_iter().peekable();
    while let Some(first) = rest.next() {
        let mut others = Vec::new();
        while let Some(next) = rest.next_if(|next| next.id == first.id) {
            others.push(next);
        }
        let lost = broken.get(&first.id);
        let repeats = lost.is_none() && others.iter().all(|other| same_data(schema, &first, other));
        if repeats
            && others
                .iter()
                .all(|other| first.roles(schema) == other.roles(schema))
        {
            repeated += others.len();
            single.push(first);
            continue;
        }
        let shared = if repeats {
            "the same id and other roles"
        } else {
            "the same id"
        };
        others.insert(0, first);
        reject_all(schema, &others, lost.map_or(&[], Vec::as_slice), shared, rejected);
    }
    if repeated > 0 {
        tracing::info!(
            records = repeated,
            "ignored records that repeat another one exactly"
        );
    }
    single
}

/// Returns whether two records have the same data, except roles.
pub(super) fn same_data(schema: &Schema, a: &Desired, b: &Desired) -> bool {
    let access = schema.find(Purpose::Access);
    let values = |of: &Desired| {
        let mut values = of.attributes.clone();
        if let Some(access) = access {
            values.set(access, None);
        }
        values
    };
    (a.lifecycle, a.unknown, values(a)) == (b.lifecycle, b.unknown, values(b))
}

/// Rejects active people with the same login name. Disabled people are ignored, because many directories keep the
/// address of a former entry after the person returned with a new one.
pub(super) fn one_person_a_login(
    schema: &Schema,
    people: Vec<Desired>,
    rejected: &mut Vec<Rejected>,
) -> Vec<Desired> {
    let Some(login) = schema.name_said() else {
        return people;
    };
    let mut claims: HashMap<String, u32> = HashMap::with_capacity(people.len());
    for name in people.iter().filter_map(|person| claim(person, login)) {
        *claims.entry(name).or_default() += 1;
    }
    claims.retain(|_, count| *count > 1);
    if claims.is_empty() {
        return people;
    }
    let mut contested: BTreeMap<String, Vec<Desired>> = BTreeMap::new();
    let mut single = Vec::with_capacity(people.len());
    for person in people {
        match claim(&person, login).filter(|name| claims.contains_key(name)) {
            Some(name) => contested.entry(name).or_default().push(person),
            None => single.push(person),
        }
    }
    for group in contested.values() {
        reject_all(schema, group, &[], "the same login name and another id", rejected);
    }
    single
}

/// The identifying values of a person's record.
pub(super) fn claims_of(schema: &Schema, person: &Desired) -> Claims {
    let text = |index: Option<AttributeIndex>| {
        let text = index.and_then(|index| person.attributes.text(index));
        text.map(Box::from).into_iter().collect()
    };
    Claims {
        addresses: text(schema.name_said()),
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
    let places: BTreeSet<&RecordRef> = group.iter().map(|one| &one.origin).chain(lost).collect();
    for (index, person) in group.iter().enumerate() {
        // Another record may have the same location: two servers, one DN. Then that location is named too.
        let shares_place = group
            .iter()
            .enumerate()
            .any(|(other, one)| other != index && one.origin == person.origin);
        let others: Vec<String> = places
            .iter()
            .filter(|place| shares_place || **place != &person.origin)
            .take(5)
            .map(ToString::to_string)
            .collect();
        rejected.push(Rejected {
            resource: person.resource,
            at: person.origin.clone(),
            id: Some(person.id.clone()),
            reason: format!("another record has {shared}: {}", others.join(", ")),
            missing: Vec::new(),
            claims: claims_of(schema, person).into(),
        });
    }
}
