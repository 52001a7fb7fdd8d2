//! Prints the plan like a diff.

use std::io::{self, Write};

use anstyle::Style;

use super::counts::counts;
use super::values::values;
use super::view::{CHANGE, CREATION, Extent, FAINT, REMOVAL, View};
use crate::model::{ActionKind, Catalog, Change, Plan, TypeId, Withheld};
use crate::report::describe::details::details;
use crate::report::describe::label::label;
use crate::report::describe::show::Show;
use crate::report::one_line;
use crate::report::origin::origin;

/// The symbol of an action that a setting withholds.
const WITHHELD: (char, &str) = ('x', "withheld by a setting");

/// A plan with more lines is shortened.
const LONG: usize = 50;
/// How many changes of each kind are printed of a long plan.
const FIRST: usize = 10;

/// The order of kinds in the output: losses first.
const ORDER: [ActionKind; 7] = [
    ActionKind::Delete,
    ActionKind::Deactivate,
    ActionKind::MarkAbsent,
    ActionKind::Create,
    ActionKind::Adopt,
    ActionKind::Reactivate,
    ActionKind::Update,
];

/// One line of a plan: the action, and the setting that withholds it.
struct Line<'a> {
    change: &'a Change,
    withheld: Option<&'a Withheld>,
    label: String,
}

/// Prints the plan: one line per change, sorted by kind and name, a legend of the used symbols, and the counts.
pub fn plan(out: &mut dyn Write, plan: &Plan, catalog: &Catalog, view: View) -> io::Result<()> {
    if view.extent != Extent::Summary {
        lines(out, plan, catalog, view)?;
    }
    writeln!(out, "{}", counts(plan, catalog, view.extent))
}

fn lines(out: &mut dyn Write, plan: &Plan, catalog: &Catalog, view: View) -> io::Result<()> {
    let is_cut = is_cut(plan.changes.len() + plan.withheld.len(), view);
    let all: Vec<&Change> = plan.changes.iter().collect();
    changes(out, &all, catalog, is_cut, view)?;
    let withheld = plan
        .withheld
        .iter()
        .map(|withheld| (&withheld.change, Some(withheld)));
    group(out, &named(withheld, catalog, view), catalog, is_cut, view)?;
    legend(out, plan)
}

/// Returns whether this number of lines is shortened.
pub(super) fn is_cut(count: usize, view: View) -> bool {
    view.extent == Extent::Beginning && count > LONG
}

/// The lines of changes, by kind and name.
pub(super) fn changes(
    out: &mut dyn Write,
    changes: &[&Change],
    catalog: &Catalog,
    is_cut: bool,
    view: View,
) -> io::Result<()> {
    for kind in ORDER {
        for (resource, _) in catalog.iter() {
            let of_kind = |change: &&Change| change.kind == kind && change.resource == resource;
            let all = changes
                .iter()
                .copied()
                .filter(of_kind)
                .map(|change| (change, None));
            group(out, &named(all, catalog, view), catalog, is_cut, view)?;
        }
    }
    Ok(())
}

/// The lines of one kind, by name. If people are not named, in the order of the plan, sorted by id.
fn named<'a>(
    changes: impl Iterator<Item = (&'a Change, Option<&'a Withheld>)>,
    catalog: &Catalog,
    view: View,
) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'_>> = changes
        .map(|(change, withheld)| Line {
            change,
            withheld,
            label: label(change, catalog.schema(change.resource), view.show),
        })
        .collect();
    if view.show != Show::NoNames {
        lines.sort_by_cached_key(|line| line.label.to_lowercase());
    }
    lines
}

fn group(
    out: &mut dyn Write,
    lines: &[Line<'_>],
    catalog: &Catalog,
    is_cut: bool,
    view: View,
) -> io::Result<()> {
    let shown = if is_cut {
        FIRST.min(lines.len())
    } else {
        lines.len()
    };
    for line in &lines[..shown] {
        let (symbol, style) = line.symbol_and_style();
        let text = format!("  {symbol} {}", one_line(&line.text(catalog, view.show)));
        writeln!(out, "{}", view.line(&text, style))?;
        if view.show == Show::Values && line.withheld.is_none() {
            for value in values(line.change, catalog.schema(line.change.resource)) {
                writeln!(out, "      {value}")?;
            }
        }
    }
    match (lines.len() - shown, lines.first()) {
        (0, _) | (_, None) => Ok(()),
        (more, Some(line)) => {
            let what = match line.withheld {
                Some(_) => "withheld by settings".to_owned(),
                None => format!("to {}{}", line.change.kind.verb(), of_type(line.change, catalog)),
            };
            let text = format!("    … and {more} more {what}; `--all` shows them");
            writeln!(out, "{}", view.line(&text, FAINT))
        }
    }
}

/// ` group`; empty for people.
fn of_type(change: &Change, catalog: &Catalog) -> String {
    match change.resource {
        users if users == TypeId::default() => String::new(),
        other => format!(" {}", catalog.name(other)),
    }
}

impl Line<'_> {
    fn symbol_and_style(&self) -> (char, Style) {
        if self.withheld.is_some() {
            return (WITHHELD.0, FAINT);
        }
        let style = match self.change.kind {
            ActionKind::Delete | ActionKind::Deactivate => REMOVAL,
            ActionKind::Create => CREATION,
            ActionKind::Adopt | ActionKind::Update | ActionKind::Reactivate | ActionKind::MarkAbsent => {
                CHANGE
            }
        };
        (self.change.kind.symbol().0, style)
    }

    /// The action, the person, the changes, and their origin.
    fn text(&self, catalog: &Catalog, show: Show) -> String {
        let change = self.change;
        let what = format!("{}{}", change.kind.verb(), of_type(change, catalog));
        let details = details(change, catalog.schema(change.resource), show);
        let parts = [format!("{what:<7} {}", self.label), details, whence(change, show)];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let by = self
            .withheld
            .map_or_else(String::new, |withheld| format!(": {}", withheld.by));
        format!("{}{by}", parts.join("  "))
    }
}

/// The record that the change comes from, and the account that it concerns.
fn whence(change: &Change, show: Show) -> String {
    let record = origin(change, "");
    let is_of_account = change
        .target_id()
        .is_some_and(|account| account.as_str() == &*record.at);
    let is_shown = !is_of_account && (show != Show::NoNames || !record.names_person());
    let noun = if change.resource == TypeId::default() {
        "account"
    } else {
        "at"
    };
    let parts = [
        is_shown.then(|| record.marked_at()),
        change.target_id().map(|account| format!("{noun} {account}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!("({})", parts.join(", "))
    }
}

/// The symbols in a plan, with their meanings.
fn legend(out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
    let mut symbols: Vec<(char, &str)> = Vec::new();
    for kind in ORDER {
        let symbol = kind.symbol();
        if plan.changes.iter().any(|change| change.kind == kind) && !symbols.contains(&symbol) {
            symbols.push(symbol);
        }
    }
    symbols.extend((!plan.withheld.is_empty()).then_some(WITHHELD));
    if symbols.is_empty() {
        return Ok(());
    }
    let legend: Vec<String> = symbols
        .iter()
        .map(|(symbol, what)| format!("{symbol} {what}"))
        .collect();
    writeln!(out, "\nSymbols: {}", legend.join(", "))
}
