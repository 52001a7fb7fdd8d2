//! What every run does besides its task: the report, the first line, the lock, the target, the end.

use std::io;
use std::time::Instant;

use super::outcome;
use super::planning::ceiling;
use super::session::connect::connect;
use super::session::error::RunError;
use super::session::outputs::former_report::FormerRejected;
use super::session::outputs::notify::Notifier;
use super::session::outputs::{heartbeat, metrics_file, page_file, report_file};
use super::session::process::Process;
use super::session::refusal;
use super::session::request::{Mode, Request};
use super::writing::undo_log;
use crate::cli::LogFormat;
use crate::config::{SourceSettings, TargetSettings, Under};
use crate::exit::Exit;
use crate::lock::{self, Lock};
use crate::report::{self, Note, Report};
use crate::signals::Signals;
use crate::target::{self, AnyTarget, Target, TargetName};
use crate::telemetry::MILESTONE;

/// Runs a task with exclusive access to the target, and reports the result. `sources` are the sources that the task
/// reads.
pub(super) async fn run(
    request: Request<'_>,
    settings: &TargetSettings,
    sources: &[SourceSettings],
    process: &mut Process<'_>,
    job: impl AsyncFnOnce(&AnyTarget, Request<'_>, &mut Process<'_>, &mut Report) -> Result<(), RunError>,
) -> io::Result<Exit> {
    let started = Instant::now();
    let notifier = Notifier::of(request, settings);
    let before = FormerRejected::read(request.global);
    let opened = undo_log::check_writable(request)
        .and_then(|()| page_file::check_writable(request.global))
        .and_then(|()| report_file::of(request.global));
    let file = match opened {
        Ok(file) => file,
        Err(what) => {
            let hint = "choose a file in a writable folder";
            let exit = refusal::refuse(request, process, &what, hint)?;
            if let Some(notifier) = &notifier {
                let mut report = Report::new(target::kind(Some(settings)));
                report.fail(what, Some(hint.to_owned()), exit);
                notifier.ended(&report, exit).await;
            }
            return Ok(exit);
        }
    };
    let mut report = Report::new(target::kind(Some(settings)));
    report.expect_sources(sources);
    let (mode, done) = steps(request, (settings, notifier.as_ref()), process, &mut report, job).await;
    let keys = &request.settings.key_names;
    let stop = done.err().map(|stop| stop.with_key_names(keys));
    report.call_keys_by(keys);
    let request = Request { mode, ..request };
    report.seconds = started.elapsed().as_secs_f64();
    if let Some(before) = before {
        before.mark_new(&mut report, &process.names);
    }
    if request.global.log_format == LogFormat::Json {
        report_rejected(&report);
    }
    outcome::record(&mut report, stop.as_ref(), request);
    // The person who answered no has seen the plan. No failure is reported to others.
    let is_declined = matches!(stop, Some(RunError::Declined));
    if !is_declined {
        heartbeat::write(request, settings, &report).await;
        metrics_file::write(request, settings, &report);
    }
    let printed = outcome::print(&report, stop.as_ref(), file, request, process);
    if let Some(notifier) = notifier.as_ref().filter(|_| !is_declined) {
        let exit = printed.as_ref().map_or(Exit::Incomplete, |exit| *exit);
        notifier.ended(&report, exit).await;
    }
    printed
}

/// Logs each rejected record for programs. The text output has them in its summary.
fn report_rejected(report: &Report) {
    for Note {
        source,
        at,
        id,
        reason,
        new,
    } in &report.rejected
    {
        tracing::warn!(source, at, id, reason, new, "rejected");
    }
}

/// Runs the task within the limits, up to its end or first error.
async fn steps(
    request: Request<'_>,
    (settings, notifier): (&TargetSettings, Option<&Notifier<'_>>),
    process: &mut Process<'_>,
    report: &mut Report,
    job: impl AsyncFnOnce(&AnyTarget, Request<'_>, &mut Process<'_>, &mut Report) -> Result<(), RunError>,
) -> (Mode, Result<(), RunError>) {
    let (target, _lock) = match begin(request, settings, process, report) {
        Ok(begun) => begun,
        Err(error) => return (request.mode, Err(error)),
    };
    if let Some(notifier) = notifier {
        notifier.started().await;
    }
    let done = match Box::pin(limited(&target, request, process, report)).await {
        Ok(under) => {
            let request = request.under(&under);
            (request.mode, job(&target, request, process, report).await)
        }
        Err(error) => (request.mode, Err(error)),
    };
    report.add_requests(target.requests());
    report.add_warnings(&target.warnings(&report.adopted));
    report.add_credentials(&target.credentials());
    done
}

fn begin(
    request: Request<'_>,
    settings: &TargetSettings,
    process: &mut Process<'_>,
    report: &mut Report,
) -> Result<(AnyTarget, Option<Lock>), RunError> {
    let name = target::name(settings);
    report.title.clone_from(&name.title);
    say_start(&name, request, process, report)?;
    // Before anything is read, because a plan made during another run would be wrong.
    let lock = match request.mode {
        Mode::Write => {
            let folder = request.settings.lock_dir.as_deref();
            Some(lock::take(folder, &name).map_err(RunError::Locked)?)
        }
        Mode::DryRun | Mode::DetailedDryRun => None,
    };
    Ok((connect(request, settings)?, lock))
}

/// The settings with limits applied, and the lines of the plan about them.
async fn limited(
    target: &impl Target,
    request: Request<'_>,
    process: &mut Process<'_>,
    report: &mut Report,
) -> Result<Under, RunError> {
    let signals = Signals::of_process();
    let under = tokio::select! {
        under = ceiling::read(target, request, !report.sources.is_empty()) => under?,
        signal = signals.wait() => return Err(RunError::Signalled(signal)),
    };
    report.policy.clone_from(&under.changed);
    if !request.is_json() {
        report::policy(process.out, report)?;
        process.out.flush()?;
    }
    Ok(under)
}

/// Prints the first line at once, because reading may take some time.
fn say_start(
    name: &TargetName,
    request: Request<'_>,
    process: &mut Process<'_>,
    report: &Report,
) -> io::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(
        target: MILESTONE, version, command = request.title, kind = name.kind, at = %name.title, "started"
    );
    if request.is_json() {
        return Ok(());
    }
    let dry = if request.mode == Mode::Write {
        ""
    } else {
        " (dry run)"
    };
    let command = format!("{}{dry}", request.title);
    report::header(process.out, &command, &name.title, report)?;
    process.out.flush()
}
