//! Summary of a run in lines that can be read separately in a log: what was started, what was read, and the result.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::super::json::counts::Count;
use super::super::json::entries::TypeRead;
use super::view::Extent;
use crate::config::Effective;
use crate::model::{ActionKind, Diagnosis, counted};
use crate::report::describe::show::Show;
use crate::report::json::Report;
use crate::report::one_line;

/// Prints the program, the command and the target.
pub fn header(out: &mut dyn Write, command: &str, target: &str, report: &Report) -> io::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let started = report.started.strftime("%Y-%m-%d %H:%M:%S UTC");
    writeln!(
        out,
        "directory-sync {version}, {started}: {command}, {}",
        one_line(target)
    )
}

/// Prints the number of records per source, and the number of accounts at the target.
pub fn sources(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    for source in &report.sources {
        let name = one_line(&source.name);
        write!(out, "Source {name}: {} read", source.read)?;
        if source.rejected > 0 {
            write!(out, ", {} rejected", source.rejected)?;
        }
        if !source.complete {
            write!(out, ", incomplete: no person counts as absent")?;
        }
        for of_type in &source.types {
            of_other_type(out, of_type)?;
        }
        writeln!(out)?;
    }
    if !report.only.is_empty() {
        writeln!(
            out,
            "Only {}: other people are not changed",
            one_line(&report.only.join(", "))
        )?;
    }
    Ok(())
}

/// Prints the settings that others have made stricter than the configuration.
pub fn policy(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    report.policy.iter().try_for_each(|effective| {
        let Effective {
            setting,
            value,
            configured,
            origin,
        } = effective;
        let line = format!("Policy: `{setting}` is {value} by {origin} (configured: {configured})");
        writeln!(out, "{}", one_line(&line))
    })
}

fn of_other_type(out: &mut dyn Write, read: &TypeRead) -> io::Result<()> {
    write!(out, "; {} read", counted(read.read, read.name))?;
    if read.rejected > 0 {
        write!(out, ", {} rejected", read.rejected)?;
    }
    if !read.complete {
        write!(out, ", incomplete: no {} counts as absent", read.name)?;
    }
    Ok(())
}

/// Describes each kind of change, users first. Objects of other types are named by their type.
pub(super) fn by_type(
    report: &Report,
    say: impl Fn(ActionKind, Count, &dyn Fn(usize) -> String) -> Option<String>,
) -> Vec<String> {
    let nothing = |_| String::new();
    let of_users = report
        .types
        .first()
        .map_or(&report.changes, |users| &users.changes);
    let of_users = of_users
        .by_kind()
        .into_iter()
        .filter_map(|(kind, count)| say(kind, count, &nothing));
    let of_others = report.types.iter().skip(1).flat_map(|of_type| {
        let noun = |count| {
            let ending = if count == 1 { "" } else { "s" };
            format!(" {}{ending}", of_type.name)
        };
        let kinds = of_type.changes.by_kind().into_iter();
        kinds
            .filter_map(|(kind, count)| say(kind, count, &noun))
            .collect::<Vec<_>>()
    });
    of_users.chain(of_others).collect()
}

/// Prints the limits of the guard that were nearly reached or lifted.
pub fn limits(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    report
        .limits
        .iter()
        .try_for_each(|remark| writeln!(out, "Guard: {}", one_line(remark)))
}

/// How many lines with the same reason are printed.
const ALIKE: usize = 10;

/// Prints each record and change that needs attention; of many with the same reason, the first ones. With `--summary`,
/// only failed changes.
pub fn notes(out: &mut dyn Write, report: &Report, (show, extent): (Show, Extent)) -> io::Result<()> {
    let mut records = vec![("rejected", &report.rejected), ("warning", &report.warnings)];
    records.retain(|_| extent != Extent::Summary);
    for (kind, notes) in records {
        let mut alike = Alike::default();
        for note in notes {
            if alike.is_shown(("", &note.reason)) {
                let kind = if note.new == Some(true) {
                    format!("{kind} (new)")
                } else {
                    kind.to_owned()
                };
                let line = format!("{kind}: {} ({}): {}", note.at, note.source, note.reason);
                writeln!(out, "{}", one_line(&line))?;
            }
        }
        alike.rest(kind, out)?;
    }
    let mut alike: BTreeMap<&str, Alike<'_>> = BTreeMap::new();
    for failure in &report.failures {
        let (mark, reason) = failure.summary();
        if !alike
            .entry(mark)
            .or_default()
            .is_shown((failure.action.verb(), reason))
        {
            continue;
        }
        let id = match show {
            Show::NoNames => failure.id.as_deref().unwrap_or("(no id)"),
            Show::Names | Show::Values => &failure.label,
        };
        let noun = failure
            .resource
            .map(|name| format!("{name} "))
            .unwrap_or_default();
        let line = format!("{mark}: {} {noun}{id}: {reason}", failure.action.verb());
        writeln!(out, "{}", one_line(&line))?;
        if let Some(hint) = &failure.hint {
            writeln!(out, "  hint: {}", one_line(hint))?;
        }
    }
    for (mark, alike) in &alike {
        alike.rest(mark, out)?;
    }
    lost(out, report)
}

/// Number of lines per kind and reason.
#[derive(Default)]
struct Alike<'a>(BTreeMap<(&'a str, &'a str), usize>);

impl<'a> Alike<'a> {
    fn is_shown(&mut self, what: (&'a str, &'a str)) -> bool {
        let count = self.0.entry(what).or_default();
        *count += 1;
        *count <= ALIKE
    }

    /// Prints how many were left out.
    fn rest(&self, mark: &str, out: &mut dyn Write) -> io::Result<()> {
        for ((kind, reason), count) in &self.0 {
            if *count > ALIKE {
                let (gap, more) = (if kind.is_empty() { "" } else { " " }, count - ALIKE);
                let line = format!("{mark}: {kind}{gap}{more} more (`--report FILE` has them all): {reason}");
                writeln!(out, "{}", one_line(&line))?;
            }
        }
        Ok(())
    }
}

/// Prints how the run can be undone, and what that does not restore.
fn lost(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let mut accounts: BTreeMap<&str, usize> = BTreeMap::new();
    for lost in &report.cannot_be_undone {
        *accounts.entry(&lost.what).or_default() += 1;
    }
    for (what, count) in accounts {
        let accounts = if count == 1 { "account" } else { "accounts" };
        writeln!(out, "cannot be undone: {count} {accounts}: {}", one_line(what))?;
    }
    match &report.undo_file {
        Some(file) => {
            let file = one_line(file);
            writeln!(
                out,
                "The former state is in {file}; `directory-sync undo {file}` undoes this run"
            )
        }
        None => Ok(()),
    }
}

/// Prints the results, one line each, and their number.
pub fn findings(out: &mut dyn Write, findings: &[Diagnosis]) -> io::Result<()> {
    steps(out, findings)?;
    let problems = findings.iter().filter(|finding| finding.result.is_err()).count();
    match problems {
        0 => writeln!(out, "\n{} checked, all well", findings.len()),
        1 => writeln!(out, "\n{} checked, 1 problem", findings.len()),
        many => writeln!(out, "\n{} checked, {many} problems", findings.len()),
    }
}

/// Prints the results, one line each.
pub fn steps(out: &mut dyn Write, findings: &[Diagnosis]) -> io::Result<()> {
    for Diagnosis { subject, result } in findings {
        let subject = one_line(subject);
        match result {
            Ok(seen) => writeln!(out, "ok       {subject}: {}", one_line(seen))?,
            Err(problem) => {
                writeln!(out, "PROBLEM  {subject}: {}", one_line(&problem.what))?;
                if let Some(fix) = &problem.fix {
                    writeln!(out, "         fix: {}", one_line(fix))?;
                }
            }
        }
    }
    Ok(())
}
