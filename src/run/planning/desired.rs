//! Reads all people who should have an account, in the form that the target would store.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::lists::Separators;
use super::only;
use crate::config::Settings;
use crate::model::{Catalog, Desired, DesiredState, Purpose, RecordRef, Roles, Value, Warning};
use crate::report::{Reading, Report};
use crate::run::session::connect::providers;
use crate::run::session::error::RunError;
use crate::run::session::request::Request;
use crate::source::{
    AnySource, Collected, Record, Source as _, SourceError, collect_all, collect_watching, merge,
};
use crate::target::Target;
use crate::telemetry::MILESTONE;

/// The role of all people whose source has no role rules.
pub(in crate::run) fn roles(settings: &Settings) -> Roles {
    [Box::from(settings.role.as_str())].into()
}

/// Reads the sources while the target is prepared.
pub(in crate::run) async fn read(
    target: &impl Target,
    request: Request<'_>,
    report: &mut Report,
) -> Result<Vec<DesiredState>, RunError> {
    let settings = request.settings;
    let catalog = target.catalog();
    let sources: Vec<AnySource> = build(catalog, request)?;
    let names = provider_names(settings);
    let name_provider = |record: &mut Record| name_provider(record, catalog, &names);
    let reads = collect(catalog, &sources, &name_provider);
    let (collected, prepared) = futures::join!(reads, target.prepare());
    let collected = match (collected, prepared) {
        (Ok(collected), Ok(())) => collected,
        (Ok(_), Err(error)) => return Err(error.into()),
        (Err(errors), Ok(())) => return Err(errors.into()),
        (Err(errors), Err(error)) => return Err(RunError::from(errors).and(error.into())),
    };
    let mut desired = merge_normalized(collected, target, &Separators::of(settings));
    for of_type in &mut desired {
        of_type.providers = providers(settings);
    }
    report.add_sources(&desired, catalog);
    for source in desired.iter().flat_map(|of_type| &of_type.sources) {
        tracing::info!(
            target: MILESTONE,
            source = %source.name,
            read = source.read,
            rejected = source.rejected,
            seconds = source.seconds,
            "source was read"
        );
    }
    if request.only.is_empty() {
        for of_type in &desired {
            report.add_rejected(&of_type.rejected);
            report.add_warnings(&of_type.warnings);
        }
    } else {
        only::select(&mut desired, catalog, request.only, report)?;
    }
    Ok(desired)
}

/// Reads all sources, and shows the progress. `complete` is called for each record before it is stored.
pub(in crate::run) async fn collect(
    catalog: &Catalog,
    sources: &[AnySource],
    complete: &dyn Fn(&mut Record),
) -> Result<Vec<Collected>, Vec<SourceError>> {
    let names = sources.iter().map(|source| source.name().to_owned());
    let reading = Reading::new(names, "records");
    let watch = |index, record: &mut Record| {
        reading.one(index);
        complete(record);
    };
    collect_watching(catalog, sources, &watch).await
}

/// Merges the sources. Each person is normalized first, because only then duplicates and equal login names are
/// visible.
pub(in crate::run) fn merge_normalized(
    mut collected: Vec<Collected>,
    target: &impl Target,
    separators: &Separators<'_>,
) -> Vec<DesiredState> {
    let catalog = target.catalog();
    let mut assumed: BTreeMap<_, usize> = BTreeMap::new();
    for source in &mut collected {
        let schema = catalog.schema(source.resource);
        let normalize = |person: &mut Desired| {
            let resource = person.resource;
            separators.split(person, schema, |attribute| {
                target.cardinality(resource, attribute)
            });
            let remarks = target.normalize(person)?;
            if let Some(what) = remarks.assumed {
                *assumed.entry((person.origin.source.clone(), what)).or_default() += 1;
            }
            Ok(remarks.left_out)
        };
        source.normalize(schema, normalize, |address| target.takes_address(address));
    }
    let mut desired = merge(catalog, collected);
    let assumed = assumed.into_iter().map(counted);
    desired[0].warnings.extend(assumed);
    desired
}

/// Adds the failures of the sources to that of the target, so that an administrator sees both.
pub(in crate::run) async fn beside_sources(
    catalog: &Catalog,
    request: Request<'_>,
    error: RunError,
) -> RunError {
    let errors = match build(catalog, request) {
        Ok(sources) => collect_all(catalog, &sources).await.err(),
        Err(errors) => Some(errors),
    };
    match errors {
        Some(errors) => RunError::from(errors).and(error),
        None => error,
    }
}

fn build(catalog: &Catalog, request: Request<'_>) -> Result<Vec<AnySource>, Vec<SourceError>> {
    let mut sources = Vec::new();
    let mut errors = Vec::new();
    let roles = roles(request.settings);
    for source in &request.settings.sources {
        match AnySource::build(source, catalog, &roles) {
            // As patient as the target.
            Ok(source) => sources.push(source.with_backoff(request.pauses)),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(sources)
    } else {
        Err(errors)
    }
}

/// One line about an assumption that concerns several people of a source.
fn counted(((source, what), people): ((Arc<str>, &str), usize)) -> Warning {
    Warning::new(RecordRef::new(source, "all records"), format!("{what}: {people}"))
}

/// The provider name of each source's people.
fn provider_names(settings: &Settings) -> HashMap<&str, Value> {
    let sources = settings.sources.iter();
    let names = sources.filter_map(|source| {
        let name = settings.providers.of(source)?;
        Some((&*source.name, Value::text(name)))
    });
    names.collect()
}

/// Sets the provider of a person's account.
fn name_provider(record: &mut Record, catalog: &Catalog, names: &HashMap<&str, Value>) {
    let Record::Person(person) = record else { return };
    let attribute = catalog.schema(person.resource).find(Purpose::Provider);
    if let Some((attribute, name)) = attribute.zip(names.get(&*person.origin.source)) {
        person.attributes.set(attribute, Some(name.clone()));
        person.unknown.remove(attribute);
    }
}
