//! Counts the changes of a plan, and the accounts that stay unchanged.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::summary::by_type;
use super::view::Extent;
use crate::model::{Catalog, Plan, TypeId, counted};
use crate::report::json::Report;
use crate::report::one_line;

/// How many records are printed because of which accounts are skipped. The others are in the report.
const RECORDS: usize = 10;

/// The records because of which accounts are skipped for this reason, if there are any.
fn records(plan: &Plan, reason: &str) -> String {
    let skipped = plan.skipped.iter().filter(|skipped| skipped.reason == reason);
    let named: Vec<String> = skipped
        .filter_map(|skipped| {
            let record = skipped.record.as_ref()?.to_string();
            let noun = if skipped.resource == TypeId::default() {
                "account"
            } else {
                "at"
            };
            Some(format!(
                "\n    {noun} {}: {}",
                skipped.target_id,
                one_line(&record)
            ))
        })
        .collect();
    let mut lines: String = named.iter().take(RECORDS).map(String::as_str).collect();
    if named.len() > RECORDS {
        let _ = write!(
            lines,
            "\n    and {} more; the report names all",
            named.len() - RECORDS
        );
    }
    lines
}

fn report_of(plan: &Plan, catalog: &Catalog) -> Report {
    let mut report = Report::new("kind");
    report.add_plan(plan, catalog);
    report
}

fn to_do(report: &Report) -> String {
    let mut parts = by_type(report, |kind, count, what| {
        (count.planned > 0).then(|| format!("{}{} to {}", count.planned, what(count.planned), kind.verb()))
    });
    if parts.is_empty() {
        parts.push("nothing to change".to_owned());
    }
    parts.join(", ")
}

/// Number of changes per kind.
pub(in crate::report) fn planned(plan: &Plan, catalog: &Catalog) -> String {
    to_do(&report_of(plan, catalog))
}

/// The last lines of a plan.
pub(super) fn counts(plan: &Plan, catalog: &Catalog, extent: Extent) -> String {
    let report = report_of(plan, catalog);
    let mut line = format!("Plan: {}; {} unchanged", to_do(&report), plan.unchanged);
    let skipped = plan.skipped_unchanged().count();
    if skipped > 0 {
        let _ = write!(line, ", {skipped} skipped");
    }
    if !plan.withheld.is_empty() {
        let _ = write!(line, ", {} withheld", plan.withheld.len());
    }
    let _ = write!(
        line,
        " ({}, {} managed",
        counted(report.target.accounts, "account"),
        report.target.managed
    );
    for of_type in report.types.iter().skip(1) {
        let (name, objects, managed) = (of_type.name, of_type.objects, of_type.managed);
        let _ = write!(line, "; {}, {managed} managed", counted(objects, name));
    }
    line.push_str(").");
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for skipped in plan.skipped_unchanged() {
        *reasons.entry(&skipped.reason).or_default() += 1;
    }
    for (reason, count) in reasons {
        let _ = write!(line, "\n  skipped {count}: {}", one_line(reason));
        if extent != Extent::Summary {
            line.push_str(&records(plan, reason));
        }
    }
    if plan.without_role > 0 {
        let people = counted(plan.without_role, "person");
        let _ = write!(line, "\n  no account for {people}: in no group that gives a role");
    }
    line
}
