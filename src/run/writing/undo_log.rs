//! `--undo-file`: stores the former state before a run changes it.

use crate::apply::{NotApplied, Outcome, hide_values};
use crate::model::{Catalog, Change, Edit, Plan};
use crate::report::Report;
use crate::run::session::error::RunError;
use crate::run::session::request::{Mode, Request};
use crate::saved::undo_file;
use crate::saved::undo_file::{Binding, Run, UndoFile};
use crate::target::{Cost, Target, Wrote};

/// Checks the location of the undo file before the run.
pub(in crate::run) fn check_writable(request: Request<'_>) -> Result<(), String> {
    match &request.global.undo_file {
        Some(path) => undo_file::check_writable(path, request.mode == Mode::Write),
        None => Ok(()),
    }
}

/// Warns about changes that no undo can revert, if an undo file is written.
pub(in crate::run) fn warn(plan: &Plan, catalog: &Catalog, request: Request<'_>, report: &mut Report) {
    if request.global.undo_file.is_some() {
        report.cannot_be_undone = undo_file::lost(catalog, &plan.changes);
    }
}

/// Cost of the snapshots.
pub(in crate::run) fn cost(plan: &Plan, target: &impl Target, request: Request<'_>) -> Cost {
    match request.global.undo_file {
        Some(_) => target.snapshot_cost(&plan.changes),
        None => Cost::default(),
    }
}

/// Writes the undo file. A run without changes keeps the undo file of the last run with changes.
pub(in crate::run) async fn begin(
    target: &impl Target,
    changes: &[Change],
    request: Request<'_>,
    report: &mut Report,
) -> Result<Option<UndoFile>, RunError> {
    let Some(path) = &request.global.undo_file else {
        return Ok(None);
    };
    if changes.is_empty() {
        return Ok(None);
    }
    let snapshots = target
        .snapshot(changes)
        .await
        .map_err(|error| hide_values(error, changes, target))?;
    let run = Run {
        title: request.title,
        binding: Binding::new(target.name(), target.facts()),
    };
    let begun = UndoFile::begin(path, run, changes, snapshots, target.catalog());
    let file = begun.map_err(|error| {
        let what = format!("could not write the undo file {}: {error}", path.display());
        let hint = "choose a file in a writable folder; nothing was changed";
        RunError::failed(what, Some(hint.to_owned()))
    })?;
    report.undo_file = Some(file.path().display().to_string());
    Ok(Some(file))
}

/// Adds the results to the undo file. Without them, an undo has to determine them itself.
pub(in crate::run) fn end(
    file: Option<UndoFile>,
    target: &impl Target,
    changes: &[Change],
    outcomes: &[Outcome],
) {
    let Some(file) = file else { return };
    let path = file.path().to_owned();
    let made = outcomes
        .iter()
        .filter_map(|outcome| Some((outcome.index, outcome.applied()?.target_id.clone()?)));
    let made: Vec<_> = made.collect();
    // An account may have kept a temporary login name although its change was not started.
    let stepped_aside = |outcome: &Outcome| {
        let change = &changes[outcome.index];
        change.edit().is_some_and(Edit::steps_aside)
    };
    let idle = outcomes.iter().filter(|outcome| match &outcome.result {
        Err(NotApplied::NotStarted(_)) => !stepped_aside(outcome),
        // An account with its names existed before or was created later. An undo must not treat it as one of this
        // run.
        Err(NotApplied::Failed(error)) => error.wrote == Wrote::Nothing,
        Ok(_) | Err(NotApplied::Unlinked(..) | NotApplied::NotTakenBack(_)) => false,
    });
    let not_done: Vec<usize> = idle.map(|outcome| outcome.index).collect();
    if let Err(error) = file.end(&made, &not_done, target.last_writes()) {
        tracing::warn!(
            file = %path.display(), %error,
            "the end of the run could not be recorded in the undo file; the file can still be used"
        );
    }
}
