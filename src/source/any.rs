//! All kinds of source behind one type, and the parallel reading of all sources.

use std::time::Instant;

use futures::future::join_all;

use super::csv::CsvSource;
use super::ldap::LdapSource;
use super::merge::{Collected, merge};
use super::ukt::UktSource;
use super::{Ids, Record, Source, SourceError};
use crate::config::{SourceKind, SourceSettings};
use crate::http::Backoff;
use crate::model::{Catalog, DesiredState, Diagnosis, Roles, TypeId};

#[derive(Debug)]
pub enum AnySource {
    Ldap(Box<LdapSource>),
    Csv(Box<CsvSource>),
    Ukt(Box<UktSource>),
}

impl AnySource {
    /// Builds the configured source. Its objects have the attributes of `catalog`, and its people have `roles`.
    ///
    /// # Errors
    /// [`SourceError`] if a certificate or key cannot be used. Connects to nothing yet.
    pub fn build(settings: &SourceSettings, catalog: &Catalog, roles: &Roles) -> Result<Self, SourceError> {
        let (name, schema) = (&settings.name, catalog.users());
        Ok(match &settings.kind {
            SourceKind::Ldap(ldap) => Self::Ldap(Box::new(LdapSource::new(name, ldap, catalog, roles)?)),
            SourceKind::Csv(csv) => Self::Csv(Box::new(CsvSource::new(name, csv, schema, roles))),
            SourceKind::Ukt(ukt) => Self::Ukt(Box::new(UktSource::new(name, ukt)?)),
        })
    }

    /// Sets other pauses between tries.
    #[must_use]
    pub fn with_backoff(self, backoff: Backoff) -> Self {
        match self {
            Self::Ukt(source) => Self::Ukt(Box::new(source.with_backoff(backoff))),
            other => other,
        }
    }
}

impl Source for AnySource {
    forward! {
        (Ldap Csv Ukt)
        fn name() -> &str;
        fn kind() -> &'static str;
        fn proves_absence(resource: TypeId) -> bool;
        fn ids(resource: TypeId) -> Ids;
        later:
        fn read(each: &mut dyn FnMut(Record)) -> Result<(), SourceError>;
        fn read_to_count(each: &mut dyn FnMut(Record)) -> Result<(), SourceError>;
        fn check() -> Vec<Diagnosis>;
    }
}

/// Reads all sources completely, in parallel, and merges them.
///
/// # Errors
/// One [`SourceError`] per source that could not be read. The records of the other sources cannot be used without it.
pub async fn read_all(
    catalog: &Catalog,
    sources: &[impl Source],
) -> Result<Vec<DesiredState>, Vec<SourceError>> {
    Ok(merge(catalog, collect_all(catalog, sources).await?))
}

/// Reads all sources completely, in parallel. Returns the records per source and resource type.
///
/// # Errors
/// As [`read_all`].
pub async fn collect_all(
    catalog: &Catalog,
    sources: &[impl Source],
) -> Result<Vec<Collected>, Vec<SourceError>> {
    collect_watching(catalog, sources, &|_, _| {}).await
}

/// Like [`collect_all`]. Calls `watch` for each counted record with the index of its source, before it is stored.
///
/// # Errors
/// As [`read_all`].
pub async fn collect_watching(
    catalog: &Catalog,
    sources: &[impl Source],
    watch: &dyn Fn(usize, &mut Record),
) -> Result<Vec<Collected>, Vec<SourceError>> {
    let mut collected = Vec::with_capacity(sources.len());
    let mut errors = Vec::new();
    let each = sources.iter().enumerate();
    let reads = each.map(|(index, source)| collect(catalog, source, move |record| watch(index, record)));
    for read in join_all(reads).await {
        match read {
            Ok(records) => collected.extend(records),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(collected)
    } else {
        Err(errors)
    }
}

async fn collect(
    catalog: &Catalog,
    source: &impl Source,
    watch: impl Fn(&mut Record),
) -> Result<Vec<Collected>, SourceError> {
    let start = Instant::now();
    let mut types: Vec<Collected> = catalog.iter().map(|(id, _)| empty(source, id)).collect();
    let mut each = |mut record: Record| {
        if record.is_counted() {
            watch(&mut record);
        }
        put(&mut types, record);
    };
    source.read(&mut each).await?;
    let seconds = start.elapsed().as_secs_f64();
    let records: usize = types.iter().map(Collected::len).sum();
    tracing::debug!(source = source.name(), records, seconds, "read a source");
    for of_type in &mut types {
        of_type.seconds = seconds;
    }
    types.retain(|of_type| {
        of_type.resource == TypeId::default() || of_type.proves_absence || !of_type.is_empty()
    });
    Ok(types)
}

fn empty(source: &impl Source, resource: TypeId) -> Collected {
    let mut empty = Collected::new(source.name(), source.kind());
    empty.resource = resource;
    empty.proves_absence = source.proves_absence(resource);
    empty.ids = source.ids(resource);
    empty
}

/// Adds a record to those of its type.
fn put(types: &mut [Collected], record: Record) {
    let resource = match &record {
        Record::Person(desired) => desired.resource,
        Record::Rejected(rejected) => rejected.resource,
        Record::Partial(resource, _) => *resource,
        Record::Leaver(_) | Record::Warning(_) | Record::Server(_) | Record::CertificateEnds(_) => {
            TypeId::default()
        }
    };
    if let Some(of_type) = types.get_mut(usize::from(resource.0)) {
        of_type.push(record);
    }
}
