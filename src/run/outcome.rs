//! How a run ends: the result in the report, the final output, the exit code.

use std::fs::File;
use std::io::{self, Write};

use super::session::error::{DECLINED, RunError, WAIT, interrupted, unprinted};
use super::session::outputs::{page_file, report_file};
use super::session::process::Process;
use super::session::request::{Mode, Request};
use crate::exit::Exit;
use crate::report::{self, Extent, Listed, Messages, Report, RunOutcome};
use crate::telemetry::MILESTONE;

/// Writes the outcome to the report.
pub(super) fn record(report: &mut Report, stop: Option<&RunError>, request: Request<'_>) {
    match stop {
        None => completed(report, request),
        Some(RunError::Refused(refusal)) => {
            report.error = Some(refusal.reasons.join("; "));
            report.hint = None;
            report.approve.clone_from(&refusal.token);
            report.end(RunOutcome::Refused, Exit::Refused);
        }
        Some(RunError::Failed { errors }) => fail(report, errors, Exit::Unreadable),
        Some(RunError::Usage { errors }) => fail(report, errors, Exit::Usage),
        Some(RunError::Locked(other)) => report.fail(other.to_string(), Some(WAIT.to_owned()), Exit::Locked),
        Some(RunError::Declined) => report.fail(DECLINED.to_owned(), None, Exit::Incomplete),
        Some(RunError::Signalled(signal)) => report.fail(interrupted(signal), None, Exit::Incomplete),
        Some(RunError::Output(error)) => report.fail(unprinted(error), None, Exit::Unreadable),
    }
    let (outcome, exit_code) = (report.outcome.name(), report.exit_code);
    tracing::info!(target: MILESTONE, outcome, exit_code, "finished");
}

/// Records a run that failed for one or more reasons, each with a hint.
fn fail(report: &mut Report, errors: &[(String, Option<String>)], exit: Exit) {
    let texts: Vec<&str> = errors.iter().map(|(what, _)| what.as_str()).collect();
    let mut hints: Vec<&str> = errors.iter().filter_map(|(_, hint)| hint.as_deref()).collect();
    hints.dedup();
    let hint = (!hints.is_empty()).then(|| hints.join("; "));
    report.fail(texts.join("; "), hint, exit);
}

/// Records a run that was completed.
fn completed(report: &mut Report, request: Request<'_>) {
    let unverified = report.verified == Some(false);
    let read = report.sources.iter().map(|source| source.read).sum();
    let (rejected, guard) = (report.rejected.len(), &request.settings.guard);
    let tolerated = guard.tolerates(rejected, read);
    if tolerated && rejected > 0 {
        let limit = guard.max_rejected;
        let sentence =
            format!("{rejected} of {read} records are rejected, which `guard.max_rejected` ({limit}) allows");
        report.limits.push(sentence);
    }
    let incomplete = !report.failures.is_empty() || !tolerated || unverified;
    let (outcome, exit) = match request.mode {
        _ if report.changes.planned() == 0 && !incomplete => (RunOutcome::InSync, Exit::Ok),
        Mode::Write if incomplete => (RunOutcome::Partial, Exit::Incomplete),
        Mode::Write => (RunOutcome::Applied, Exit::Ok),
        Mode::DryRun | Mode::DetailedDryRun if incomplete => (RunOutcome::Planned, Exit::Incomplete),
        Mode::DryRun => (RunOutcome::Planned, Exit::Ok),
        Mode::DetailedDryRun => (RunOutcome::Planned, Exit::Pending),
    };
    report.end(outcome, exit);
}

/// Prints why a command without a report ended.
pub(super) fn print_error(
    stop: &RunError,
    request: Request<'_>,
    process: &mut Process<'_>,
) -> io::Result<Exit> {
    process
        .messages(request.global.log_format)
        .stop(stop, request.extent())?;
    Ok(match stop {
        RunError::Failed { .. } | RunError::Output(_) => Exit::Unreadable,
        RunError::Usage { .. } => Exit::Usage,
        RunError::Refused(_) => Exit::Refused,
        RunError::Locked(_) => Exit::Locked,
        RunError::Signalled(_) | RunError::Declined => Exit::Incomplete,
    })
}

/// Writes the report file and the page, and prints the result to stdout and the error to stderr.
pub(super) fn print(
    report: &Report,
    stop: Option<&RunError>,
    file: Option<File>,
    request: Request<'_>,
    process: &mut Process<'_>,
) -> io::Result<Exit> {
    let saved = report_file::save(report, file, &process.names);
    let shown = page_file::save(
        report,
        request.title,
        request.global,
        &request.names_in_page(&process.names),
    );
    // Earlier output must precede the errors if both streams go to one log.
    let printed = match stop {
        Some(RunError::Output(_)) => Ok(()),
        _ => summary(report, stop, request, process.out),
    };
    let mut messages = process.messages(request.global.log_format);
    match stop {
        // A reader of a dry run may have closed the pipe early. A sync that did not take place is reported.
        Some(RunError::Output(error)) if request.mode != Mode::Write && is_broken_pipe(error) => {}
        Some(stop) => {
            messages.stop(stop, request.extent())?;
            messages.note(&report::verdict(report, listed(request)))?;
        }
        None => {}
    }
    let mut exit = report.exit();
    if let Err(error) = printed
        && !is_broken_pipe(&error)
    {
        messages.error(&format!("the summary could not be printed: {error}"), None)?;
        exit = exit.at_least_incomplete();
    }
    for (what, saved, path) in [
        ("report", saved, &request.global.report),
        ("page", shown, &request.global.html),
    ] {
        if let (Err(error), Some(path)) = (saved, path) {
            let what = format!("the {what} {} could not be written: {error}", path.display());
            messages.error(&what, Some("check that the disk is not full"))?;
            exit = exit.at_least_incomplete();
        }
    }
    Ok(exit)
}

impl Messages<'_> {
    fn stop(&mut self, stop: &RunError, extent: Extent) -> io::Result<()> {
        match stop {
            RunError::Refused(refusal) => self.refusal(refusal, extent),
            RunError::Declined => self.error(DECLINED, Some("`--yes` applies the changes without asking")),
            RunError::Signalled(signal) => self.error(&interrupted(signal), None),
            RunError::Locked(other) => self.error(&other.to_string(), Some(WAIT)),
            RunError::Output(error) => {
                let hint = "redirect stdout to something that reads all of it, such as a file: `>>FILE`";
                self.error(&unprinted(error), is_broken_pipe(error).then_some(hint))
            }
            RunError::Failed { errors } | RunError::Usage { errors } => errors
                .iter()
                .try_for_each(|(what, hint)| self.error(what, hint.as_deref())),
        }
    }
}

fn is_broken_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// Where the output lists rejected records.
fn listed(request: Request<'_>) -> Listed {
    match request.extent() {
        Extent::Summary => Listed::FailuresAbove,
        Extent::Beginning | Extent::All => Listed::Above,
    }
}

fn summary(
    report: &Report,
    stop: Option<&RunError>,
    request: Request<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if request.is_json() {
        report::write_json(out, report)?;
    } else {
        report::notes(out, report, (request.show(), request.extent()))?;
        if stop.is_none() {
            writeln!(out, "{}", report::verdict(report, listed(request)))?;
        }
    }
    out.flush()
}
