//! The differences between the plans of two configurations, for people.

use std::io::{self, Write};

use anstyle::Style;

use crate::model::{Change, Rejected, Skipped};
use crate::report::describe::details::details;
use crate::report::describe::show::Show;
use crate::report::json::config_diff::{ConfigDiff, DiffSide};
use crate::report::json::entries::Note;
use crate::report::one_line;
use crate::report::text::counts::planned;
use crate::report::text::plan::{changes, is_cut};
use crate::report::text::values::values;
use crate::report::text::view::{Extent, FAINT, REMOVAL, View};

/// How many lines of a long list are printed.
const FIRST: usize = 10;

/// Prints the differences, the counts of both plans, and the verdict.
pub fn config_diff(out: &mut dyn Write, diff: &ConfigDiff<'_>, view: View) -> io::Result<()> {
    let (comparison, present, other) = (&diff.comparison, &diff.present, &diff.other);
    let mut printer = Printer {
        out,
        view,
        is_cut: is_cut(comparison.changes(), view),
    };
    if !matches!(view.extent, Extent::Summary) {
        printer.only(present, &comparison.only_first)?;
        printer.only(other, &comparison.only_second)?;
        printer.different(diff)?;
        printer.skipped(present, &comparison.skipped_first)?;
        printer.skipped(other, &comparison.skipped_second)?;
        printer.rejected(present)?;
        printer.rejected(other)?;
    }
    for side in [present, other] {
        printer.line(&format!("{}: {}", side.file, counts(side)), Style::new())?;
    }
    if let Some(refusal) = other.refusal {
        let text = format!(
            "The guard would refuse {}: {}",
            other.file,
            refusal.reasons.join("; ")
        );
        printer.line(&text, REMOVAL)?;
    }
    if let Some(refusal) = present.refusal {
        let text = format!(
            "The guard refuses {} as well: {}",
            present.file,
            refusal.reasons.join("; ")
        );
        printer.line(&text, FAINT)?;
    }
    printer.line(&verdict(diff), Style::new())
}

fn counts(side: &DiffSide<'_>) -> String {
    let people = match side.people {
        1 => "1 person in the sources".to_owned(),
        many => format!("{many} people in the sources"),
    };
    format!("{people}; {}", planned(side.plan, side.catalog))
}

fn verdict(diff: &ConfigDiff<'_>) -> String {
    let comparison = &diff.comparison;
    let same = match comparison.same {
        1 => "1 change is the same".to_owned(),
        many => format!("{many} changes are the same"),
    };
    if diff.is_empty() {
        return format!("Nothing differs: {same}. Nothing was written.");
    }
    let parts = [
        (comparison.only_first.len(), "only present"),
        (comparison.only_second.len(), "only new"),
        (comparison.different.len(), "different"),
        (comparison.skipped_first.len(), "no longer skipped"),
        (comparison.skipped_second.len(), "newly skipped"),
        (diff.present.rejected.len(), "no longer rejected"),
        (diff.other.rejected.len(), "newly rejected"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, what)| format!("{count} {what}")).collect();
    format!("Differences: {}; {same}. Nothing was written.", parts.join(", "))
}

struct Printer<'a> {
    out: &'a mut dyn Write,
    view: View,
    is_cut: bool,
}

impl Printer<'_> {
    fn line(&mut self, text: &str, style: Style) -> io::Result<()> {
        writeln!(self.out, "{}", self.view.line(&one_line(text), style))
    }

    fn heading(&mut self, text: &str, count: usize) -> io::Result<()> {
        self.line(&format!("{text} ({count}):"), Style::new().bold())
    }

    fn only(&mut self, side: &DiffSide<'_>, only: &[&Change]) -> io::Result<()> {
        if only.is_empty() {
            return Ok(());
        }
        self.heading(&format!("Only with {}", side.file), only.len())?;
        changes(self.out, only, side.catalog, self.is_cut, self.view)?;
        writeln!(self.out)
    }

    /// The change of the other configuration, and below it the change of the present one.
    fn different(&mut self, diff: &ConfigDiff<'_>) -> io::Result<()> {
        let all = &diff.comparison.different;
        if all.is_empty() {
            return Ok(());
        }
        self.heading(&format!("Different with {}", diff.other.file), all.len())?;
        let shown = if self.is_cut { FIRST } else { all.len() };
        for (present, other) in all.iter().take(shown) {
            changes(self.out, &[other], diff.other.catalog, false, self.view)?;
            let (text, values) = self.now(present, other, diff);
            self.line(&text, FAINT)?;
            for value in values {
                self.line(&format!("        {value}"), FAINT)?;
            }
        }
        self.more(all.len(), shown)?;
        writeln!(self.out)
    }

    fn now(&self, present: &Change, other: &Change, diff: &ConfigDiff<'_>) -> (String, Vec<String>) {
        let show = self.view.show;
        let shown = |change: &Change, side: &DiffSide<'_>| {
            let details = details(change, side.catalog.schema(change.resource), show);
            format!("{} {details}", change.kind.verb()).trim_end().to_owned()
        };
        let (now, then) = (shown(present, &diff.present), shown(other, &diff.other));
        let schema = diff.present.catalog.schema(present.resource);
        let is_shown = show == Show::Values;
        let text = if now != then || is_shown {
            format!("      now: {now}")
        } else {
            "      now: the same with other values, which `--show-values` shows".to_owned()
        };
        (
            text,
            if is_shown {
                values(present, schema)
            } else {
                Vec::new()
            },
        )
    }

    fn skipped(&mut self, side: &DiffSide<'_>, skipped: &[&Skipped]) -> io::Result<()> {
        if skipped.is_empty() {
            return Ok(());
        }
        self.heading(&format!("Skipped only with {}", side.file), skipped.len())?;
        let shown = self.shown(skipped.len());
        for skipped in &skipped[..shown] {
            let id = skipped
                .id
                .as_ref()
                .map_or_else(|| "(no id)".to_owned(), |id| id.marked().to_string());
            self.line(
                &format!("  = {id}  {}  (account {})", skipped.reason, skipped.target_id),
                FAINT,
            )?;
        }
        self.more(skipped.len(), shown)?;
        writeln!(self.out)
    }

    fn rejected(&mut self, side: &DiffSide<'_>) -> io::Result<()> {
        let rejected: &[&Rejected] = &side.rejected;
        if rejected.is_empty() {
            return Ok(());
        }
        self.heading(
            &format!("Rejected records, only with {}", side.file),
            rejected.len(),
        )?;
        let shown = self.shown(rejected.len());
        for rejected in &rejected[..shown] {
            let Note {
                source, at, reason, ..
            } = Note::from(*rejected);
            self.line(&format!("  ! {at} ({source}): {reason}"), Style::new())?;
        }
        self.more(rejected.len(), shown)?;
        writeln!(self.out)
    }

    fn shown(&self, count: usize) -> usize {
        match self.view.extent {
            Extent::All => count,
            _ => count.min(FIRST),
        }
    }

    fn more(&mut self, count: usize, shown: usize) -> io::Result<()> {
        if shown >= count {
            return Ok(());
        }
        self.line(
            &format!("    … and {} more; `--all` shows them", count - shown),
            FAINT,
        )
    }
}
