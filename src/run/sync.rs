//! `sync`, `plan` and `link-ids`: read everything, plan, show, check, apply, report.

use std::io;
use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;

use super::ending::{self, Stop};
use super::{World, approval, keeping, planned, undo, verify};
use crate::apply::{self, Context};
use crate::cli::Global;
use crate::config::{Settings, ZitadelSettings};
use crate::exit::Exit;
use crate::http::Backoff;
use crate::lock;
use crate::model::{Change, Desired, Entitlements, Plan, Rejected, Warning};
use crate::plan::{self, Approval, ApprovedPlan, Correlation, Known, Proof};
use crate::plan_file::{self, Binding};
use crate::report::{self, PlanDocument, Progress, Report};
use crate::signals::Signals;
use crate::source::{AnySource, SourceError, read_all};
use crate::target::zitadel::ZitadelTarget;
use crate::target::{Effort, Target, TargetError};
use crate::telemetry::MILESTONE;
use crate::undo_file::PastRun;

/// How far a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// To the end.
    Write,
    /// Up to the guard.
    DryRun,
    /// Up to the guard; pending changes have an exit code of their own.
    DetailedDryRun,
}

/// Where a plan comes from.
#[derive(Clone, Copy)]
pub(super) enum Job<'a> {
    /// From what the sources say; it may be kept in a file.
    Sources { out: Option<&'a Path> },
    /// From a file.
    Planned(&'a [Change]),
    /// From what an earlier run did.
    Undo(&'a PastRun),
}

/// What was asked for.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) mode: Mode,
    pub(super) job: Job<'a>,
    pub(super) global: &'a Global,
    pub(super) settings: &'a Settings,
    /// Between tries of a request.
    pub(super) pauses: Backoff,
    /// What the run is called in its first line.
    pub(super) title: &'static str,
}

/// The role of everybody whose source does not say who gets it.
pub(super) fn roles(settings: &Settings) -> Entitlements {
    [Box::from(settings.role.as_str())].into()
}

/// The roles that are taken away from whoever is not to hold them.
fn owned_roles(settings: &Settings) -> Entitlements {
    let owned = settings.zitadel.iter().flat_map(|zitadel| &zitadel.owned_roles);
    owned.map(|role| Box::from(role.as_str())).collect()
}

pub(super) async fn run(request: Request<'_>, world: &mut World<'_>) -> io::Result<Exit> {
    let started = Instant::now();
    let opened = keeping::check(request).and_then(|()| super::open_report(request.global));
    let file = match opened {
        Ok(file) => file,
        Err(what) => {
            let hint = "choose a file in a folder that can be written";
            return super::refuse(request.global, world, &what, hint);
        }
    };
    let mut report = Report::new();
    if let Job::Sources { .. } = request.job {
        report.expect_sources(&request.settings.sources);
    }
    let stop = steps(request, world, &mut report).await.err();
    report.seconds = started.elapsed().as_secs_f64();
    ending::settle(&mut report, stop.as_ref(), request.mode);
    ending::tell(&report, stop.as_ref(), file, request, world)
}

async fn steps(request: Request<'_>, world: &mut World<'_>, report: &mut Report) -> Result<(), Stop> {
    let Some(zitadel) = &request.settings.zitadel else {
        return Ok(());
    };
    say_start(zitadel, request, world, report)?;
    // Before anything is read: a plan of what another run is changing would be wrong.
    let _lock = match request.mode {
        Mode::Write => {
            let folder = request.settings.lock_dir.as_deref();
            Some(lock::take(folder, &scope(zitadel)).map_err(Stop::Locked)?)
        }
        Mode::DryRun | Mode::DetailedDryRun => None,
    };
    let mut target = ZitadelTarget::new(zitadel, &request.settings.apply)?.with_backoff(request.pauses);
    if let Job::Undo(_) = request.job {
        target = target.with_former_roles();
    }
    let result = match request.job {
        Job::Sources { .. } => with_target(&target, request, world, report).await,
        Job::Planned(changes) => planned::with_target(&target, changes, request, world, report).await,
        Job::Undo(run) => undo::with_target(&target, run, request, world, report).await,
    };
    report.add_requests(target.requests());
    report.add_warnings(&target.warnings());
    result
}

/// The organization that a run is about.
fn scope(zitadel: &ZitadelSettings) -> String {
    format!("{} {}", zitadel.url, zitadel.organization_id)
}

/// The first line, at once: reading may take its time.
fn say_start(
    zitadel: &ZitadelSettings,
    request: Request<'_>,
    world: &mut World<'_>,
    report: &Report,
) -> io::Result<()> {
    let (version, organization) = (env!("CARGO_PKG_VERSION"), &zitadel.organization_id);
    let url = zitadel.url.as_str().trim_end_matches('/');
    tracing::info!(
        target: MILESTONE, version, command = request.title, target_url = url, organization, "started"
    );
    if super::is_json(request.global) {
        return Ok(());
    }
    let dry = if request.mode == Mode::Write {
        ""
    } else {
        " (dry run)"
    };
    let command = format!("{}{dry}", request.title);
    report::header(
        world.out,
        &command,
        &format!("organization {organization} at {url}"),
        report,
    )?;
    world.out.flush()
}

async fn with_target(
    target: &ZitadelTarget,
    request: Request<'_>,
    world: &mut World<'_>,
    report: &mut Report,
) -> Result<(), Stop> {
    let signals = Signals::of_process();
    let (desired, plan) = tokio::select! {
        read = read_everything(target, request, world, report) => read?,
        signal = signals.wait() => return Err(Stop::Signalled(signal)),
    };
    show_plan(&plan, target, request, world)?;
    let proof = Proof::of(&desired, target.schema(), &request.settings.guard);
    // A plan of half of the people is not worth keeping, whoever approves it.
    if let (Job::Sources { out: Some(path) }, true) = (request.job, proof.doubts.is_empty()) {
        keep(path, &plan, target, request)?;
    }
    let approved = approve(plan, &proof, target, request, world)?;
    if request.mode == Mode::Write {
        let context = Context {
            known: &Known::new(&desired),
            policy: request.settings.policy,
            protected: &request.settings.guard.protected,
            signals: &signals,
            settings: request.settings.apply,
            takes_over: request.global.undo_file.is_none(),
        };
        apply_plan(target, &approved, &context, request, report).await?;
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

/// Writes the plan to a file.
fn keep(path: &Path, plan: &Plan, target: &impl Target, request: Request<'_>) -> Result<(), Stop> {
    let Some(zitadel) = &request.settings.zitadel else {
        return Ok(());
    };
    let binding = Binding::of(request.settings, zitadel);
    plan_file::write(path, plan, target.schema(), &binding).map_err(|error| Stop::Failed {
        errors: vec![(
            format!("could not write the plan to {}: {error}", path.display()),
            Some("choose a file in a folder that can be written".to_owned()),
        )],
    })
}

/// Everything up to the plan. Nothing is written, so it may be given up anywhere.
async fn read_everything(
    target: &ZitadelTarget,
    request: Request<'_>,
    world: &mut World<'_>,
    report: &mut Report,
) -> Result<(Desired, Plan), Stop> {
    let desired = read_sources(target, request.settings, report).await?;
    if !super::is_json(request.global) {
        report::sources(world.out, report)?;
        report::proof(
            world.out,
            &Proof::of(&desired, target.schema(), &request.settings.guard),
        )?;
    }
    refuse_wrong_mapping(&desired, request.settings)?;
    let plan = make_plan(target, &desired, request.settings).await?;
    report.add_plan(&plan);
    keeping::warn(&plan, request, report);
    Ok((desired, plan))
}

/// Sources and the target's preflight side by side.
async fn read_sources(
    target: &ZitadelTarget,
    settings: &Settings,
    report: &mut Report,
) -> Result<Desired, Stop> {
    let sources: Vec<AnySource> = build_sources(target, settings)?;
    let (desired, prepared) = futures::join!(read_all(target.schema(), &sources), target.prepare());
    let mut desired = match (desired, prepared) {
        (Ok(desired), Ok(())) => desired,
        (Ok(_), Err(error)) => return Err(error.into()),
        (Err(errors), Ok(())) => return Err(errors.into()),
        (Err(errors), Err(error)) => return Err(Stop::from(errors).and(error.into())),
    };
    desired.owned_roles = owned_roles(settings);
    normalize(&mut desired, target);
    report.add_sources(&desired.sources);
    report.add_rejected(&desired.rejected);
    report.add_warnings(&desired.warnings);
    for source in &desired.sources {
        tracing::info!(
            target: MILESTONE,
            source = %source.name,
            read = source.read,
            rejected = source.rejected,
            seconds = source.seconds,
            "source was read"
        );
    }
    Ok(desired)
}

fn build_sources(target: &ZitadelTarget, settings: &Settings) -> Result<Vec<AnySource>, Vec<SourceError>> {
    let mut sources = Vec::new();
    let mut errors = Vec::new();
    for source in &settings.sources {
        match AnySource::build(source, target.schema(), &roles(settings)) {
            Ok(source) => sources.push(source),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(sources)
    } else {
        Err(errors)
    }
}

/// Rewrites each person to what the target would store; whom it would refuse is rejected here already.
fn normalize(desired: &mut Desired, target: &impl Target) {
    let mut rejected = Vec::new();
    let mut warnings = Vec::new();
    desired
        .identities
        .retain_mut(|identity| match target.normalize(identity) {
            Ok(reasons) => {
                let at = &identity.origin;
                let id = Some(&identity.id);
                let warning = |reason| Warning {
                    at: at.clone(),
                    id: id.cloned(),
                    reason,
                };
                warnings.extend(reasons.into_iter().map(warning));
                true
            }
            Err(reason) => {
                let (at, id) = (identity.origin.clone(), Some(identity.id.clone()));
                rejected.push(Rejected {
                    at,
                    id,
                    reason,
                    missing: Vec::new(),
                });
                false
            }
        });
    count_rejected(desired, &rejected);
    desired.rejected.extend(rejected);
    desired.warnings.extend(warnings);
}

fn count_rejected(desired: &mut Desired, rejected: &[Rejected]) {
    for source in &mut desired.sources {
        let mine = |rejected: &&Rejected| rejected.at.source == source.name;
        source.rejected += rejected.iter().filter(mine).count();
    }
}

/// Reads the target and works out what to do.
async fn make_plan(
    target: &impl Target,
    desired: &Desired,
    settings: &Settings,
) -> Result<Plan, TargetError> {
    let now = Timestamp::now().as_second();
    let mut correlation = Correlation::new(target.schema(), desired, settings.policy);
    target.read(&mut |account| correlation.observe(account)).await?;
    correlation.settle();
    let marks = correlation.legacy_marks();
    let questions = correlation.questions(&marks);
    let unmet = target.confirm(questions.expectations()).await?;
    let mut plan = plan::decide(&correlation, &questions, unmet, "zitadel", now);
    plan::protect(&mut plan, target.schema(), &settings.guard.protected);
    Ok(plan)
}

/// Records that could not be used say nothing wrong about the accounts; so many of them say it about the mapping.
fn refuse_wrong_mapping(desired: &Desired, settings: &Settings) -> Result<(), Stop> {
    let faults = plan::mapping_faults(desired, settings.guard.max_missing);
    if faults.is_empty() {
        return Ok(());
    }
    let hint = "correct the attribute names below `sources`, or the source; if so many records may lack it, raise \
                `guard.max_missing`";
    let errors = faults.into_iter().map(|fault| (fault, Some(hint.to_owned())));
    Err(Stop::Failed {
        errors: errors.collect(),
    })
}

pub(super) fn show_plan(
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
    let show = super::show(global);
    if super::is_json(global) {
        serde_json::to_writer(&mut *world.out, &PlanDocument::new(plan, target.schema(), show))?;
        writeln!(world.out)?;
    } else {
        report::plan(world.out, plan, target.schema(), show)?;
        report::effort(world.out, effort, settings.apply.rate_limit)?;
    }
    // Before the first change, so that whoever watches sees what is about to happen.
    world.out.flush()
}

pub(super) fn approve(
    plan: Plan,
    proof: &Proof,
    target: &impl Target,
    request: Request<'_>,
    world: &World<'_>,
) -> Result<ApprovedPlan, Stop> {
    let Request { settings, global, .. } = request;
    let scope = settings.zitadel.as_ref().map(scope).unwrap_or_default();
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
pub(super) async fn apply_plan(
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
