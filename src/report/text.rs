//! The plan like a good diff, and the report as a few lines.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::json::{Report, origin};
use crate::model::{Action, Change, Edit, Finding, Plan, RemovalReason, Schema, Value};
use crate::plan::Refusal;

/// Whether personal values are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Only which attributes change.
    Names,
    /// Their values too.
    Values,
}

/// Prints the plan: one line for each change, a legend of the symbols used, and the counts.
pub fn plan(out: &mut dyn Write, plan: &Plan, schema: &Schema, show: Show) -> io::Result<()> {
    let mut symbols: Vec<(char, &str)> = Vec::new();
    for change in &plan.changes {
        let symbol = symbol(change);
        if !symbols.contains(&symbol) {
            symbols.push(symbol);
        }
        writeln!(out, "  {} {}", symbol.0, line(change, schema))?;
        if show == Show::Values {
            write_values(out, change, schema)?;
        }
    }
    if !symbols.is_empty() {
        let legend: Vec<String> = symbols
            .iter()
            .map(|(symbol, what)| format!("{symbol} {what}"))
            .collect();
        writeln!(out, "\nSymbols: {}", legend.join(", "))?;
    }
    writeln!(out, "{}", counts(plan))
}

fn symbol(change: &Change) -> (char, &'static str) {
    match change.action {
        Action::Create { .. } => ('+', "create"),
        Action::Adopt(_) | Action::Update(_) | Action::Enable(_) => ('~', "change"),
        Action::Disable(_) | Action::Delete(_) => ('-', "remove"),
    }
}

fn line(change: &Change, schema: &Schema) -> String {
    let id = change
        .id()
        .map_or_else(|| "(no id)".to_owned(), ToString::to_string);
    let mut line = format!("{:<7} {id}", change.action.name());
    if let Some(target_id) = change.target_id() {
        let _ = write!(line, "  account {target_id}");
    }
    let details = match &change.action {
        Action::Create { .. } => String::new(),
        Action::Adopt(edit) | Action::Update(edit) | Action::Enable(edit) => edit_details(edit, schema),
        Action::Disable(_) | Action::Delete(_) => reason(change).unwrap_or_default().to_owned(),
    };
    if !details.is_empty() {
        let _ = write!(line, "  {details}");
    }
    if !change.is_removal() {
        let _ = write!(line, "  ({})", origin(change).at);
    }
    line
}

fn edit_details(edit: &Edit, schema: &Schema) -> String {
    let mut details: Vec<String> = Vec::new();
    match edit.id_before.as_deref() {
        Some("") => details.push("external id (was empty)".to_owned()),
        Some(before) => details.push(format!("external id (was {before})")),
        None => {}
    }
    details.extend(
        edit.attributes
            .iter()
            .map(|change| schema.spec(change.attribute).name.to_owned()),
    );
    if edit.detour.is_some() {
        details.push("login through a temporary name".to_owned());
    }
    details.extend(edit.grant.iter().map(|role| format!("role +{role}")));
    details.extend(edit.revoke.iter().map(|role| format!("role -{role}")));
    details.join(", ")
}

/// Why an account is removed.
pub(super) fn reason(change: &Change) -> Option<&'static str> {
    match &change.action {
        Action::Disable(removal) | Action::Delete(removal) => Some(match removal.reason {
            RemovalReason::Disabled => "disabled in the source",
            RemovalReason::Absent => "absent from all sources",
            RemovalReason::Listed => "on the list of leavers",
        }),
        _ => None,
    }
}

fn write_values(out: &mut dyn Write, change: &Change, schema: &Schema) -> io::Result<()> {
    let value = |value: Option<&Value>| match value {
        Some(value) => format!("{:?}", value.as_text()),
        None => "none".to_owned(),
    };
    match &change.action {
        Action::Create { attributes, .. } => {
            for (index, spec) in schema.iter() {
                if let Some(text) = attributes.get(index) {
                    writeln!(out, "      {}: {}", spec.name, value(Some(text)))?;
                }
            }
        }
        Action::Adopt(edit) | Action::Update(edit) | Action::Enable(edit) => {
            for change in &edit.attributes {
                let name = schema.spec(change.attribute).name;
                let (before, after) = (value(change.before.as_ref()), value(change.after.as_ref()));
                writeln!(out, "      {name}: {before} -> {after}")?;
            }
        }
        Action::Disable(removal) | Action::Delete(removal) => {
            writeln!(out, "      login: {:?}", removal.account.login)?;
        }
    }
    Ok(())
}

fn counts(plan: &Plan) -> String {
    let mut report = Report::new();
    report.add_plan(plan);
    let mut parts: Vec<String> = report
        .changes
        .by_kind()
        .into_iter()
        .filter(|(_, count)| count.planned > 0)
        .map(|(kind, count)| format!("{} to {kind}", count.planned))
        .collect();
    if parts.is_empty() {
        parts.push("nothing to change".to_owned());
    }
    let mut line = format!("Plan: {}; {} unchanged", parts.join(", "), plan.unchanged);
    if !plan.kept.is_empty() {
        let _ = write!(line, ", {} kept", plan.kept.len());
    }
    line.push('.');
    for (reason, count) in &report.kept_reasons {
        let _ = write!(line, "\n  kept {count}: {reason}");
    }
    line
}

/// Prints why a plan may not be applied, and the way on.
pub fn refusal(out: &mut dyn Write, refusal: &Refusal) -> io::Result<()> {
    writeln!(out)?;
    for reason in &refusal.reasons {
        writeln!(out, "refused: {reason}")?;
    }
    match &refusal.token {
        Some(token) => writeln!(
            out,
            "\nhint: look at the plan above; if it is right, run again with `--approve {token}`, which lets exactly \
             these removals through, or raise the limit"
        ),
        None => writeln!(
            out,
            "\nhint: nothing was written; look at the sources, then run again"
        ),
    }
}

/// Prints what a run came to.
pub fn summary(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    for rejected in &report.rejected {
        writeln!(
            out,
            "rejected: {} ({}): {}",
            rejected.at, rejected.source, rejected.reason
        )?;
    }
    for warning in &report.warnings {
        writeln!(
            out,
            "warning: {} ({}): {}",
            warning.at, warning.source, warning.reason
        )?;
    }
    for failure in &report.failures {
        let id = failure.id.as_deref().unwrap_or("(no id)");
        writeln!(out, "failed: {} {id}: {}", failure.action, failure.error)?;
        if let Some(hint) = &failure.hint {
            writeln!(out, "  hint: {hint}")?;
        }
    }
    writeln!(out, "{}", verdict(report))
}

fn verdict(report: &Report) -> String {
    let done: Vec<String> = report
        .changes
        .by_kind()
        .into_iter()
        .filter(|(_, count)| count.applied > 0)
        .map(|(kind, count)| format!("{} {}", count.applied, past(kind)))
        .collect();
    let mut parts = Vec::new();
    match report.outcome {
        "in_sync" => parts.push("In sync".to_owned()),
        "planned" => parts.push("Nothing was written (dry run)".to_owned()),
        "applied" | "partial" if done.is_empty() => parts.push("Nothing was changed".to_owned()),
        "applied" | "partial" => parts.push(done.join(", ")),
        other => parts.push(other.to_owned()),
    }
    for (count, what) in [
        (report.failures.len(), "failed"),
        (report.rejected.len(), "rejected"),
        (report.warnings.len(), "warnings"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    format!(
        "Done: {}. {} requests, {:.1} s.",
        parts.join("; "),
        report.requests.total,
        report.seconds
    )
}

fn past(kind: &str) -> &'static str {
    match kind {
        "create" => "created",
        "adopt" => "adopted",
        "update" => "updated",
        "enable" => "enabled",
        "disable" => "disabled",
        _ => "deleted",
    }
}

/// Prints what was tried, one line each.
pub fn findings(out: &mut dyn Write, findings: &[Finding]) -> io::Result<()> {
    for Finding { subject, result } in findings {
        match result {
            Ok(seen) => writeln!(out, "ok       {subject}: {seen}")?,
            Err(problem) => {
                writeln!(out, "PROBLEM  {subject}: {}", problem.what)?;
                if let Some(fix) = &problem.fix {
                    writeln!(out, "         fix: {fix}")?;
                }
            }
        }
    }
    Ok(())
}

/// Prints an error with its causes, and the way on.
pub fn error(out: &mut dyn Write, what: &str, hint: Option<&str>) -> io::Result<()> {
    writeln!(out, "error: {what}")?;
    match hint {
        Some(hint) => writeln!(out, "\nhint: {hint}"),
        None => Ok(()),
    }
}
