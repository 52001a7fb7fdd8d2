//! From the records of all sources to what is wanted, each resource type by itself. Pure: the order of the records makes no
//! difference.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

mod keys;

pub(super) use self::keys::cleaned_id;

use super::{Ids, Record};
use crate::model::{
    AttributeIndex, Catalog, Claims, Desired, DesiredState, Diagnosis, ExternalId, Leaver, Lifecycle,
    Purpose, RecordRef, Rejected, Schema, SourceRead, TypeId, Warning, alike, comparable,
};

/// Everything one source handed over of one resource type; with the users stands what concerns no type.
#[derive(Debug, Default)]
pub struct Collected {
    /// The type.
    pub resource: TypeId,
    /// The source's name in the configuration.
    pub name: Arc<str>,
    /// `ldap`, `csv` or `ukt`.
    pub kind: &'static str,
    /// An object that it does not name is gone.
    pub proves_absence: bool,
    /// What kind of ids its objects have.
    pub ids: Ids,
    /// How long it took.
    pub seconds: f64,
    server: Option<String>,
    certificate_ends: Option<i64>,
    people: Vec<Desired>,
    leavers: Vec<Leaver>,
    rejected: Vec<Rejected>,
    warnings: Vec<Warning>,
    /// There is more that was not read.
    partial: bool,
}

impl Collected {
    /// Nothing yet.
    pub fn new(name: &str, kind: &'static str) -> Self {
        Self {
            name: name.into(),
            kind,
            ..Self::default()
        }
    }

    /// Takes one record.
    pub fn push(&mut self, record: Record) {
        match record {
            Record::Person(identity) => self.people.push(identity),
            Record::Leaver(leaver) => self.leavers.push(leaver),
            Record::Rejected(rejected) => self.rejected.push(rejected),
            Record::Warning(warning) => self.warnings.push(warning),
            Record::Partial(_, warning) => {
                self.partial = true;
                self.warnings.push(warning);
            }
            Record::Server(server) => self.server = Some(server),
            Record::CertificateEnds(end) => self.certificate_ends = Some(end),
        }
    }

    /// Records so far, warnings not counted.
    pub fn len(&self) -> usize {
        self.people.len() + self.leavers.len() + self.rejected.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What `check` says about these records: a problem if one was rejected.
    pub fn finding(&self, subject: String, noun: &str) -> Diagnosis {
        let usable = self.people.len() + self.leavers.len();
        self.finding_of(subject, noun, usable, self.rejected.len())
    }

    /// The same for records that were counted and not kept, except the first that was rejected.
    pub(super) fn finding_of(
        &self,
        subject: String,
        noun: &str,
        usable: usize,
        rejected: usize,
    ) -> Diagnosis {
        let usable = counted(usable, noun);
        match self.rejected.as_slice() {
            [] => Diagnosis::ok(subject, format!("{usable} usable")),
            [first, ..] => Diagnosis::fault(
                subject,
                format!(
                    "{usable} usable, {rejected} rejected; the first: {}: {}",
                    first.at, first.reason
                ),
                Some("correct these records; until then their people stay as they are".to_owned()),
            ),
        }
    }
}

/// `1 row`, `2 rows`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    match (count, noun) {
        (1, noun) => format!("1 {noun}"),
        (count, "person") => format!("{count} people"),
        (count, "entry") => format!("{count} entries"),
        (count, "address") => format!("{count} addresses"),
        (count, noun) => format!("{count} {noun}s"),
    }
}

/// Puts the sources together: one for each type of which a source speaks, the users first.
///
/// An id with several different records, or with one that was rejected, rejects all of them: which one is right cannot
/// be known. So does a login name that several active people claim. Identical records are one person.
pub fn merge(catalog: &Catalog, mut sources: Vec<Collected>) -> Vec<DesiredState> {
    let mut all = Vec::new();
    for (resource, of_type) in catalog.iter() {
        let mine = sources.extract_if(.., |source| source.resource == resource);
        let mine: Vec<Collected> = mine.collect();
        if all.is_empty() || !mine.is_empty() {
            all.push(DesiredState {
                resource,
                ..merge_type(&of_type.schema, mine)
            });
        }
    }
    all
}

fn merge_type(schema: &Schema, sources: Vec<Collected>) -> DesiredState {
    let mut reads: Vec<SourceRead> = sources.iter().map(read_of).collect();
    let proves_absence = sources.iter().any(|source| source.proves_absence);
    let mut desired = DesiredState::default();
    let mut people = Vec::new();
    for mut source in sources {
        source.clean(schema);
        if source.ids.binary {
            desired.binary_ids.insert(source.name);
        }
        people.extend(source.people);
        desired.leavers.extend(source.leavers);
        desired.rejected.extend(source.rejected);
        desired.warnings.extend(source.warnings);
    }
    let people = one_record_each(schema, people, &mut desired.rejected);
    desired.identities = one_person_a_login(schema, people, &mut desired.rejected);
    sort_and_close(&mut desired);
    desired.complete = proves_absence
        && reads.iter().all(|read| read.complete)
        && desired.rejected.iter().all(|rejected| rejected.id.is_some());
    for read in &mut reads {
        let mine = |rejected: &&Rejected| rejected.at.source == read.name;
        read.rejected = desired.rejected.iter().filter(mine).count();
        read.complete &= desired
            .rejected
            .iter()
            .filter(mine)
            .all(|rejected| rejected.id.is_some());
    }
    desired.sources = reads;
    desired
}

fn read_of(source: &Collected) -> SourceRead {
    SourceRead {
        name: source.name.clone(),
        kind: source.kind,
        server: source.server.clone(),
        certificate_ends: source.certificate_ends,
        proves_absence: source.proves_absence,
        read: source.len(),
        rejected: 0,
        complete: !source.partial,
        seconds: source.seconds,
    }
}

/// People in order of their id, each id once.
fn one_record_each(schema: &Schema, mut people: Vec<Desired>, rejected: &mut Vec<Rejected>) -> Vec<Desired> {
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
            "passed over records that repeat another one exactly"
        );
    }
    single
}

/// Whether two records say the same of a person, their roles left aside.
fn same_data(schema: &Schema, a: &Desired, b: &Desired) -> bool {
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

/// Only one of several active people can log in by a name. Someone disabled claims none: an old account keeps its
/// address in many directories after the person came back under a new one.
fn one_person_a_login(schema: &Schema, people: Vec<Desired>, rejected: &mut Vec<Rejected>) -> Vec<Desired> {
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

/// What a person's record says about whose it is.
fn claims_of(schema: &Schema, person: &Desired) -> Claims {
    let text = |place: Option<AttributeIndex>| {
        let text = place.and_then(|place| person.attributes.text(place));
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

/// Rejects each record of a group, naming the places of the others; `lost` are others that were rejected already.
fn reject_all(
    schema: &Schema,
    group: &[Desired],
    lost: &[RecordRef],
    shared: &str,
    rejected: &mut Vec<Rejected>,
) {
    let places: BTreeSet<&RecordRef> = group.iter().map(|one| &one.origin).chain(lost).collect();
    for (index, person) in group.iter().enumerate() {
        // Another record may stand at the same place: two servers, one DN. Then that place is named all the same.
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

fn sort_and_close(desired: &mut DesiredState) {
    desired.rejected.sort_unstable_by(|a, b| {
        (&a.at, &a.id, &a.reason, &a.claims).cmp(&(&b.at, &b.id, &b.reason, &b.claims))
    });
    desired
        .warnings
        .sort_unstable_by(|a, b| (&a.at, &a.id, &a.reason).cmp(&(&b.at, &b.id, &b.reason)));
    desired
        .leavers
        .sort_by_cached_key(|leaver| (comparable(&leaver.email), leaver.origin.clone()));
    let listed = desired.leavers.len();
    desired
        .leavers
        .dedup_by(|later, first| alike(&later.email, &first.email));
    if desired.leavers.len() < listed {
        tracing::info!(
            addresses = listed - desired.leavers.len(),
            "passed over addresses that are listed more than once"
        );
    }
}

#[cfg(test)]
mod tests;
