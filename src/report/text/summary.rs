//! A run in a few lines that stand alone in a log: what was started, what was read, what came of it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::super::json::counts::Count;
use super::super::json::entries::TypeRead;
use crate::config::Effective;
use crate::model::Diagnosis;
use crate::report::json::Report;
use crate::report::one_line;

/// Prints which program does what to which target.
pub fn header(out: &mut dyn Write, command: &str, target: &str, report: &Report) -> io::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let started = report.started.strftime("%Y-%m-%d %H:%M:%S UTC");
    writeln!(
        out,
        "directory-sync {version}, {started}: {command}, {}",
        one_line(target)
    )
}

/// Prints how many records each source gave, and how many accounts the target holds.
pub fn sources(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    for source in &report.sources {
        let name = one_line(&source.name);
        write!(out, "Source {name}: {} read", source.read)?;
        if source.rejected > 0 {
            write!(out, ", {} rejected", source.rejected)?;
        }
        if !source.complete {
            write!(out, ", incomplete: nobody counts as absent")?;
        }
        for of_type in &source.types {
            of_other_type(out, of_type)?;
        }
        writeln!(out)?;
    }
    if !report.only.is_empty() {
        writeln!(
            out,
            "Only {}: nobody else is changed",
            one_line(&report.only.join(", "))
        )?;
    }
    Ok(())
}

/// Prints which settings somebody else has made stricter than the configuration, and who.
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

/// `1 group`, `2 groups`.
fn counted(count: usize, name: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {name}{ending}")
}

/// Says something of each kind of change, the users first; the objects of other types are called by their name.
pub(super) fn by_type(
    report: &Report,
    say: impl Fn(&str, Count, &dyn Fn(usize) -> String) -> Option<String>,
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

/// Prints which limit of the guard was near, or was lifted.
pub fn limits(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    report
        .limits
        .iter()
        .try_for_each(|remark| writeln!(out, "Guard: {}", one_line(remark)))
}

/// Of lines that differ in nothing but whom they are about, so many are printed.
const ALIKE: usize = 10;

/// Prints each record and change that needs a look; of very many alike the first few.
pub fn notes(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    for (kind, notes) in [("rejected", &report.rejected), ("warning", &report.warnings)] {
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
    let mut alike = Alike::default();
    for failure in &report.failures {
        if !alike.is_shown((failure.action, &failure.error)) {
            continue;
        }
        let id = failure.id.as_deref().unwrap_or("(no id)");
        let noun = failure
            .resource
            .map(|name| format!("{name} "))
            .unwrap_or_default();
        let (mark, reason) = failure.told();
        let line = format!("{mark}: {} {noun}{id}: {reason}", failure.action);
        writeln!(out, "{}", one_line(&line))?;
        if let Some(hint) = &failure.hint {
            writeln!(out, "  hint: {}", one_line(hint))?;
        }
    }
    alike.rest("failed", out)?;
    lost(out, report)
}

/// How many lines say the same, by kind and reason.
#[derive(Default)]
struct Alike<'a>(BTreeMap<(&'a str, &'a str), usize>);

impl<'a> Alike<'a> {
    fn is_shown(&mut self, what: (&'a str, &'a str)) -> bool {
        let count = self.0.entry(what).or_default();
        *count += 1;
        *count <= ALIKE
    }

    /// Says how many were left out.
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

/// Prints how the run can be undone, and what that does not bring back.
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
                "How everything was is in {file}; `directory-sync undo {file}` takes this run back"
            )
        }
        None => Ok(()),
    }
}

/// What a run came to, and what to do next.
pub fn verdict(report: &Report) -> String {
    let what = match report.outcome {
        "in_sync" if report.undoes.is_some() => "Done: nothing is left to take back".to_owned(),
        "in_sync" if report.is_from_file => "Done: the plan holds no change".to_owned(),
        "in_sync" => "Done: in sync, nothing to change".to_owned(),
        "applied" => format!("Done: {}", done(report)),
        "partial" => format!("Incomplete: {}", done(report)),
        "planned" => format!("Dry run: nothing was written, {}", pending(report)),
        "refused" => "Refused: nothing was written".to_owned(),
        _ => "Failed: nothing was written".to_owned(),
    };
    let tried = report
        .failures
        .iter()
        .filter(|failure| failure.told().0 == "failed")
        .count();
    let counts = [
        (tried, "failed", "failed"),
        (report.failures.len() - tried, "not started", "not started"),
        (report.rejected.len(), "rejected", "rejected"),
        (report.warnings.len(), "warning", "warnings"),
    ];
    let counts = counts.into_iter().filter(|(count, ..)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(count, one, many)| format!("; {count} {}", if count == 1 { one } else { many }))
        .collect();
    let counts = counts.concat();
    let verified = match (report.verified, &report.unverified) {
        (Some(true), _) => "; verified".to_owned(),
        (_, Some(doubt)) => format!("; not verified: {}", one_line(doubt)),
        _ => String::new(),
    };
    let code = match report.exit_code {
        0 => String::new(),
        code => format!(" Exit code {code}."),
    };
    let next = next(report).map_or_else(String::new, |next| format!("\nNext: {next}"));
    format!(
        "{what}{counts}{verified}. {}, {:.1} s{}.{code}{next}",
        plural(report.requests.total, "request"),
        report.seconds,
        place(report)
    )
}

/// At which target, and how many accounts there were right already. An error says so itself.
fn place(report: &Report) -> String {
    if report.outcome == "failed" {
        return String::new();
    }
    let unchanged = (report.unchanged > 0).then(|| format!("{} unchanged", report.unchanged));
    let title = (!report.title.is_empty()).then(|| one_line(&report.title).into_owned());
    let parts: Vec<String> = title.into_iter().chain(unchanged).collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", parts.join(", "))
    }
}

fn plural(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn done(report: &Report) -> String {
    let mut done = by_type(report, |kind, count, what| {
        // Those that were there already were not created, although the plan had them so.
        let count = match kind {
            "create" => count.applied.saturating_sub(report.unlisted),
            _ => count.applied,
        };
        (count > 0).then(|| format!("{count}{} {}", what(count), past(kind)))
    });
    match report.unlisted {
        0 => {}
        1 => done.push("1 was there already".to_owned()),
        many => done.push(format!("{many} were there already")),
    }
    if done.is_empty() {
        "nothing was changed".to_owned()
    } else {
        done.join(", ")
    }
}

fn pending(report: &Report) -> String {
    match report.changes.planned() {
        0 => "nothing to change".to_owned(),
        1 => "1 change is pending".to_owned(),
        many => format!("{many} changes are pending"),
    }
}

/// What is left to the administrator.
fn next(report: &Report) -> Option<String> {
    match (&report.hint, &report.error, report.failures.is_empty()) {
        // Only an undo that came to its end has something to say to everybody.
        (Some(hint), None, true) => Some(hint.clone()),
        (Some(hint), None, false) => Some(format!(
            "look into the failures above; the same command tries again what is left of the file. Then {hint}"
        )),
        _ => mend(report).map(str::to_owned),
    }
}

fn mend(report: &Report) -> Option<&'static str> {
    if !matches!(report.outcome, "partial" | "planned") {
        return None;
    }
    match (report.failures.is_empty(), report.rejected.is_empty()) {
        (true, true) if report.unverified.is_some() => {
            Some("`directory-sync plan` shows what is left, and the next run does it")
        }
        (true, true) => None,
        (true, false) => Some("correct what the rejected lines above name; the next run takes it in"),
        (false, true) => Some("mend what the failures above name; the next run tries them again"),
        (false, false) => {
            Some("correct what the rejected and failed lines above name; the next run does the rest")
        }
    }
}

fn past(kind: &str) -> &'static str {
    match kind {
        "create" => "created",
        "adopt" => "adopted",
        "update" => "updated",
        "enable" => "enabled",
        "disable" => "disabled",
        "note" => "noted as missing",
        _ => "deleted",
    }
}

/// Prints what was tried, one line each, and how many there were.
pub fn findings(out: &mut dyn Write, findings: &[Diagnosis]) -> io::Result<()> {
    steps(out, findings)?;
    let problems = findings.iter().filter(|finding| finding.result.is_err()).count();
    match problems {
        0 => writeln!(out, "\n{} checked, all well", findings.len()),
        1 => writeln!(out, "\n{} checked, 1 problem", findings.len()),
        many => writeln!(out, "\n{} checked, {many} problems", findings.len()),
    }
}

/// Prints what was tried, one line each.
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
