//! `undo`: takes an earlier run back, as far as its accounts are still as that run left them.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use super::ending::Stop;
use super::from_file::FromFile;
use super::request::Request;
use super::{World, frame};
use crate::config::{MetadataCheck, Settings};
use crate::exit::Exit;
use crate::model::{Account, Expectation, Expected, Plan, Schema, TargetId};
use crate::plan::{self, Now, Past, Undone};
use crate::report::{Messages, Report};
use crate::signals::Signals;
use crate::target::zitadel::ZitadelTarget;
use crate::target::{Target, TargetError};
use crate::undo_file::{self, Binding};

/// Said after a run was undone, or looked at.
const AGAIN: &str =
    "correct the configuration or the source before the next sync: otherwise it does the same again";

/// Reads the file, and undoes what is left of it.
pub(super) async fn run(request: Request<'_>, file: &Path, world: &mut World<'_>) -> io::Result<Exit> {
    let Some(zitadel) = &request.settings.zitadel else {
        return Ok(Exit::Usage);
    };
    let binding = Binding::of(zitadel);
    let mut settings = request.settings.clone();
    let schema = |of_file: &Binding| {
        fit(&mut settings, of_file);
        super::schema(&settings)
    };
    match undo_file::read(file, schema, &binding) {
        Ok(pasts) => {
            let settings = &settings;
            let request = Request { settings, ..request };
            let job = async |target: &ZitadelTarget, world: &mut World<'_>, report: &mut Report| {
                with_target(target, &pasts, request, world, report).await
            };
            frame::run(request, Report::new(), world, job).await
        }
        Err(error) => {
            Messages::new(world.err, request.global.log_format)
                .error(&error.to_string(), Some(error.hint))?;
            Ok(Exit::Usage)
        }
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
    pasts: &[Past],
    request: Request<'_>,
    world: &mut World<'_>,
    report: &mut Report,
) -> Result<(), Stop> {
    let signals = Signals::of_process();
    let mut undone = tokio::select! {
        undone = work_out(target, pasts) => undone?,
        signal = signals.wait() => return Err(Stop::Signalled(signal)),
    };
    undone.settle(target, request, report);
    report.cannot_be_undone = undo_file::not_restored(&undone.plan.changes);
    report.hint = Some(AGAIN.to_owned());
    // What has a login name now was not made for the person who had it before, so nobody is taken over.
    undone.carry_out(target, request, world, report).await
}

async fn work_out<'a>(target: &impl Target, pasts: &'a [Past]) -> Result<FromFile<'a>, TargetError> {
    target.prepare().await?;
    let schema = target.schema();
    let accounts = Accounts::read(target, pasts).await?;
    let nows: Vec<Now<'_>> = pasts.iter().map(|past| accounts.of(past, schema)).collect();
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
    let mut unheld: Vec<Vec<(Expected<'_>, _)>> = pasts.iter().map(|_| Vec::new()).collect();
    for unmet in target.confirm(&asked).await? {
        let (place, question) = questions[unmet.index];
        unheld[place].push((question.expected, unmet.current));
    }
    let mut worked_out = FromFile {
        plan: accounts.counts.clone(),
        left_out: Vec::new(),
        takes_over: false,
    };
    for (place, past) in pasts.iter().enumerate() {
        let plan = &mut worked_out.plan;
        match plan::undo(schema, past, &nows[place], &unheld[place]) {
            Undone::Already => plan.unchanged += 1,
            Undone::Change(change) => plan.changes.push(*change),
            Undone::Refused(reason) => worked_out.left_out.push((&past.change, reason)),
        }
    }
    Ok(worked_out)
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
            account: subject.account.and_then(|id| self.by_id.get(id)),
            namesakes: namesakes
                .into_iter()
                .filter_map(|id| self.by_id.get(id))
                .collect(),
        }
    }
}
