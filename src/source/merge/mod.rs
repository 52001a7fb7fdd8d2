//! Merges the records of all sources to the desired state, per resource type. Pure: the order of the records does not
//! matter.

use std::sync::Arc;

use super::{Ids, Record};
use crate::model::{
    Catalog, Desired, DesiredState, Diagnosis, Leaver, Rejected, Schema, SourceRead, TypeId, Warning, alike,
    comparable, counted,
};
use contradictions::{one_person_a_login, one_record_each};

mod contradictions;
mod keys;

pub(super) use self::keys::cleaned_id;

/// All records of one source and resource type. Records without a type are stored with the users.
#[derive(Debug, Default)]
pub struct Collected {
    pub resource: TypeId,
    /// The source's name in the configuration.
    pub name: Arc<str>,
    /// `ldap`, `csv` or `ukt`.
    pub kind: &'static str,
    /// An object that it does not contain is absent.
    pub proves_absence: bool,
    /// The kind of its ids.
    pub ids: Ids,
    /// Duration of the read.
    pub seconds: f64,
    server: Option<String>,
    certificate_ends: Option<i64>,
    people: Vec<Desired>,
    leavers: Vec<Leaver>,
    rejected: Vec<Rejected>,
    warnings: Vec<Warning>,
    /// Some objects were not read.
    partial: bool,
}

impl Collected {
    pub fn new(name: &str, kind: &'static str) -> Self {
        Self {
            name: name.into(),
            kind,
            ..Self::default()
        }
    }

    pub fn push(&mut self, record: Record) {
        match record {
            Record::Person(person) => self.people.push(person),
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

    /// Number of records, without warnings.
    pub fn len(&self) -> usize {
        self.people.len() + self.leavers.len() + self.rejected.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Result of these records for `check`: a problem if one was rejected.
    pub fn finding(&self, subject: String, noun: &str) -> Diagnosis {
        let usable = self.people.len() + self.leavers.len();
        self.finding_of(subject, noun, usable, self.rejected.len())
    }

    /// The same for records that were only counted, except the first rejected one.
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
                Some(
                    "correct these records; until then, the accounts of their people stay unchanged"
                        .to_owned(),
                ),
            ),
        }
    }
}

/// Merges the sources: one result per resource type, users first.
///
/// Several different records with the same id, or one of them rejected: all of them are rejected, because it is not
/// known which is correct. The same for a login name that several active people have. Identical records are one
/// person.
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
        people.append(&mut source.people);
        desired.leavers.extend(source.leavers);
        desired.rejected.extend(source.rejected);
        desired.warnings.extend(source.warnings);
    }
    one_record_each(schema, &mut people, &mut desired.rejected);
    one_person_a_login(schema, &mut people, &mut desired.rejected);
    people.shrink_to_fit();
    desired.objects = people;
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
            "ignored addresses that are listed more than once"
        );
    }
}

#[cfg(test)]
mod tests;
