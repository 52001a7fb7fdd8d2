//! `undo`: reverts an earlier run, as far as its accounts have not changed since.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use super::frame;
use super::planning::mismatch;
use super::session::connect;
use super::session::error::RunError;
use super::session::process::Process;
use super::session::refusal;
use super::session::request::Request;
use super::writing::saved_plan::FromFile;
use crate::apply::NotApplied;
use crate::config::{Settings, TargetSettings};
use crate::exit::Exit;
use crate::model::{ActionKind, Catalog, Change, Check, Existing, LastWrites, Plan, TargetId, TypeId};
use crate::plan::{self, FailedCheck, Now, Past, Undone};
use crate::report::{Report, one_line};
use crate::saved::undo_file;
use crate::saved::undo_file::PastRun;
use crate::signals::Signals;
use crate::target::{Target, TargetError, TargetErrorKind, Wait};

/// Printed after an undo, or after its dry run.
const AGAIN: &str = "correct the configuration or the source before the next sync; otherwise that sync makes the same changes again";

/// Reads the file, and reverts what is left of the run, with that run's settings.
pub(super) async fn run(
    request: Request<'_>,
    settings: &TargetSettings,
    file: &Path,
    process: &mut Process<'_>,
) -> io::Result<Exit> {
    if let Some(path) = &request.global.undo_file
        && undo_file::moves(path, file)
    {
        let (path, file) = (path.display(), file.display());
        let what =
            format!("cannot write the undo file {path}: this would rename {file}, the file that is undone");
        return refusal::refuse(request, process, &what, "choose another file");
    }
    let (run, former) = match undo_file::read(file, settings) {
        Ok(past) => past,
        Err(error) => return refusal::refuse(request, process, &error.to_string(), error.hint),
    };
    let known_roles = settings.known_roles();
    let own = Settings {
        withholding: request.settings.withholding.clone().for_undo(),
        ..request.settings.clone()
    };
    let request = Request {
        settings: &own,
        ..request
    };
    Box::pin(frame::run(
        request,
        &former,
        &[],
        process,
        async |target, request, process, report| {
            Box::pin(with_target(
                target,
                (&run, &known_roles),
                request,
                process,
                report,
            ))
            .await
        },
    ))
    .await
}

/// Reads every affected account, plans what is left to undo, and applies it.
async fn with_target(
    target: &impl Target,
    (run, known_roles): (&PastRun, &[String]),
    request: Request<'_>,
    process: &mut Process<'_>,
    report: &mut Report,
) -> Result<(), RunError> {
    target.allow_former_roles(known_roles);
    report.undoes = Some(run.name());
    if !request.is_json() {
        writeln!(process.out, "Takes back {}", one_line(&run.name()))?;
        process.out.flush()?;
    }
    let signals = Signals::of_process();
    let mut undone = tokio::select! {
        undone = work_out(target, run) => undone?,
        signal = signals.wait() => return Err(RunError::Signalled(signal)),
    };
    let not_given = plan::give_only(target.schema(), &mut undone.plan, known_roles);
    let providers = connect::providers(request.settings);
    let withholding = &request.settings.withholding;
    mismatch::withhold(target, &mut undone.plan, &providers, withholding).await?;
    undone.put_in_order(target, request, report);
    report.cannot_be_undone = undo_file::not_restored(target.catalog(), &undone.plan.changes);
    report.cannot_be_undone.extend(undo_file::ended_sessions(
        target.catalog(),
        &run.changes,
        &undone.plan,
    ));
    report
        .cannot_be_undone
        .extend(undo_file::not_given(not_given, target.setting_keys().owned_roles));
    report.hint = Some(AGAIN.to_owned());
    // An account that has the login name now was not created for its former owner, so no account is taken over.
    undone.show_and_apply(target, request, process, report).await
}

async fn work_out<'a>(target: &impl Target, run: &'a PastRun) -> Result<FromFile<'a>, TargetError> {
    let pasts = &run.changes[..];
    target.prepare().await?;
    wait_for(target, &run.last_writes).await?;
    let catalog = target.catalog();
    let (undone, accounts) = Accounts::read(target, pasts).await?;
    let mut nows: Vec<Now<'_>> = pasts.iter().map(|past| accounts.of(past, catalog)).collect();
    look_for_lacks(target, pasts, &mut nows).await?;
    let mut checks: Vec<(usize, Check<'_>)> = Vec::new();
    for (index, (past, now)) in pasts.iter().zip(&nows).enumerate() {
        if let Some(account) = past.account(now) {
            let expected = past.checks(catalog).into_iter();
            checks.extend(expected.map(|expected| {
                let target_id = &account.target_id;
                (index, Check { target_id, expected })
            }));
        }
    }
    let asked: Vec<Check<'_>> = checks.iter().map(|(_, check)| *check).collect();
    let mut failed_checks: Vec<Vec<FailedCheck<'_>>> = pasts.iter().map(|_| Vec::new()).collect();
    for mismatch in target.confirm(&asked).await? {
        let (index, check) = checks[mismatch.index];
        failed_checks[index].push((check.expected, mismatch.current));
    }
    Ok(decide(catalog, pasts, nows, &failed_checks, undone))
}

/// A later run, or an administrator, may have recreated a deleted account without everything that it had.
async fn look_for_lacks(
    target: &impl Target,
    pasts: &[Past],
    nows: &mut [Now<'_>],
) -> Result<(), TargetError> {
    let (mut indexes, mut remade) = (Vec::new(), Vec::new());
    for (index, (past, now)) in pasts.iter().zip(nows.iter()).enumerate() {
        if let Some(account) = past.remade(now) {
            indexes.push(index);
            remade.push((&account.target_id, &past.details[..]));
        }
    }
    for lacking in target.lacking(&remade).await? {
        nows[indexes[lacking]].lacks = true;
    }
    Ok(())
}

/// Deleted accounts come last, because another undone change may release their login name.
fn decide<'a>(
    catalog: &Catalog,
    pasts: &'a [Past],
    mut nows: Vec<Now<'_>>,
    failed_checks: &[Vec<FailedCheck<'_>>],
    mut undone: FromFile<'a>,
) -> FromFile<'a> {
    let is_deleted = |index: &usize| pasts[*index].change.kind == ActionKind::Delete;
    let (deleted, others): (Vec<usize>, Vec<usize>) = (0..pasts.len()).partition(is_deleted);
    let mut add = |index: usize, now: &Now<'_>, plan: &mut Plan| match plan::undo(
        catalog,
        &pasts[index],
        now,
        &failed_checks[index],
    ) {
        Undone::Already => plan.unchanged += 1,
        Undone::Change(change) => plan.changes.push(*change),
        Undone::Refused(reason) => undone.left_out.push((&pasts[index].change, reason)),
    };
    for index in others {
        add(index, &nows[index], &mut undone.plan);
    }
    let first = std::mem::take(&mut undone.plan.changes);
    let by_account = first
        .iter()
        .filter_map(|change| Some((change.target_id()?, change)));
    let by_account: HashMap<&TargetId, &Change> = by_account.collect();
    for index in deleted {
        let change_of = |account: &TargetId| by_account.get(account).copied();
        plan::drop_released_namesakes(catalog, &pasts[index], &mut nows[index], change_of);
        add(index, &nows[index], &mut undone.plan);
    }
    undone.plan.changes.extend(first);
    undone
}

/// With stale lists, the run would look as if it were already undone.
async fn wait_for(target: &impl Target, written: &LastWrites) -> Result<(), TargetError> {
    if *written == LastWrites::default() {
        return Ok(());
    }
    target.expect_writes(written);
    if target.catch_up(Wait::ForOwnWrites).await? {
        // Values that were read before may be older.
        return target.prepare().await;
    }
    Err(TargetError::new(
        TargetErrorKind::Unreachable,
        "watch_users",
        format!(
            "the lists of accounts and roles do not yet show everything that the run wrote (`{}`)",
            target.setting_keys().wait
        ),
    )
    .hint("run the same command again later; nothing was changed")
    .wrote_nothing())
}

/// The current accounts of an undo file.
#[derive(Default)]
struct Accounts {
    known: HashMap<TargetId, Existing>,
    by_text: HashMap<(TypeId, Box<str>), Vec<TargetId>>,
    by_login: HashMap<(TypeId, String), Vec<TargetId>>,
}

impl Accounts {
    async fn read<'a>(target: &impl Target, pasts: &[Past]) -> Result<(FromFile<'a>, Self), TargetError> {
        let catalog = target.catalog();
        let subjects: Vec<_> = pasts.iter().map(|past| past.subject(target.catalog())).collect();
        let ids: HashSet<&TargetId> = subjects.iter().filter_map(|subject| subject.account).collect();
        let names = || subjects.iter().filter_map(|subject| subject.names.as_ref());
        let texts: HashSet<&str> = names().map(|(text, _)| *text).collect();
        let logins: HashSet<String> = names().map(|(_, login)| login.to_lowercase()).collect();
        let mut accounts = Self::default();
        let read = FromFile::read(target, NotApplied::NotTakenBack, |account| {
            let resource = account.resource;
            let schema = catalog.schema(resource);
            let login = account.login(schema).to_lowercase();
            let text: Box<str> = account.id_text(schema).into();
            let (by_text, by_login) = (
                !text.is_empty() && texts.contains(&*text),
                logins.contains(&login),
            );
            let id = &account.target_id;
            if by_text {
                let key = (resource, text);
                accounts.by_text.entry(key).or_default().push(id.clone());
            }
            if by_login {
                let key = (resource, login);
                accounts.by_login.entry(key).or_default().push(id.clone());
            }
            if by_text || by_login || ids.contains(id) {
                accounts.known.insert(id.clone(), account);
            }
        });
        let read = read.await?;
        Ok((read, accounts))
    }

    fn of(&self, past: &Past, catalog: &Catalog) -> Now<'_> {
        let subject = past.subject(catalog);
        let mut namesakes: Vec<&TargetId> = Vec::new();
        if let Some((text, login)) = &subject.names {
            let resource = past.change.resource;
            let by_text = self.by_text.get(&(resource, (*text).into()));
            let by_login = self.by_login.get(&(resource, login.to_lowercase()));
            namesakes.extend(by_text.into_iter().chain(by_login).flatten());
            namesakes.sort_unstable();
            namesakes.dedup();
        }
        Now {
            lacks: false,
            account: subject.account.and_then(|id| self.known.get(id)),
            namesakes: namesakes
                .into_iter()
                .filter_map(|id| self.known.get(id))
                .collect(),
        }
    }
}
