//! `apply`: applies a saved plan, as far as its accounts have not changed.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use super::frame;
use super::planning::{mismatch, once};
use super::session::connect;
use super::session::error::RunError;
use super::session::process::Process;
use super::session::refusal;
use super::session::request::{Mode, Request};
use super::writing::saved_plan::FromFile;
use super::writing::{undo_log, verify};
use crate::apply::NotApplied;
use crate::config::TargetSettings;
use crate::exit::Exit;
use crate::model::{Change, Check, DesiredState, Existing, ExternalId, TargetId, TypeId, Value};
use crate::plan;
use crate::report::Report;
use crate::saved::plan_file;
use crate::saved::plan_file::Binding;
use crate::signals::Signals;
use crate::target::{self, Target, TargetError};

/// Reads the plan, and applies what still holds.
pub(super) async fn run(
    request: Request<'_>,
    settings: &TargetSettings,
    file: &Path,
    process: &mut Process<'_>,
) -> io::Result<Exit> {
    let binding = Binding::of(request.settings, settings);
    let catalog = target::catalog(Some(settings));
    let given = settings.given_roles();
    let rules = plan::Rules {
        policy: request.settings.policy,
        given: &given,
    };
    let changes = match plan_file::read(file, &catalog, &binding, rules) {
        Ok(changes) => changes,
        Err(error) => return refusal::refuse(request, process, &error.to_string(), error.hint),
    };
    Box::pin(frame::run(
        request,
        settings,
        &[],
        process,
        async |target, request, process, report| {
            report.is_from_file = true;
            with_target(target, &changes, request, process, report).await
        },
    ))
    .await
}

/// Reads every affected account again, and applies the changes whose account is unchanged.
async fn with_target(
    target: &impl Target,
    changes: &[Change],
    request: Request<'_>,
    process: &mut Process<'_>,
    report: &mut Report,
) -> Result<(), RunError> {
    let signals = Signals::of_process();
    let providers = connect::providers(request.settings);
    let mut checked = tokio::select! {
        checked = check(target, changes, &providers) => checked?,
        signal = signals.wait() => return Err(RunError::Signalled(signal)),
    };
    mismatch::withhold(
        target,
        &mut checked.plan,
        &providers,
        &request.settings.withholding,
    )
    .await?;
    checked.put_in_order(target, request, report);
    undo_log::warn(&checked.plan, target.catalog(), request, report);
    checked.takes_over = request.global.undo_file.is_none();
    checked.show_and_apply(target, request, process, report).await?;
    if request.mode == Mode::Write && request.global.verify {
        let again = async || {
            let mut left = check(target, changes, &providers).await?.plan;
            let withholding = &request.settings.withholding;
            plan::withhold(&mut left, target.catalog(), withholding, target.name().kind);
            mismatch::withhold(target, &mut left, &providers, withholding).await?;
            plan::protect(&mut left, target.catalog(), &request.settings.guard.protected);
            Ok(left)
        };
        verify::verify(target, again, &signals, report).await;
    }
    Ok(())
}

async fn check<'a>(
    target: &impl Target,
    changes: &'a [Change],
    providers: &[Value],
) -> Result<FromFile<'a>, TargetError> {
    target.prepare().await?;
    let (mut checked, current) = Current::read(target, changes).await?;
    checked.looks_first = true;
    let checks: Vec<(usize, Check<'_>)> = changes
        .iter()
        .enumerate()
        .flat_map(|(index, change)| {
            let schema = target.catalog().schema(change.resource);
            let before = plan::checks_before(schema, change, providers);
            before.into_iter().map(move |check| (index, check))
        })
        .collect();
    let asked: Vec<Check<'_>> = checks.iter().map(|(_, check)| *check).collect();
    let mismatches = target.confirm(&asked).await?;
    let schema = target.schema();
    let against = mismatches
        .iter()
        .filter(|mismatch| plan::contradicts(schema, asked[mismatch.index].expected, mismatch, providers));
    let mismatches: HashSet<usize> = against.map(|mismatch| checks[mismatch.index].0).collect();
    for (index, change) in changes.iter().enumerate() {
        let account = match change.target_id() {
            Some(account) => current.by_account.get(account),
            None => change
                .id()
                .and_then(|id| current.by_person.get(&(change.resource, id.clone()))),
        };
        let reason = plan::outdated_reason(target.catalog().schema(change.resource), change, account)
            .or_else(|| mismatches.contains(&index).then_some(plan::STALE));
        match reason {
            Some(reason) => checked.left_out.push((change, reason)),
            None => checked.plan.changes.push(change.clone()),
        }
    }
    once::reject(target, &DesiredState::default(), &mut checked.plan).await?;
    Ok(checked)
}

/// The current accounts of a plan.
#[derive(Default)]
struct Current {
    by_account: HashMap<TargetId, Existing>,
    by_person: HashMap<(TypeId, ExternalId), Existing>,
}

impl Current {
    async fn read<'a>(target: &impl Target, changes: &[Change]) -> Result<(FromFile<'a>, Self), TargetError> {
        let accounts: HashSet<&TargetId> = changes.iter().filter_map(Change::target_id).collect();
        let new = changes.iter().filter(|change| change.target_id().is_none());
        let people = new.filter_map(|change| Some((change.resource, change.id()?.clone())));
        let people: HashSet<(TypeId, ExternalId)> = people.collect();
        let mut current = Self::default();
        let read = FromFile::read(target, NotApplied::NotStarted, |account| {
            let key = account.id.as_ref().map(|id| (account.resource, id.clone()));
            if let Some(key) = key.filter(|key| people.contains(key)) {
                current.by_person.insert(key, account.clone());
            }
            if accounts.contains(&account.target_id) {
                current.by_account.insert(account.target_id.clone(), account);
            }
        });
        let read = read.await?;
        Ok((read, current))
    }
}
