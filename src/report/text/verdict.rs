//! The last lines of a run: the result, and the next step.

use super::summary::by_type;
use crate::model::{ActionKind, counted};
use crate::report::json::Report;
use crate::report::json::entries::Failure;
use crate::report::one_line;
use crate::report::run_outcome::RunOutcome;

/// Where rejected records are, if the output does not list them.
const ELSEWHERE: &str = "without `--summary`, the output lists them";

/// Where failures and rejected records are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// Before the verdict.
    Above,
    /// After the verdict.
    Below,
    /// The failures before the verdict. `--summary` leaves out rejected records.
    FailuresAbove,
}

/// The result of a run, and what to do next.
pub fn verdict(report: &Report, listed: Listed) -> String {
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
    let next = next(report, listed).map_or_else(String::new, |next| format!("\nNext: {next}"));
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
fn next(report: &Report, listed: Listed) -> Option<String> {
    // Only a completed undo has a hint for all runs.
    let (Some(hint), None) = (&report.hint, &report.error) else {
        return next_fix(report, listed);
    };
    Some(
        match (report.failures.is_empty(), to_fix(report, false, listed)) {
            (true, _) => hint.clone(),
            (false, Some(what)) => {
                format!("fix {what}; the same command retries the rest of the file. Then {hint}")
            }
            (false, None) => {
                format!("run the same command again: it makes the changes that were not started. Then {hint}")
            }
        },
    )
}

fn next_fix(report: &Report, listed: Listed) -> Option<String> {
    if !matches!(report.outcome, RunOutcome::Partial | RunOutcome::Planned) {
        return None;
    }
    if let Some(what) = to_fix(report, !report.rejected.is_empty(), listed) {
        return Some(format!("fix {what}, then run again"));
    }
    let what = if !report.failures.is_empty() {
        "run again: the next run makes the changes that were not started"
    } else if report.unverified.is_some() {
        "`directory-sync plan` shows what is left, and the next run does it"
    } else {
        return None;
    };
    Some(what.to_owned())
}

/// What only the administrator can fix; changes that were not started need no fix.
fn to_fix(report: &Report, has_rejected: bool, listed: Listed) -> Option<String> {
    let has_failed = report.failures.iter().any(Failure::is_tried);
    let place = match listed {
        Listed::Above | Listed::FailuresAbove => "above",
        Listed::Below => "below",
    };
    Some(match (has_rejected, has_failed, listed) {
        (false, false, _) => return None,
        (false, true, _) => format!("the failures listed {place}"),
        (true, false, Listed::FailuresAbove) => format!("the rejected records ({ELSEWHERE})"),
        (true, true, Listed::FailuresAbove) => {
            format!("the failures listed above and the rejected records ({ELSEWHERE})")
        }
        (true, false, _) => format!("the rejected records listed {place}"),
        (true, true, _) => format!("the rejected records and the failures listed {place}"),
    })
}
