//! The last lines of a run: the result, and the next step.

use super::summary::by_type;
use crate::model::{ActionKind, counted};
use crate::report::json::Report;
use crate::report::one_line;
use crate::report::run_outcome::RunOutcome;

/// The result of a run, and what to do next.
pub fn verdict(report: &Report) -> String {
    let what = format!("{}{}", report.outcome.verdict(), details(report));
    let tried = report
        .failures
        .iter()
        .filter(|failure| failure.is_tried())
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
        counted(report.requests.total, "request"),
        report.seconds,
        target_and_counts(report)
    )
}

/// What follows the start of a verdict.
fn details(report: &Report) -> String {
    match report.outcome {
        RunOutcome::InSync if report.undoes.is_some() => ": nothing is left to undo".to_owned(),
        RunOutcome::InSync if report.is_from_file => ": the plan contains no changes".to_owned(),
        RunOutcome::InSync => ": in sync, nothing to change".to_owned(),
        RunOutcome::Applied | RunOutcome::Partial => format!(": {}", done(report)),
        RunOutcome::Planned => format!(", {}", pending(report)),
        RunOutcome::Refused if report.changes.planned() > 0 => format!(", {}", pending(report)),
        RunOutcome::Refused | RunOutcome::Failed => String::new(),
    }
}

/// The target, and the number of unchanged accounts.
fn target_and_counts(report: &Report) -> String {
    let unchanged = (report.unchanged > 0).then(|| format!("{} unchanged", report.unchanged));
    let title = (!report.title.is_empty()).then(|| one_line(&report.title).into_owned());
    let parts: Vec<String> = title.into_iter().chain(unchanged).collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", parts.join(", "))
    }
}

fn done(report: &Report) -> String {
    let mut done = by_type(report, |kind, count, what| {
        // Existing accounts were not created, although the plan contains their creation.
        let count = match kind {
            ActionKind::Create => count.applied.saturating_sub(report.already_there),
            _ => count.applied,
        };
        (count > 0).then(|| format!("{count}{} {}", what(count), kind.done()))
    });
    match report.already_there {
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

/// What the administrator has to do.
fn next(report: &Report) -> Option<String> {
    match (&report.hint, &report.error, report.failures.is_empty()) {
        // Only a completed undo has a hint for all runs.
        (Some(hint), None, true) => Some(hint.clone()),
        (Some(hint), None, false) => Some(format!(
            "fix the failures listed above; the same command retries the rest of the file. Then {hint}"
        )),
        _ => next_fix(report).map(str::to_owned),
    }
}

fn next_fix(report: &Report) -> Option<&'static str> {
    if !matches!(report.outcome, RunOutcome::Partial | RunOutcome::Planned) {
        return None;
    }
    match (report.failures.is_empty(), report.rejected.is_empty()) {
        (true, true) if report.unverified.is_some() => {
            Some("`directory-sync plan` shows what is left, and the next run does it")
        }
        (true, true) => None,
        (true, false) => Some("fix the rejected records listed above, then run again"),
        (false, _) if report.failures.iter().all(|failure| !failure.is_tried()) => {
            Some("run again: the next run makes the changes that were not started")
        }
        (false, true) => Some("fix the failures listed above, then run again"),
        (false, false) => Some("fix the rejected records and the failures listed above, then run again"),
    }
}
