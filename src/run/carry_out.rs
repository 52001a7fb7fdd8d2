//! What becomes of a plan, wherever it comes from: it is shown, approved and applied.

use std::io;

use super::ending::Stop;
use super::request::Request;
use super::{World, approval, keeping};
use crate::apply::{self, Context};
use crate::model::Plan;
use crate::plan::{self, Approval, ApprovedPlan, Proof};
use crate::report::{self, PlanDocument, Progress, Report};
use crate::target::{Effort, Target};

/// Prints the plan and what it is going to cost.
pub(super) fn show(
    plan: &Plan,
    target: &impl Target,
    request: Request<'_>,
    world: &mut World<'_>,
) -> io::Result<()> {
    let Request { global, settings, .. } = request;
    let kept = keeping::effort(plan, target, request);
    let effort: Effort = plan
        .changes
        .iter()
        .map(|change| target.effort(change))
        .chain([kept])
        .sum();
    let values = super::show(global);
    if super::is_json(global) {
        serde_json::to_writer(&mut *world.out, &PlanDocument::new(plan, target.schema(), values))?;
        writeln!(world.out)?;
    } else {
        report::plan(world.out, plan, target.schema(), values)?;
        report::effort(world.out, effort, settings.apply.rate_limit)?;
    }
    // Before the first change, so that whoever watches sees what is about to happen.
    world.out.flush()
}

/// Lets the guard decide.
pub(super) fn approve(
    plan: Plan,
    proof: &Proof,
    target: &impl Target,
    request: Request<'_>,
    world: &World<'_>,
) -> Result<ApprovedPlan, Stop> {
    let Request { settings, global, .. } = request;
    let scope = request.scope();
    let token = approval::token(global, &world.environment);
    let approval = Approval {
        scope: &scope,
        token: token.as_deref(),
    };
    plan::approve(plan, proof, target.schema(), &settings.guard, approval)
        .map_err(|refused| Stop::Refused(refused.0))
}

/// Applies, unless somebody has asked to end before the first change. Before it, everything that an undo needs is on
/// the disk.
pub(super) async fn apply(
    target: &impl Target,
    approved: &ApprovedPlan,
    context: &Context<'_>,
    request: Request<'_>,
    report: &mut Report,
) -> Result<(), Stop> {
    let changes = &approved.plan().changes;
    let undo_file = tokio::select! {
        kept = keeping::begin(target, changes, request, report) => kept?,
        signal = context.signals.wait() => return Err(Stop::Signalled(signal)),
    };
    if let Some(signal) = context.signals.received() {
        return Err(Stop::Signalled(signal));
    }
    let mut progress = Progress::new(changes.len());
    let outcomes = apply::apply(target, approved, context, |_, outcome| {
        progress.step(outcome.result.is_ok());
    })
    .await;
    progress.finish();
    keeping::end(undo_file, target, changes, &outcomes);
    for outcome in &outcomes {
        report.add_outcome(&changes[outcome.index], outcome);
    }
    report.add_lag();
    Ok(())
}
