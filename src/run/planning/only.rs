//! `--only WHO`: limits a run to these people.

use crate::model::{Catalog, DesiredState, ExternalId, Personal, RecordRef, Schema, Selection};
use crate::report::Report;
use crate::run::session::error::RunError;
use crate::source::{self, Hits};

/// How many of the records that match one name are listed.
const NAMED: usize = 5;

/// Limits the run to the named people, and the report to their records. Nothing else is changed, including groups.
///
/// Everything was read before, because only then a name certainly means one person, and an account certainly belongs
/// to that person.
///
/// # Errors
/// [`RunError::Usage`] with every name that matches no person, or several.
pub(in crate::run) fn select(
    desired: &mut [DesiredState],
    catalog: &Catalog,
    names: &[String],
    report: &mut Report,
) -> Result<(), RunError> {
    for of_type in &mut *desired {
        of_type.selection = Some(Selection::default());
    }
    match desired.first_mut() {
        Some(users) => select_users(users, catalog.users(), names, report),
        None => Ok(()),
    }
}

fn select_users(
    desired: &mut DesiredState,
    schema: &Schema,
    names: &[String],
    report: &mut Report,
) -> Result<(), RunError> {
    let hits: Vec<Hits> = names
        .iter()
        .map(|name| source::find(desired, schema, name))
        .collect();
    let asked = names.iter().zip(&hits);
    let errors: Vec<_> = asked
        .filter_map(|(name, hits)| mistake(name, hits, desired))
        .collect();
    if !errors.is_empty() {
        return Err(RunError::Usage { errors });
    }
    let mut selection = Selection::default();
    let mut rejected = Vec::new();
    for hits in hits {
        report
            .only
            .extend(hits.records(desired).into_iter().map(ToString::to_string));
        let leavers = hits.leavers.iter().map(|index| &desired.leavers[*index].origin);
        report.only.extend(leavers.map(ToString::to_string));
        selection.people.extend(hits.people);
        selection.leavers.extend(hits.leavers);
        rejected.extend(hits.rejected.iter().map(|index| desired.rejected[*index].clone()));
    }
    report.only.sort();
    report.only.dedup();
    report.add_rejected(&rejected);
    add_warnings(desired, &selection, report);
    desired.selection = Some(selection);
    Ok(())
}

/// What is wrong with a name. Several rejected records may belong to one person.
fn mistake(name: &str, hits: &Hits, desired: &DesiredState) -> Option<(String, Option<String>)> {
    let records = hits.records(desired);
    let name = Personal(name);
    match records.len() {
        0 if hits.leavers.is_empty() => Some((
            format!(
                "`--only {name}`: no record of the sources has this {}",
                source::NAMES
            ),
            Some("`directory-sync users --show-values` prints all people of the sources".to_owned()),
        )),
        0 | 1 => None,
        _ if hits.people.is_empty() => None,
        count => Some((
            format!("`--only {name}` fits {count} records: {}", listed(&records)),
            Some("name the person by something that no other record has, such as the external id".to_owned()),
        )),
    }
}

fn listed(records: &[&RecordRef]) -> String {
    let named: Vec<String> = records.iter().take(NAMED).map(ToString::to_string).collect();
    let more = records.len().saturating_sub(NAMED);
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{rest}", named.join(", "))
}

/// Adds warnings about these people, and about whole sources.
fn add_warnings(desired: &DesiredState, selection: &Selection, report: &mut Report) {
    let ids = selection.people.iter().map(|index| &desired.objects[*index].id);
    let ids: Vec<&ExternalId> = ids.collect();
    for warning in &desired.warnings {
        if warning.id.as_ref().is_none_or(|id| ids.contains(&id)) {
            report.add_warnings(std::slice::from_ref(warning));
        }
    }
}
