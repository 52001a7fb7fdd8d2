//! Shows, approves and applies a plan of any origin.

use std::io;

use super::{approval, undo_log};
use crate::apply::{self, Context};
use crate::config::Settings;
use crate::model::Plan;
use crate::plan::{self, Approval, ApprovedPlan, Policy, Proof};
use crate::report::{self, PlanDocument, PlanView, Progress, Report};
use crate::run::session::error::RunError;
use crate::run::session::process::Process;
use crate::run::session::request::Request;
use crate::target::{Cost, Target};

/// Prints the plan and its cost, and keeps both for a page.
pub(in crate::run) fn show(
    plan: &Plan,
    target: &impl Target,
    request: Request<'_>,
    process: &mut Process<'_>,
    report: &mut Report,
) -> io::Result<()> {
    let cost = cost(plan, target, request)?;
    if request.global.html.is_some() {
        let catalog = target.catalog();
        let limits = plan::limit_uses(plan, catalog, &request.settings.guard);
        let show = request.show_in_page();
        report.show(PlanView::new(plan, catalog, show, limits, cost.clone()));
    }
    if request.is_json() {
        report::write_json(
            process.out,
            &PlanDocument::new(plan, target.catalog(), request.show()).under(request.policy),
        )?;
    } else {
        let view = request.view();
        report::plan(process.out, plan, target.catalog(), view)?;
        process.out.write_all(cost.as_bytes())?;
    }
    // Before the first change, so that a person sees what is about to happen.
    process.out.flush()
}

/// The cost of a plan as a line; empty if there is none.
fn cost(plan: &Plan, target: &impl Target, request: Request<'_>) -> io::Result<String> {
    let snapshots = undo_log::cost(plan, target, request);
    let cost: Cost = plan
        .changes
        .iter()
        .map(|change| target.cost(change))
        .chain([snapshots, target.cost_in_common(&plan.changes)])
        .sum();
    let mut line = Vec::new();
    let rate = request.settings.apply.rate_limit;
    report::cost(&mut line, target.name().product, cost, rate)?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}

/// The policy for applying changes. It forbids during the run what the plan may not contain.
pub(in crate::run) fn policy(settings: &Settings) -> Policy {
    Policy {
        adopt: settings.policy.adopt && may_take_over(settings),
        ..settings.policy
    }
}

/// Whether an account that turns out to exist may be updated without having been in the plan.
pub(in crate::run) fn may_take_over(settings: &Settings) -> bool {
    let withholding = &settings.withholding;
    withholding.no_update.is_none() && withholding.no_provider_mismatch.is_none()
}

/// Asks the guard for approval.
pub(in crate::run) fn approve(
    plan: Plan,
    proof: &Proof,
    target: &impl Target,
    request: Request<'_>,
    process: &Process<'_>,
) -> Result<ApprovedPlan, RunError> {
    let Request { settings, global, .. } = request;
    let token = approval::token(global, &process.environment);
    let approval = Approval {
        target_key: &target.name().key,
        token: token.as_deref(),
    };
    plan::approve(plan, proof, target.catalog(), &settings.guard, approval)
        .map_err(|refused| RunError::Refused(refused.0))
}

/// Reports limits that were nearly reached or lifted.
pub(in crate::run) fn remark(
    approved: &ApprovedPlan,
    request: Request<'_>,
    process: &mut Process<'_>,
    report: &mut Report,
) -> io::Result<()> {
    report.limits = approved.remarks().to_vec();
    if request.is_json() {
        return Ok(());
    }
    report::limits(process.out, report)?;
    process.out.flush()
}

/// Applies the plan, unless a signal arrived before the first change. The undo file is written before.
pub(in crate::run) async fn apply(
    target: &impl Target,
    approved: &ApprovedPlan,
    context: &Context<'_>,
    request: Request<'_>,
    report: &mut Report,
) -> Result<(), RunError> {
    let changes = &approved.plan().changes;
    let undo_file = tokio::select! {
        snapshots = undo_log::begin(target, changes, request, report) => snapshots?,
        signal = context.signals.wait() => return Err(RunError::Signalled(signal)),
    };
    if let Some(signal) = context.signals.received() {
        return Err(RunError::Signalled(signal));
    }
    let mut progress = Progress::new(changes.len());
    let outcomes = apply::apply(target, approved, context, |_, outcome| {
        progress.step(outcome.result.is_ok());
    })
    .await;
    progress.finish();
    undo_log::end(undo_file, target, changes, &outcomes);
    for outcome in &outcomes {
        report.add_outcome(&changes[outcome.index], target.catalog(), outcome);
    }
    report.add_lag();
    Ok(())
}
