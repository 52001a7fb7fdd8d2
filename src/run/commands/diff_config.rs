//! `diff-config`: compares the plans of two configurations. Writes nothing.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use crate::cli::Command;
use crate::config::{CONFIGURATION_FILE, Settings};
use crate::exit::Exit;
use crate::model::{Catalog, Plan, RecordRef, Rejected};
use crate::plan::{self, Approval, Proof, Refusal};
use crate::report::{self, ConfigDiff, ConfigDiffDocument, DiffSide, Report};
use crate::run::outcome;
use crate::run::planning::ceiling;
use crate::run::planning::desired;
use crate::run::session::error::RunError;
use crate::run::session::process::Process;
use crate::run::session::request::Request;
use crate::run::session::settings::{self, Checked};
use crate::run::session::{connect, refusal};
use crate::run::sync;
use crate::target::{self, Target as _};

/// The plan of one configuration.
struct Side {
    plan: Plan,
    catalog: Catalog,
    people: usize,
    rejected: Vec<Rejected>,
    refusal: Option<Refusal>,
}

/// Prints the differences between the plan of this configuration and that of another one.
pub(in crate::run) async fn diff(
    command: &Command,
    other: &Path,
    request: Request<'_>,
    process: &mut Process<'_>,
) -> io::Result<Exit> {
    let changed = match settings::of_other(other, command, request.global, process)? {
        Checked::Good(settings) => settings,
        Checked::Refused(report) => return Ok(report.exit()),
    };
    if let Some(what) = other_target(request.settings, &changed) {
        let hint = "compare configurations of one target; `plan` shows what each of them does";
        return refusal::refuse(request, process, &what, hint);
    }
    let present = match side(request).await {
        Ok(side) => side,
        Err(error) => return outcome::print_error(&error, request, process),
    };
    let changed = Request {
        settings: &changed,
        ..request
    };
    let name = other.display().to_string();
    let then = match side(changed).await {
        Ok(side) => side,
        Err(error) => return outcome::print_error(&about(error, &name), request, process),
    };
    let diff = ConfigDiff {
        comparison: plan::compare((&present.plan, &present.catalog), (&then.plan, &then.catalog)),
        present: present.beside(&then, file(request)),
        other: then.beside(&present, name),
    };
    print(&diff, request, process)?;
    let detailed = matches!(
        command,
        Command::DiffConfig {
            detailed_exit_code: true,
            ..
        }
    );
    Ok(match diff.other.refusal {
        Some(_) => Exit::Refused,
        None if detailed && !diff.is_empty() => Exit::Pending,
        None => Exit::Ok,
    })
}

/// The file of this configuration, if there is one.
fn file(request: Request<'_>) -> String {
    let mut files = request.settings.files.iter();
    let file = files.find(|(what, _)| what == CONFIGURATION_FILE);
    file.map_or_else(
        || "the variables".to_owned(),
        |(_, path)| path.display().to_string(),
    )
}

fn other_target(present: &Settings, other: &Settings) -> Option<String> {
    let name = |settings: &Settings| settings.target.as_ref().map(target::name);
    let (present, other) = (name(present)?, name(other)?);
    (present.key != other.key || present.kind != other.kind).then(|| {
        format!(
            "the configurations have different targets: {} and {}",
            present.title, other.title
        )
    })
}

/// Reads everything, and plans with these settings.
async fn side(request: Request<'_>) -> Result<Side, RunError> {
    let Some(settings) = &request.settings.target else {
        return Err(RunError::Usage { errors: Vec::new() });
    };
    let target = connect::connect(request, settings)?;
    let under = ceiling::read(&target, request, true).await?;
    let request = request.under(&under);
    let mut report = Report::new(target::kind(Some(settings)));
    let desired = desired::read(&target, request, &mut report).await?;
    let planned = sync::planned(&target, &desired, request.settings).await?;
    let guard = &request.settings.guard;
    let proof = Proof::of(&desired, target.catalog(), guard);
    let approval = Approval {
        target_key: &target.name().key,
        token: None,
    };
    let (plan, refusal) = match plan::approve(planned.plan, &proof, target.catalog(), guard, approval) {
        Ok(approved) => (approved.plan().clone(), None),
        Err(refused) => (refused.1, Some(refused.0)),
    };
    let rejected = desired.iter().flat_map(|of_type| of_type.rejected.clone());
    Ok(Side {
        rejected: rejected.chain(plan.unresolved.iter().cloned()).collect(),
        people: desired.first().map_or(0, |users| users.objects.len()),
        catalog: target.catalog().clone(),
        plan,
        refusal,
    })
}

/// Marks an error as one of the other configuration.
fn about(error: RunError, name: &str) -> RunError {
    match error {
        RunError::Failed { errors } => RunError::Failed {
            errors: errors
                .into_iter()
                .map(|(what, hint)| (format!("{name}: {what}"), hint))
                .collect(),
        },
        RunError::Refused(refusal) => RunError::Refused(Refusal {
            reasons: refusal
                .reasons
                .into_iter()
                .map(|what| format!("{name}: {what}"))
                .collect(),
            ..refusal
        }),
        error => error,
    }
}

impl Side {
    fn beside(&self, other: &Self, file: String) -> DiffSide<'_> {
        let known: HashSet<(&RecordRef, &str)> = other.rejected.iter().map(key).collect();
        DiffSide {
            file,
            plan: &self.plan,
            catalog: &self.catalog,
            people: self.people,
            rejected: self
                .rejected
                .iter()
                .filter(|one| !known.contains(&key(one)))
                .collect(),
            refusal: self.refusal.as_ref(),
        }
    }
}

fn key(rejected: &Rejected) -> (&RecordRef, &str) {
    (&rejected.at, &rejected.reason)
}

fn print(diff: &ConfigDiff<'_>, request: Request<'_>, process: &mut Process<'_>) -> io::Result<()> {
    if request.is_json() {
        report::write_json(process.out, &ConfigDiffDocument::new(diff, request.show()))?;
    } else {
        let view = request.view();
        report::config_diff(process.out, diff, view)?;
    }
    process.out.flush()
}
