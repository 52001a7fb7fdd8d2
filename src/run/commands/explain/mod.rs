//! `explain`: follows one person or group from the record to what a run would do, and why. Writes nothing.

mod decisions;
mod facts;
mod members;
mod owners;
mod saved;
mod wanted;

use std::io;
use std::path::Path;

use self::facts::Facts;
use self::members::MemberNames;
use self::wanted::{Wanted, unknown};
use crate::config::TargetSettings;
use crate::exit::Exit;
use crate::model::Existing;
use crate::report::{self, Explanation, Report};
use crate::run::outcome;
use crate::run::planning::ceiling;
use crate::run::planning::{desired, draft};
use crate::run::session::connect;
use crate::run::session::error::RunError;
use crate::run::session::process::Process;
use crate::run::session::request::Request;
use crate::target::{self, Target};

/// Prints what is known about the named person or group, now or in a saved plan or report.
pub(in crate::run) async fn explain(
    who: &str,
    from: Option<&Path>,
    request: Request<'_>,
    process: &mut Process<'_>,
) -> io::Result<Exit> {
    let Some(settings) = &request.settings.target else {
        return Ok(Exit::Usage);
    };
    if let Some(file) = from {
        return saved::explain(who, file, request, process).await;
    }
    let explained = match connect::connect(request, settings) {
        Ok(target) => of_target(who, &target, settings, request, process).await,
        Err(error) => Err(error.into()),
    };
    match explained {
        Ok(Some(explanation)) => {
            if request.is_json() {
                report::write_json(process.out, &explanation)?;
            } else {
                explanation.print(process.out)?;
            }
            process.out.flush()?;
            Ok(Exit::Ok)
        }
        Ok(None) => unknown(who, request, process),
        Err(error) => outcome::print_error(&error, request, process),
    }
}

async fn of_target(
    who: &str,
    target: &impl Target,
    settings: &TargetSettings,
    request: Request<'_>,
    process: &Process<'_>,
) -> Result<Option<Explanation>, RunError> {
    let under = ceiling::read(target, request, true).await?;
    let request = request.under(&under);
    let mut report = Report::new(target::kind(Some(settings)));
    let desired = desired::read(target, request, &mut report).await?;
    let mut wanted = Wanted::new(who, &process.names);
    let catalog = target.catalog();
    wanted.find_records(&desired, catalog);
    let mut names = MemberNames::new(&desired, catalog, request.show());
    let mut accounts: Vec<Existing> = Vec::new();
    let mut watch = |account: &Existing| {
        if let Some(names) = &mut names {
            names.add_account(account, catalog);
        }
        let is_known = accounts.iter().any(|known| known.target_id == account.target_id);
        if !is_known && is_wanted(account, target, &wanted) {
            accounts.push(account.clone());
        }
    };
    let plan = draft::plan_watching(target, &desired, request.settings, &mut watch)
        .await?
        .plan;
    wanted.follow(&accounts, &plan, &desired, catalog);
    let facts = Facts {
        desired: &desired,
        accounts: &accounts,
        plan: &plan,
        catalog,
        names: names.as_ref(),
        request,
    };
    Ok(facts.explanation(who, &target.name().title, &wanted))
}

fn is_wanted(account: &Existing, target: &impl Target, wanted: &Wanted<'_>) -> bool {
    let is_named = || {
        let name = target.entry_name(&account.target_id);
        name.is_some_and(|name| wanted.names_entry(&name))
    };
    wanted.fits(account, target.catalog()) || is_named()
}
