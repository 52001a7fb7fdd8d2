//! `sync`, `plan` and `link-ids`: read everything, plan, show, check, apply.

use std::cell::RefCell;
use std::io;
use std::path::Path;

use super::frame;
use super::planning::desired;
use super::planning::draft::{self, Planned};
use super::session::error::RunError;
use super::session::process::Process;
use super::session::refusal;
use super::session::request::{Mode, Request};
use super::writing::{confirmation, stages, undo_log, verify};
use crate::apply::Context;
use crate::config::{Settings, TargetSettings};
use crate::exit::Exit;
use crate::model::{Catalog, DesiredState, Plan, TypeId};
use crate::plan::{self, Known, NoIds, Proof};
use crate::report::{self, Report};
use crate::saved::plan_file;
use crate::saved::plan_file::Binding;
use crate::signals::Signals;
use crate::target::Target;

/// Makes a plan from the sources and applies it. With `out`, also writes it to that file.
pub(super) async fn run(
    request: Request<'_>,
    settings: &TargetSettings,
    out: Option<&Path>,
    process: &mut Process<'_>,
) -> io::Result<Exit> {
    if let Some(Err(what)) = out.map(plan_file::check_writable) {
        let hint = "choose another file; only a plan is replaced by a plan";
        return refusal::refuse(request, process, &what, hint);
    }
    let out = out.map(|path| (path, Binding::of(request.settings, settings)));
    Box::pin(frame::run(
        request,
        settings,
        &request.settings.sources,
        process,
        async |target, request, process, report| with_target(target, out, request, process, report).await,
    ))
    .await
}

async fn with_target(
    target: &impl Target,
    out: Option<(&Path, Binding)>,
    request: Request<'_>,
    process: &mut Process<'_>,
    report: &mut Report,
) -> Result<(), RunError> {
    let signals = Signals::of_process();
    let (desired, proof, Planned { plan, ids }) = tokio::select! {
        read = read_everything(target, request, process, report) => read?,
        signal = signals.wait() => return Err(RunError::Signalled(signal)),
    };
    stages::show(&plan, target, request, process, report)?;
    // A plan from incomplete sources is not saved, even with an approval.
    if let (Some((path, binding)), true) = (out, proof.doubts.is_empty()) {
        let binding = binding.restricted(&request.settings.withholding);
        save(path, &plan, target.catalog(), &binding)?;
    }
    let approved = stages::approve(plan, &proof, target, request, process)?;
    stages::remark(&approved, request, process, report)?;
    if let (Mode::Write, Some(users)) = (request.mode, desired.first()) {
        let context = Context {
            known: &Known::new(users),
            ids: RefCell::new(ids),
            policy: stages::policy(request.settings),
            protected: &request.settings.guard.protected,
            signals: &signals,
            settings: request.settings.apply,
            takes_over: request.global.undo_file.is_none() && stages::may_take_over(request.settings),
            looks_first: true,
        };
        confirmation::ask(approved.plan().changes.len(), request, process, &signals).await?;
        stages::apply(target, &approved, &context, request, report).await?;
        if request.global.verify {
            let noted = verify::noted(&approved.plan().changes);
            let again = async || {
                target.prepare().await?;
                let mut left = draft::plan(target, &desired, request.settings).await?.plan;
                left.changes
                    .retain(|change| !change.target_id().is_some_and(|account| noted.contains(account)));
                Ok(left)
            };
            verify::verify(target, again, &signals, report).await;
        }
    }
    Ok(())
}

/// Everything up to the plan. Nothing is written, so it can be interrupted at any time.
async fn read_everything(
    target: &impl Target,
    request: Request<'_>,
    process: &mut Process<'_>,
    report: &mut Report,
) -> Result<(Vec<DesiredState>, Proof, Planned), RunError> {
    let catalog = target.catalog();
    let desired = desired::read(target, request, report).await?;
    let proof = Proof::of(&desired, catalog, &request.settings.guard);
    report.proof = report::proof(&proof);
    if !request.is_json() {
        report::sources(process.out, report)?;
        for sentence in &report.proof {
            writeln!(process.out, "{sentence}")?;
        }
    }
    let planned = planned(target, &desired, request.settings).await?;
    report.add_plan(&planned.plan, catalog);
    undo_log::warn(&planned.plan, catalog, request, report);
    Ok((desired, proof, planned))
}

/// The plan, unless so many records or accounts lack a value that the mapping must be wrong.
pub(super) async fn planned(
    target: &impl Target,
    desired: &[DesiredState],
    settings: &Settings,
) -> Result<Planned, RunError> {
    let (catalog, guard) = (target.catalog(), &settings.guard);
    refuse_without_ids(desired, settings)?;
    let of_each = |faults: &dyn Fn(&DesiredState) -> Vec<String>| desired.iter().flat_map(faults).collect();
    refuse_wrong_mapping(of_each(&|of_type| {
        plan::mapping_faults(of_type, guard.max_missing)
    }))?;
    let planned = draft::plan(target, desired, settings).await?;
    let vanished = |of_type: &DesiredState| {
        let schema = catalog.schema(of_type.resource);
        plan::vanished_values(of_type, &planned.plan, schema, guard.max_missing)
    };
    refuse_wrong_mapping(of_each(&vanished))?;
    Ok(planned)
}

/// Nothing can be done with records of which none has an external id.
fn refuse_without_ids(desired: &[DesiredState], settings: &Settings) -> Result<(), RunError> {
    let found = desired.iter().flat_map(plan::without_ids);
    let errors = found.map(|NoIds { source, resource, field, records }| {
        let what = format!("source `{source}`: `{field}` has no value in any of {records} records, and it is the external id");
        let key = settings.id_keys.of(&source, resource == TypeId::default());
        let hint = format!(
            "correct {}, or the source and its read permissions",
            key.unwrap_or("the name of that attribute")
        );
        (what, Some(hint))
    });
    let errors: Vec<_> = errors.collect();
    if errors.is_empty() {
        return Ok(());
    }
    Err(RunError::Failed { errors })
}

/// A single record without a value is acceptable. Many of them show a wrong mapping.
fn refuse_wrong_mapping(faults: Vec<String>) -> Result<(), RunError> {
    if faults.is_empty() {
        return Ok(());
    }
    let hint = "correct the attribute names below `sources`, or the source and its read permissions; if so many \
         records \
                may lack it, raise `guard.max_missing`";
    let errors = faults.into_iter().map(|fault| (fault, Some(hint.to_owned())));
    Err(RunError::Failed {
        errors: errors.collect(),
    })
}

fn save(path: &Path, plan: &Plan, catalog: &Catalog, binding: &Binding) -> Result<(), RunError> {
    plan_file::write(path, plan, catalog, binding).map_err(|error| {
        let what = format!("could not write the plan to {}: {error}", path.display());
        RunError::failed(what, Some("choose a file in a writable folder".to_owned()))
    })
}
