//! All kinds of source as one, and all sources of a run side by side.

use std::time::Instant;

use futures::future::join_all;

use super::csv::CsvSource;
use super::ldap::LdapSource;
use super::merge::{Collected, merge};
use super::ukt::UktSource;
use super::{Ids, Record, Source, SourceError};
use crate::config::{SourceKind, SourceSettings};
use crate::http::Backoff;
use crate::model::{DesiredState, Diagnosis, Roles, Schema};

/// A source of a kind that the configuration knows.
#[derive(Debug)]
pub enum AnySource {
    /// A directory.
    Ldap(Box<LdapSource>),
    /// A file.
    Csv(Box<CsvSource>),
    /// A list of leavers.
    Ukt(Box<UktSource>),
}

impl AnySource {
    /// The configured source, yielding people with the attributes of `schema` and with `roles`.
    ///
    /// # Errors
    /// [`SourceError`] when a certificate or key cannot be used. Nothing is connected to yet.
    pub fn build(settings: &SourceSettings, schema: &Schema, roles: &Roles) -> Result<Self, SourceError> {
        let name = &settings.name;
        Ok(match &settings.kind {
            SourceKind::Ldap(ldap) => Self::Ldap(Box::new(LdapSource::new(name, ldap, schema, roles)?)),
            SourceKind::Csv(csv) => Self::Csv(Box::new(CsvSource::new(name, csv, schema, roles))),
            SourceKind::Ukt(ukt) => Self::Ukt(Box::new(UktSource::new(name, ukt)?)),
        })
    }

    /// Other pauses between tries, where a source is asked more than once.
    #[must_use]
    pub fn with_backoff(self, backoff: Backoff) -> Self {
        match self {
            Self::Ukt(source) => Self::Ukt(Box::new(source.with_backoff(backoff))),
            other => other,
        }
    }
}

impl Source for AnySource {
    fn name(&self) -> &str {
        match self {
            Self::Ldap(source) => source.name(),
            Self::Csv(source) => source.name(),
            Self::Ukt(source) => source.name(),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Ldap(source) => source.kind(),
            Self::Csv(source) => source.kind(),
            Self::Ukt(source) => source.kind(),
        }
    }

    fn proves_absence(&self) -> bool {
        match self {
            Self::Ldap(source) => source.proves_absence(),
            Self::Csv(source) => source.proves_absence(),
            Self::Ukt(source) => source.proves_absence(),
        }
    }

    fn ids(&self) -> Ids {
        match self {
            Self::Ldap(source) => source.ids(),
            Self::Csv(source) => source.ids(),
            Self::Ukt(source) => source.ids(),
        }
    }

    async fn read(&self, each: &mut dyn FnMut(Record)) -> Result<(), SourceError> {
        match self {
            Self::Ldap(source) => source.read(each).await,
            Self::Csv(source) => source.read(each).await,
            Self::Ukt(source) => source.read(each).await,
        }
    }

    async fn count(&self, each: &mut dyn FnMut(Record)) -> Result<(), SourceError> {
        match self {
            Self::Ldap(source) => source.count(each).await,
            Self::Csv(source) => source.count(each).await,
            Self::Ukt(source) => source.count(each).await,
        }
    }

    async fn check(&self) -> Vec<Diagnosis> {
        match self {
            Self::Ldap(source) => source.check().await,
            Self::Csv(source) => source.check().await,
            Self::Ukt(source) => source.check().await,
        }
    }
}

/// Reads all sources to their end, side by side, and puts them together.
///
/// # Errors
/// One [`SourceError`] for each source that could not be read; what the others yielded is worth nothing without it.
pub async fn read_all(schema: &Schema, sources: &[impl Source]) -> Result<DesiredState, Vec<SourceError>> {
    Ok(merge(schema, collect_all(sources).await?))
}

/// Reads all sources to their end, side by side.
///
/// # Errors
/// As [`read_all`].
pub async fn collect_all(sources: &[impl Source]) -> Result<Vec<Collected>, Vec<SourceError>> {
    let mut collected = Vec::with_capacity(sources.len());
    let mut errors = Vec::new();
    for read in join_all(sources.iter().map(collect)).await {
        match read {
            Ok(records) => collected.push(records),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(collected)
    } else {
        Err(errors)
    }
}

async fn collect(source: &impl Source) -> Result<Collected, SourceError> {
    let start = Instant::now();
    let mut records = Collected::new(source.name(), source.kind());
    records.proves_absence = source.proves_absence();
    records.ids = source.ids();
    source.read(&mut |record| records.push(record)).await?;
    records.seconds = start.elapsed().as_secs_f64();
    tracing::debug!(
        source = source.name(),
        records = records.len(),
        seconds = records.seconds,
        "read a source"
    );
    Ok(records)
}
