//! `sync`, `plan` and `link-ids`: read everything, plan, show, check, apply.

use std::io;
use std::path::Path;

use jiff::Timestamp;

use super::outcome::RunError;
use super::session::process::Process;
use super::session::refusal;
use super::session::request::{Mode, Request};
use super::{carry_out, clock, desired, once, session, undo_log, verify};
use crate::apply::Context;
use crate::config::{Settings, TargetSettings};
use crate::exit::Exit;
use crate::model::{Catalog, Change, Desired, DesiredState, Ids, Plan};
use crate::plan::{self, Clocks, Correlation, Known, Proof};
use crate::report::{self, Report};
use crate::saved::plan_file;
use crate::saved::plan_file::Binding;
use crate::signals::Signals;
use crate::target::{AnyTarget, Target, TargetError, Wait};

/// Makes a plan of what the sources say, and carries it out; with `out` it is kept in that file.
pub(super) async fn run(
    request: Request<'_>,
    settings: &TargetSettings,
    out: Option<&Path>,
    process: &mut Process<'_>,
) -> io::Result<Exit> {
    if let Some(Err(what)) = out.map(plan_file::check) {
        let hint = "choose another file; only a plan is replaced by a plan";
        return refusal::refuse(request, process, &what, hint);
    }
    let out = out.map(|path| (path, Binding::of(request.settings, settings)));
    let job = async |target: &AnyTarget, process: &mut Process<'_>, report: &mut Report| {
        with_target(target, out, request, process, report).await
    };
    session::run(request, settings, &request.settings.sources, process, job).await
}

async fn with_target(
    target: &impl Target,
    out: Option<(&Path, Binding)>,
    request: Request<'_>,
    process: &mut Process<'_>,
    report: &mut Report,
) -> Result<(), RunError> {
    let signals = Signals::of_process();
    let (desired, plan) = tokio::select! {
        read = read_everything(target, request, process, report) => read?,
        signal = signals.wait() => return Err(RunError::Signalled(signal)),
    };
    carry_out::show(&plan, target, request, process)?;
    let proof = Proof::of(&desired, target.schema(), &request.settings.guard);
    // A plan of half of the people is not worth keeping, whoever approves it.
    if let (Some((path, binding)), true) = (out, proof.doubts.is_empty()) {
        save(path, &plan, target.catalog(), &binding)?;
    }
    let approved = carry_out::approve(plan, &proof, target, request, process)?;
    carry_out::remark(&approved, request, process, report)?;
    if request.mode == Mode::Write {
        let context = Context {
            known: &Known::new(&desired),
            ids: Ids::default(),
            policy: request.settings.policy,
            protected: &request.settings.guard.protected,
            signals: &signals,
            settings: request.settings.apply,
            takes_over: request.global.undo_file.is_none(),
            looks_first: true,
        };
        carry_out::apply(target, &approved, &context, request, report).await?;
        if request.global.verify {
            let noted = verify::noted(&approved.plan().changes);
            let again = async || {
                target.prepare().await?;
                let mut left = make_plan(target, &desired, request.settings).await?;
                left.changes
                    .retain(|change| !change.target_id().is_some_and(|account| noted.contains(account)));
                Ok(left)
            };
            verify::verify(target, again, &signals, report).await;
        }
    }
    Ok(())
}

/// Everything up to the plan. Nothing is written, so it may be given up anywhere.
async fn read_everything(
    target: &impl Target,
    request: Request<'_>,
    process: &mut Process<'_>,
    report: &mut Report,
) -> Result<(DesiredState, Plan), RunError> {
    let desired = desired::read(target, request, report).await?.swap_remove(0);
    if !request.is_json() {
        report::sources(process.out, report)?;
        report::proof(
            process.out,
            &Proof::of(&desired, target.schema(), &request.settings.guard),
        )?;
    }
    let limit = request.settings.guard.max_missing;
    refuse_wrong_mapping(plan::mapping_faults(&desired, limit))?;
    let plan = make_plan(target, &desired, request.settings).await?;
    refuse_wrong_mapping(plan::vanished_values(&desired, &plan, target.schema(), limit))?;
    report.add_plan(&plan);
    undo_log::warn(&plan, target.catalog(), request, report);
    Ok((desired, plan))
}

/// Reads the target and works out what to do. Nobody is new because a list is behind, or was cut: before anybody is, the
/// target is asked for accounts that it did not list.
async fn make_plan(
    target: &impl Target,
    desired: &DesiredState,
    settings: &Settings,
) -> Result<Plan, TargetError> {
    let (mut correlation, mut plan) = draft(target, desired, settings).await?;
    if new_people(&plan).next().is_some() {
        if target.list_is_incomplete().await? {
            tracing::warn!(
                "the target does not list all of its accounts; waiting until it does (`{}`)",
                target.setting_keys().wait
            );
            target.catch_up(Wait::ForHiddenAccount).await?;
            target.prepare().await?;
            (correlation, plan) = draft(target, desired, settings).await?;
        }
        let people: Vec<&Desired> = new_people(&plan).collect();
        let unlisted = target.unlisted(&people).await?;
        if correlation.add(unlisted) {
            correlation.settle();
            plan = decide(target, &correlation, settings).await?;
        }
    }
    once::reject(target, desired, &mut plan).await?;
    plan::protect(&mut plan, target.catalog(), &settings.guard.protected);
    Ok(plan)
}

/// A plan by what the target lists.
async fn draft<'a>(
    target: &'a impl Target,
    desired: &'a DesiredState,
    settings: &Settings,
) -> Result<(Correlation<'a>, Plan), TargetError> {
    let mut correlation = Correlation::new(target.catalog(), desired, settings.policy);
    target.read(&mut |account| correlation.observe(account)).await?;
    correlation.settle();
    let plan = decide(target, &correlation, settings).await?;
    Ok((correlation, plan))
}

async fn decide(
    target: &impl Target,
    correlation: &Correlation<'_>,
    settings: &Settings,
) -> Result<Plan, TargetError> {
    let proofs = correlation.proofs();
    let questions = correlation.questions(&proofs);
    let mismatches = target.confirm(questions.checks()).await?;
    // Right after an answer, so that both times are of one moment.
    let clocks = Clocks {
        now: Timestamp::now().as_second(),
        ahead: target.clock_ahead(),
    };
    let mut plan = plan::decide(correlation, &questions, mismatches, target.name().kind, clocks);
    plan.warnings
        .extend(clock::doubt(clocks, settings.policy, target.name()));
    Ok(plan)
}

fn new_people(plan: &Plan) -> impl Iterator<Item = &Desired> {
    let new = plan.changes.iter().filter_map(Change::creation);
    new.map(|creation| &creation.identity)
}

/// One record without a value says nothing wrong about the account; so many of them say it about the mapping.
fn refuse_wrong_mapping(faults: Vec<String>) -> Result<(), RunError> {
    if faults.is_empty() {
        return Ok(());
    }
    let hint = "correct the attribute names below `sources`, or the source and what it lets its reader see; if so many records \
                may lack it, raise `guard.max_missing`";
    let errors = faults.into_iter().map(|fault| (fault, Some(hint.to_owned())));
    Err(RunError::Failed {
        errors: errors.collect(),
    })
}

/// Writes the plan to a file.
fn save(path: &Path, plan: &Plan, catalog: &Catalog, binding: &Binding) -> Result<(), RunError> {
    plan_file::write(path, plan, catalog, binding).map_err(|error| RunError::Failed {
        errors: vec![(
            format!("could not write the plan to {}: {error}", path.display()),
            Some("choose a file in a folder that can be written".to_owned()),
        )],
    })
}
