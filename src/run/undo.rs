//! `undo`: takes an earlier run back, as far as its accounts are still as that run left them.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use super::ending::Stop;
use super::from_file::FromFile;
use super::request::Request;
use super::{World, frame};
use crate::apply::NotApplied;
use crate::config::{MetadataCheck, Settings};
use crate::exit::Exit;
use crate::model::{Account, Action, Change, Expectation, LastWrites, Plan, Schema, TargetId};
use crate::plan::{self, Now, Past, Undone, Unheld};
use crate::report::{Report, one_line};
use crate::signals::Signals;
use crate::target::zitadel::ZitadelTarget;
use crate::target::{Hidden, Target, TargetError, TargetErrorKind};
use crate::undo_file::{self, Binding, PastRun};

/// Said after a run was undone, or looked at.
const AGAIN: &str =
    "correct the configuration or the source before the next sync: otherwise it does the same again";

/// Reads the file, and undoes what is left of it.
pub(super) async fn run(request: Request<'_>, file: &Path, world: &mut World<'_>) -> io::Result<Exit> {
    let Some(zitadel) = &request.settings.zitadel else {
        return Ok(Exit::Usage);
    };
    if let Some(path) = &request.global.undo_file
        && undo_file::moves(path, file)
    {
        let (path, file) = (path.display(), file.display());
        let what = format!(
            "cannot write the undo file {path}: that would give another name to {file}, the file that is undone"
        );
        return super::refuse(request.global, world, &what, "choose another file");
    }
    let binding = Binding::of(zitadel);
    let mut settings = request.settings.clone();
    let schema = |of_file: &Binding| {
        fit(&mut settings, of_file);
        super::schema(&settings)
    };
    match undo_file::read(file, schema, &binding) {
        Ok(run) => {
            let settings = &settings;
            let request = Request { settings, ..request };
            let job = async |target: &ZitadelTarget, world: &mut World<'_>, report: &mut Report| {
                with_target(target, (&run, &binding.roles), request, world, report).await
            };
            frame::run(request, Report::new(), world, job).await
        }
        Err(error) => super::refuse(request.global, world, &error.to_string(), error.hint),
    }
}

/// Links and roles are made and taken away as by the run that is undone, and everything that it wrote is looked at,
/// whatever the configuration says by now.
fn fit(settings: &mut Settings, of_file: &Binding) {
    if let Some(zitadel) = &mut settings.zitadel {
        zitadel.metadata = MetadataCheck::Confirm;
        zitadel.sso_login = of_file.identity_provider.is_some();
        let provider = of_file.identity_provider.clone();
        zitadel.idp_id = provider.or(zitadel.idp_id.take());
        zitadel.further_roles.extend(of_file.roles.iter().cloned());
    }
}

/// Looks at every account concerned, makes a plan of what is left to undo, and carries it out.
async fn with_target(
    target: &ZitadelTarget,
    (run, known_roles): (&PastRun, &[String]),
    request: Request<'_>,
    world: &mut World<'_>,
    report: &mut Report,
) -> Result<(), Stop> {
    target.allow_former_roles(known_roles);
    report.undoes = Some(run.name());
    if !super::is_json(request.global) {
        writeln!(world.out, "Takes back {}", one_line(&run.name()))?;
        world.out.flush()?;
    }
    let signals = Signals::of_process();
    let mut undone = tokio::select! {
        undone = work_out(target, run) => undone?,
        signal = signals.wait() => return Err(Stop::Signalled(signal)),
    };
    let not_given = plan::give_only(&mut undone.plan, known_roles);
    undone.settle(target, request, report);
    report.cannot_be_undone = undo_file::not_restored(&undone.plan.changes);
    report.cannot_be_undone.extend(undo_file::not_given(not_given));
    report.hint = Some(AGAIN.to_owned());
    // What has a login name now was not made for the person who had it before, so nobody is taken over.
    undone.carry_out(target, request, world, report).await
}

async fn work_out<'a>(target: &impl Target, run: &'a PastRun) -> Result<FromFile<'a>, TargetError> {
    let pasts = &run.changes[..];
    target.prepare().await?;
    wait_for(target, &run.last_writes).await?;
    let schema = target.schema();
    let accounts = Accounts::read(target, pasts).await?;
    let mut nows: Vec<Now<'_>> = pasts.iter().map(|past| accounts.of(past, schema)).collect();
    look_for_lacks(target, pasts, &mut nows).await?;
    let mut questions: Vec<(usize, Expectation<'_>)> = Vec::new();
    for (place, (past, now)) in pasts.iter().zip(&nows).enumerate() {
        if let Some(account) = past.account(now) {
            let expected = past.questions(schema, account).into_iter();
            questions.extend(expected.map(|expected| {
                let target_id = &account.target_id;
                (place, Expectation { target_id, expected })
            }));
        }
    }
    let asked: Vec<Expectation<'_>> = questions.iter().map(|(_, question)| *question).collect();
    let mut unheld: Vec<Vec<Unheld<'_>>> = pasts.iter().map(|_| Vec::new()).collect();
    for unmet in target.confirm(&asked).await? {
        let (place, question) = questions[unmet.index];
        unheld[place].push((question.expected, unmet.current));
    }
    let undone = FromFile {
        plan: accounts.counts.clone(),
        left_out: Vec::new(),
        left: NotApplied::NotTakenBack,
        takes_over: false,
        looks_first: false,
    };
    Ok(decide(schema, pasts, nows, &unheld, undone))
}

/// A later run, or somebody, may have made an account again that was deleted, but not with all that it had.
async fn look_for_lacks(
    target: &impl Target,
    pasts: &[Past],
    nows: &mut [Now<'_>],
) -> Result<(), TargetError> {
    let (mut places, mut remade) = (Vec::new(), Vec::new());
    for (place, (past, now)) in pasts.iter().zip(nows.iter()).enumerate() {
        if let Some(account) = past.remade(now) {
            places.push(place);
            remade.push((&account.target_id, &past.details[..]));
        }
    }
    for lacking in target.lacking(&remade).await? {
        nows[places[lacking]].lacks = true;
    }
    Ok(())
}

/// Who was deleted comes last: somebody who has the login name now may be about to give it back.
fn decide<'a>(
    schema: &Schema,
    pasts: &'a [Past],
    mut nows: Vec<Now<'_>>,
    unheld: &[Vec<Unheld<'_>>],
    mut undone: FromFile<'a>,
) -> FromFile<'a> {
    let is_deleted = |place: &usize| matches!(pasts[*place].change.action, Action::Delete(_));
    let (deleted, others): (Vec<usize>, Vec<usize>) = (0..pasts.len()).partition(is_deleted);
    let mut add = |place: usize, now: &Now<'_>, plan: &mut Plan| match plan::undo(
        schema,
        &pasts[place],
        now,
        &unheld[place],
    ) {
        Undone::Already => plan.unchanged += 1,
        Undone::Change(change) => plan.changes.push(*change),
        Undone::Refused(reason) => undone.left_out.push((&pasts[place].change, reason)),
    };
    for place in others {
        add(place, &nows[place], &mut undone.plan);
    }
    let first = std::mem::take(&mut undone.plan.changes);
    let by_account = first
        .iter()
        .filter_map(|change| Some((change.target_id()?, change)));
    let by_account: HashMap<&TargetId, &Change> = by_account.collect();
    for place in deleted {
        let change_of = |account: &TargetId| by_account.get(account).copied();
        plan::leave_out_who_gives_way(schema, &pasts[place], &mut nows[place], change_of);
        add(place, &nows[place], &mut undone.plan);
    }
    undone.plan.changes.extend(first);
    undone
}

/// To lists that are behind, what the run did looks as if it were undone.
async fn wait_for(target: &impl Target, written: &LastWrites) -> Result<(), TargetError> {
    if *written == LastWrites::default() {
        return Ok(());
    }
    target.expect_writes(written);
    if target.catch_up(Hidden::Nobody).await? {
        // What was read before may be older.
        return target.prepare().await;
    }
    Err(TargetError {
        kind: TargetErrorKind::Unreachable,
        operation: "watch_users",
        what: "the lists of accounts and roles do not show yet all that the run wrote (`zitadel.lag_wait`)"
            .into(),
        error_id: None,
        hint: Some("run the same command again later; nothing was changed".into()),
    })
}

/// The accounts of an undo file as they are now.
struct Accounts {
    by_id: HashMap<TargetId, Account>,
    by_text: HashMap<Box<str>, Vec<TargetId>>,
    by_login: HashMap<String, Vec<TargetId>>,
    /// A plan of nothing, with the numbers that the guard takes its shares of.
    counts: Plan,
}

impl Accounts {
    async fn read(target: &impl Target, pasts: &[Past]) -> Result<Self, TargetError> {
        let schema = target.schema();
        let subjects: Vec<_> = pasts.iter().map(|past| past.subject(schema)).collect();
        let ids: HashSet<&TargetId> = subjects.iter().filter_map(|subject| subject.account).collect();
        let names = || subjects.iter().filter_map(|subject| subject.names.as_ref());
        let texts: HashSet<&str> = names().map(|(text, _)| &**text).collect();
        let logins: HashSet<String> = names().map(|(_, login)| login.to_lowercase()).collect();
        let mut accounts = Self {
            by_id: HashMap::new(),
            by_text: HashMap::new(),
            by_login: HashMap::new(),
            counts: Plan::default(),
        };
        let mut each = |account: Account| {
            plan::count(&mut accounts.counts, &account);
            let login = account.login.to_lowercase();
            let (by_text, by_login) = (
                !account.id_text.is_empty() && texts.contains(&*account.id_text),
                logins.contains(&login),
            );
            let id = &account.target_id;
            if by_text {
                let text = account.id_text.clone();
                accounts.by_text.entry(text).or_default().push(id.clone());
            }
            if by_login {
                accounts.by_login.entry(login).or_default().push(id.clone());
            }
            if by_text || by_login || ids.contains(id) {
                accounts.by_id.insert(id.clone(), account);
            }
        };
        target.read(&mut each).await?;
        Ok(accounts)
    }

    fn of(&self, past: &Past, schema: &Schema) -> Now<'_> {
        let subject = past.subject(schema);
        let mut namesakes: Vec<&TargetId> = Vec::new();
        if let Some((text, login)) = &subject.names {
            namesakes.extend(self.by_text.get(text).into_iter().flatten());
            namesakes.extend(self.by_login.get(&login.to_lowercase()).into_iter().flatten());
            namesakes.sort_unstable();
            namesakes.dedup();
        }
        Now {
            lacks: false,
            account: subject.account.and_then(|id| self.by_id.get(id)),
            namesakes: namesakes
                .into_iter()
                .filter_map(|id| self.by_id.get(id))
                .collect(),
        }
    }
}
