//! The plan like a good diff.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::absence::since;
use super::json::Report;
use super::one_line;
use super::origin::origin;
use crate::model::{Absence, Action, Change, Edit, ExternalId, Identity, Plan, RemovalReason, Schema, Value};

/// So many records are printed of those that keep accounts; the others stand in the report.
const RECORDS: usize = 10;

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
        writeln!(out, "  {} {}", symbol.0, one_line(&line(change, schema, show)))?;
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
        Action::Note(_) => ('!', "missing"),
    }
}

fn line(change: &Change, schema: &Schema, show: Show) -> String {
    let id = change
        .id()
        .map_or_else(|| "(no id)".to_owned(), ToString::to_string);
    let mut line = format!("{:<7} {id}", change.action.name());
    if let Some(target_id) = change.target_id() {
        let _ = write!(line, "  account {target_id}");
    }
    let restored = change.restore.as_ref().map(|restore| &*restore.id_text);
    let mut details: Vec<String> = reason(change).map(str::to_owned).into_iter().collect();
    details.extend(
        change
            .edit()
            .map(|edit| edit_details(edit, restored, schema, show)),
    );
    match &change.action {
        Action::Create { identity, .. } => details.push(new_roles(identity)),
        Action::Note(note) => details.push(absence(note.absence)),
        _ => {}
    }
    details.retain(|details| !details.is_empty());
    let details = details.join(", ");
    if !details.is_empty() {
        let _ = write!(line, "  {details}");
    }
    if change.edit().is_some() && change.is_removal() {
        line.push_str(", no role left");
    }
    if change.edit().is_some() || change.target_id().is_none() {
        let _ = write!(line, "  ({})", origin(change).at);
    }
    line
}

/// The roles of a new account; a single one is what everybody gets, as a rule.
fn new_roles(identity: &Identity) -> String {
    match &*identity.entitlements {
        [_] => String::new(),
        roles => roles
            .iter()
            .map(|role| format!("role +{role}"))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn edit_details(edit: &Edit, restored: Option<&str>, schema: &Schema, show: Show) -> String {
    let mut details: Vec<String> = Vec::new();
    if let Some(before) = edit.id_before.as_deref() {
        let told = |text| match text {
            "" => "empty",
            text => shown_id(text, show).unwrap_or("a text that is no id"),
        };
        let told = match restored {
            Some(former) => format!("external id (back to {})", told(former)),
            None => format!("external id (was {})", told(before)),
        };
        details.push(told);
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
    if edit.returned {
        details.push("not missing any more".to_owned());
    }
    details.join(", ")
}

/// Since when somebody is missing, and how many runs have seen it.
fn absence(absence: Absence) -> String {
    let runs = match absence.runs {
        1 => "1 run".to_owned(),
        many => format!("{many} runs"),
    };
    format!("absent from all sources since {}, seen by {runs}", since(absence))
}

/// A nickname, if it is an id. Others were chosen by people, who may have put their name there.
pub(super) fn shown_id(nickname: &str, show: Show) -> Option<&str> {
    let is_shown = nickname.is_empty() || show == Show::Values || ExternalId::from_hex(nickname).is_some();
    is_shown.then_some(nickname)
}

/// Why an account is removed.
pub(super) fn reason(change: &Change) -> Option<&'static str> {
    match &change.action {
        Action::Disable(removal) | Action::Delete(removal) => Some(match removal.reason {
            RemovalReason::Disabled => "disabled in the source",
            RemovalReason::Absent => "absent from all sources",
            RemovalReason::Listed => "on the list of leavers",
            RemovalReason::Undone => "the run that is undone brought it into use",
        }),
        _ => None,
    }
}

fn write_values(out: &mut dyn Write, change: &Change, schema: &Schema) -> io::Result<()> {
    let value = |value: Option<&Value>| match value {
        Some(value) => quoted(value.as_text()),
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
        Action::Disable(removal) | Action::Delete(removal) => {
            writeln!(out, "      login: {}", quoted(&removal.account.login))?;
        }
        Action::Note(note) => writeln!(out, "      login: {}", quoted(&note.account.login))?,
        Action::Adopt(_) | Action::Update(_) | Action::Enable(_) => {}
    }
    for change in change.edit().into_iter().flat_map(|edit| &edit.attributes) {
        let name = schema.spec(change.attribute).name;
        let (before, after) = (value(change.before.as_ref()), value(change.after.as_ref()));
        writeln!(out, "      {name}: {before} -> {after}")?;
    }
    Ok(())
}

/// A value that cannot be mistaken for what stands around it.
fn quoted(value: &str) -> String {
    one_line(&format!("{value:?}")).into_owned()
}

/// Which records keep accounts for a reason, if records do.
fn records(plan: &Plan, reason: &str) -> String {
    let kept = plan.kept.iter().filter(|kept| kept.reason == reason);
    let named: Vec<String> = kept
        .filter_map(|kept| {
            let record = kept.record.as_ref()?.to_string();
            Some(format!("\n    account {}: {}", kept.target_id, one_line(&record)))
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
    let _ = write!(line, " ({} accounts, {} managed).", plan.accounts, plan.managed);
    for (reason, count) in &report.kept_reasons {
        let _ = write!(line, "\n  kept {count}: {}", one_line(reason));
        line.push_str(&records(plan, reason));
    }
    if plan.without_role > 0 {
        let people = match plan.without_role {
            1 => "1 person".to_owned(),
            many => format!("{many} people"),
        };
        let _ = write!(line, "\n  no account for {people}: in no group that gives a role");
    }
    line
}
