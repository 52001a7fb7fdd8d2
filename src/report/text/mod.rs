//! The plan like a good diff.

pub(super) mod messages;
pub(super) mod one_line;
pub(super) mod progress;
pub(super) mod proof;
pub(super) mod summary;

use std::fmt::Write as _;
use std::io;

use self::summary::by_type;
use super::absence::since;
use super::json::Report;
use super::one_line;
use super::origin::place;
use crate::model::{
    ActionKind, AttributeChange, AttributeIndex, Catalog, Change, Edit, ExternalId, Lifecycle, Mutability,
    Plan, Purpose, RemovalReason, Schema, TypeId, Value, Write,
};

/// So many records are printed of those that keep accounts; the others stand in the report.
const RECORDS: usize = 10;

/// The symbol of an action that a setting withholds.
const WITHHELD: (char, &str) = ('x', "withheld by a setting");

/// Whether personal values are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Only which attributes change.
    Names,
    /// Their values too.
    Values,
}

/// Prints the plan: one line for each change, a legend of the symbols used, and the counts.
pub fn plan(out: &mut dyn io::Write, plan: &Plan, catalog: &Catalog, show: Show) -> io::Result<()> {
    let mut symbols: Vec<(char, &str)> = Vec::new();
    for change in &plan.changes {
        let symbol = change.kind.symbol();
        if !symbols.contains(&symbol) {
            symbols.push(symbol);
        }
        writeln!(out, "  {} {}", symbol.0, one_line(&line(change, catalog, show)))?;
        if show == Show::Values {
            write_values(out, change, catalog.schema(change.resource))?;
        }
    }
    for withheld in &plan.withheld {
        let line = format!("{}: {}", line(&withheld.change, catalog, show), withheld.by);
        writeln!(out, "  {} {}", WITHHELD.0, one_line(&line))?;
    }
    symbols.extend((!plan.withheld.is_empty()).then_some(WITHHELD));
    if !symbols.is_empty() {
        let legend: Vec<String> = symbols
            .iter()
            .map(|(symbol, what)| format!("{symbol} {what}"))
            .collect();
        writeln!(out, "\nSymbols: {}", legend.join(", "))?;
    }
    writeln!(out, "{}", counts(plan, catalog))
}

fn line(change: &Change, catalog: &Catalog, show: Show) -> String {
    let schema = catalog.schema(change.resource);
    let id = change
        .id()
        .map_or_else(|| "(no id)".to_owned(), ToString::to_string);
    let mut line = format!("{:<7} ", change.kind.name());
    if change.resource != TypeId::default() {
        let _ = write!(line, "{} ", catalog.name(change.resource));
    }
    line.push_str(&id);
    if let Some(target_id) = change.target_id() {
        let noun = if change.resource == TypeId::default() {
            "account"
        } else {
            "at"
        };
        let _ = write!(line, "  {noun} {target_id}");
    }
    let mut details: Vec<String> = reason(change).map(str::to_owned).into_iter().collect();
    match &change.write {
        Write::Create(creation) => {
            details.push(new_roles(creation.identity.roles(schema)));
            details.extend(new_members(change, schema));
        }
        Write::Edit(edit) => details.extend(edit_details(change, edit, schema, show)),
        Write::Delete(_) => {}
    }
    details.retain(|details| !details.is_empty());
    let details = details.join(", ");
    if !details.is_empty() {
        let _ = write!(line, "  {details}");
    }
    if change.takes_last_role(schema) {
        line.push_str(", no role left");
    }
    let is_of_account = matches!(change.kind, ActionKind::MarkAbsent | ActionKind::Delete)
        || change.kind == ActionKind::Deactivate && change.restore.is_none();
    if !is_of_account {
        let _ = write!(line, "  ({})", place(change));
    }
    line
}

/// The roles of a new account; a single one is what everybody gets, as a rule.
fn new_roles(roles: &[Box<str>]) -> String {
    match roles {
        [_] => String::new(),
        roles => roles
            .iter()
            .map(|role| format!("role +{role}"))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// How many members a new group has.
fn new_members(change: &Change, schema: &Schema) -> Option<String> {
    let members = change.linked(schema).len();
    (members > 0).then(|| format!("members +{members}"))
}

/// What changes: the id first, then values by their names, roles, and what this tool keeps for itself.
fn edit_details(change: &Change, edit: &Edit, schema: &Schema, show: Show) -> Vec<String> {
    let of = |purpose| edit.change_of(schema, purpose);
    let mut details: Vec<String> = Vec::new();
    details.extend(of(Purpose::ExternalId).map(|id| changed_id(id, change.restore.is_some(), show)));
    let values = edit
        .changes
        .iter()
        .filter(|change| is_value(schema, edit, change));
    details.extend(values.map(|change| schema.spec(change.attribute).name.to_string()));
    if edit.temporary_login.is_some() {
        details.push("login through a temporary name".to_owned());
    }
    if let Some(members) = of(Purpose::Members) {
        let counts = [('+', members.linked().len()), ('-', members.unlinked().len())];
        let counts = counts.into_iter().filter(|(_, count)| *count > 0);
        details.extend(counts.map(|(sign, count)| format!("members {sign}{count}")));
    }
    if let Some(roles) = of(Purpose::Access) {
        details.extend(roles.added().iter().map(|role| format!("role +{role}")));
        details.extend(roles.removed().iter().map(|role| format!("role -{role}")));
    }
    if change.kind == ActionKind::Update && edit.lifecycle == Some(Lifecycle::Disabled) {
        details.push("deactivated, which an earlier run did not finish".to_owned());
    }
    if let Some(sign_out) = of(Purpose::SignOut) {
        details.push(signed_out(sign_out).to_owned());
    }
    if of(Purpose::MissingSince).is_some_and(|marker| marker.after.is_none()) {
        details.push("not missing any more".to_owned());
    } else if change.kind == ActionKind::MarkAbsent {
        details.extend(absence(edit, schema));
    }
    details
}

/// Whether an attribute of a new account is shown by its name: what a source says, but for roles, which are shown by theirs.
pub(super) fn is_said(schema: &Schema, attribute: AttributeIndex) -> bool {
    let spec = schema.spec(attribute);
    spec.is_said_by_sources() && !matches!(spec.purpose, Purpose::Access | Purpose::Members)
}

/// The same for a change: also what goes along with another attribute, where it changes alone.
pub(super) fn is_value(schema: &Schema, edit: &Edit, change: &AttributeChange) -> bool {
    match schema.spec(change.attribute).mutability {
        Mutability::Follows(other) => edit.change(other).is_none(),
        _ => is_said(schema, change.attribute),
    }
}

fn changed_id(id: &AttributeChange, is_undo: bool, show: Show) -> String {
    let told = |value: &Option<Value>| match value.as_ref().map_or("", Value::as_text) {
        "" => "empty".to_owned(),
        text => shown_id(text, show).unwrap_or("a text that is no id").to_owned(),
    };
    if is_undo {
        format!("external id (back to {})", told(&id.after))
    } else {
        format!("external id (was {})", told(&id.before))
    }
}

fn signed_out(sign_out: &AttributeChange) -> &'static str {
    if sign_out.after.is_some() {
        "sessions are ended"
    } else {
        "sessions are ended, which an earlier run did not finish"
    }
}

/// Since when somebody is missing, and how many runs have seen it.
fn absence(edit: &Edit, schema: &Schema) -> Option<String> {
    let number = |purpose| {
        let written = edit.change_of(schema, purpose)?.after.as_ref()?;
        written.as_text().parse().ok()
    };
    let runs = match number(Purpose::MissingRuns)? {
        1 => "1 run".to_owned(),
        many => format!("{many} runs"),
    };
    // An undo writes the number of runs alone.
    let Some(second) = number(Purpose::MissingSince) else {
        return Some(format!("absent from all sources, seen by {runs}"));
    };
    Some(format!(
        "absent from all sources since {}, seen by {runs}",
        since(second)
    ))
}

/// A nickname, if it is an id. Others were chosen by people, who may have put their name there.
pub(super) fn shown_id(nickname: &str, show: Show) -> Option<&str> {
    let is_shown = nickname.is_empty() || show == Show::Values || ExternalId::from_hex(nickname).is_some();
    is_shown.then_some(nickname)
}

/// Why an account is removed.
pub(super) fn reason(change: &Change) -> Option<&'static str> {
    Some(match change.reason()? {
        RemovalReason::Disabled => "disabled in the source",
        RemovalReason::Absent => "absent from all sources",
        RemovalReason::Leaver => "on the list of leavers",
        RemovalReason::Undone => "the run that is undone brought it into use",
    })
}

fn write_values(out: &mut dyn io::Write, change: &Change, schema: &Schema) -> io::Result<()> {
    let value = |value: Option<&Value>| match value {
        Some(value) => quoted(value.as_text()),
        None => "none".to_owned(),
    };
    let with_login = matches!(
        change.kind,
        ActionKind::Deactivate | ActionKind::Delete | ActionKind::MarkAbsent
    );
    if let Some(account) = change.before().filter(|_| with_login) {
        writeln!(out, "      login: {}", quoted(account.login(schema)))?;
    }
    match &change.write {
        Write::Create(creation) => {
            for (index, text) in creation
                .attributes
                .iter()
                .filter(|(index, _)| is_said(schema, *index))
            {
                writeln!(out, "      {}: {}", schema.spec(index).name, value(Some(text)))?;
            }
        }
        Write::Edit(edit) => {
            for change in edit
                .changes
                .iter()
                .filter(|change| is_value(schema, edit, change))
            {
                let name = &schema.spec(change.attribute).name;
                let (before, after) = (value(change.before.as_ref()), value(change.after.as_ref()));
                writeln!(out, "      {name}: {before} -> {after}")?;
            }
        }
        Write::Delete(_) => {}
    }
    Ok(())
}

/// A value that cannot be mistaken for what stands around it.
fn quoted(value: &str) -> String {
    one_line(&format!("{value:?}")).into_owned()
}

/// Which records keep accounts for a reason, if records do.
fn records(plan: &Plan, reason: &str) -> String {
    let kept = plan.skipped.iter().filter(|kept| kept.reason == reason);
    let named: Vec<String> = kept
        .filter_map(|kept| {
            let record = kept.record.as_ref()?.to_string();
            let noun = if kept.resource == TypeId::default() {
                "account"
            } else {
                "at"
            };
            Some(format!("\n    {noun} {}: {}", kept.target_id, one_line(&record)))
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

fn counts(plan: &Plan, catalog: &Catalog) -> String {
    let mut report = Report::new("kind");
    report.add_plan(plan, catalog);
    let mut parts = by_type(&report, |kind, count, what| {
        (count.planned > 0).then(|| format!("{}{} to {kind}", count.planned, what(count.planned)))
    });
    if parts.is_empty() {
        parts.push("nothing to change".to_owned());
    }
    let mut line = format!("Plan: {}; {} unchanged", parts.join(", "), plan.unchanged);
    if !plan.skipped.is_empty() {
        let _ = write!(line, ", {} kept", plan.skipped.len());
    }
    if !plan.withheld.is_empty() {
        let _ = write!(line, ", {} withheld", plan.withheld.len());
    }
    let _ = write!(
        line,
        " ({} accounts, {} managed",
        report.target.accounts, report.target.managed
    );
    for of_type in report.types.iter().skip(1) {
        let (name, objects, managed) = (of_type.name, of_type.objects, of_type.managed);
        let _ = write!(line, "; {objects} {name}s, {managed} managed");
    }
    line.push_str(").");
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
