//! Records the result of a run at the target, in the account that this tool signs in with, so that an administrator
//! sees it there. Without personal values.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::cli::Command;
use crate::config::{Settings, TargetSettings};
use crate::exit::Exit;
use crate::report::Report;
use crate::run::session::connect::connect;
use crate::run::session::request::{Mode, Request};
use crate::target::Target as _;

/// Name of the value.
const LAST_RUN: &str = "directory-sync.last_run";
/// The heartbeat delays the end of a run by at most this time.
const LIMIT: Duration = Duration::from_secs(10);

/// Returns whether a command records its result.
pub(in crate::run) fn is_wanted(command: &Command, settings: &Settings, mode: Mode) -> bool {
    let is_on = settings.target.as_ref().is_some_and(TargetSettings::heartbeat);
    is_on && mode == Mode::Write && matches!(command, Command::Sync { only } if only.is_empty())
}

#[derive(Serialize)]
struct LastRun<'a> {
    id: Option<&'a str>,
    finished: String,
    exit_code: u8,
    counts: Counts,
}

#[derive(Serialize)]
struct Counts {
    planned: usize,
    applied: usize,
    failed: usize,
    not_started: usize,
    rejected: usize,
    unchanged: usize,
    kept: usize,
}

impl Counts {
    fn of(report: &Report) -> Self {
        let changes = report.changes.by_kind().map(|(_, count)| count);
        Self {
            planned: report.changes.planned(),
            applied: changes.iter().map(|count| count.applied).sum(),
            failed: changes.iter().map(|count| count.failed).sum(),
            not_started: changes.iter().map(|count| count.not_started).sum(),
            rejected: report.rejected.len(),
            unchanged: report.unchanged,
            kept: report.kept,
        }
    }
}

/// Writes how the run ended. A failure does not affect the result.
pub(in crate::run) async fn write(request: Request<'_>, settings: &TargetSettings, report: &Report) {
    let Some(heartbeat) = request.heartbeat else {
        return;
    };
    heartbeat.outcome.set(Some(report.outcome));
    // The run that holds the lock records its own result.
    if report.exit() == Exit::Locked {
        return;
    }
    let last_run = LastRun {
        id: heartbeat.command.as_deref(),
        finished: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        exit_code: report.exit().code(),
        counts: Counts::of(report),
    };
    let Ok(text) = serde_json::to_string(&last_run) else {
        return;
    };
    let written = async { connect(request, settings)?.set_own_value(LAST_RUN, &text).await };
    match tokio::time::timeout(LIMIT, written).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the result of the run could not be written to the target"),
        Err(_) => tracing::warn!(
            seconds = LIMIT.as_secs(),
            "the result of the run was not written to the target in time"
        ),
    }
}
