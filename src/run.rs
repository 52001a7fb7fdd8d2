//! The story of a run, from the command line to the exit code.

mod approval;
mod carry_out;
mod check;
mod clock;
mod desired;
mod ending;
mod frame;
mod from_file;
mod keeping;
mod once;
mod outputs;
mod planned;
mod report_file;
mod request;
mod sync;
mod undo;
mod users;
mod verify;

use std::fs::File;
use std::io::{self, Write};

use self::request::{Mode, Request};
use crate::cli::{Cli, Command, Format, Global};
use crate::config::{self, ConfigErrors, Environment, FlagValue, LoadRequest, Needs, Settings};
use crate::exit::Exit;
use crate::http::Backoff;
use crate::model::Schema;
use crate::plan::Scope;
use crate::report::{Messages, Report, Show};
use crate::signals::Signals;
use crate::target::zitadel;
use crate::telemetry::Telemetry;

/// Where a run was started from, and where it speaks to.
pub struct World<'a> {
    /// Variables of the process.
    pub environment: Environment,
    /// The name the program was called by; old names mean old programs.
    pub program: &'a str,
    /// Data: plan, people, report.
    pub out: &'a mut dyn Write,
    /// Errors. Log lines go to the real stderr.
    pub err: &'a mut dyn Write,
    /// Takes the configured log level.
    pub telemetry: Option<&'a Telemetry>,
}

/// What the old programs did, by their name.
fn scope_of(program: &str, command: &Command) -> Option<Scope> {
    match (program, command) {
        ("install-ids", Command::Sync | Command::Plan { .. } | Command::Apply { .. })
        | (_, Command::LinkIds) => Some(Scope::LinksOnly),
        // A plan is good for the name by which it was made.
        ("migrate", Command::Sync | Command::Plan { .. } | Command::Apply { .. }) => {
            Some(Scope::ExternalIdsOnly)
        }
        _ => None,
    }
}

/// Runs one command to its end.
///
/// What goes wrong is said on `world.err`; only a broken pipe or a full disk is an error here.
///
/// # Errors
/// Output could not be written.
pub fn run(cli: &Cli, world: &mut World<'_>) -> io::Result<Exit> {
    run_with_pauses(cli, world, Backoff::default())
}

/// Like [`run`], with other pauses between tries, for callers that cannot wait.
///
/// # Errors
/// Output could not be written.
pub fn run_with_pauses(cli: &Cli, world: &mut World<'_>, pauses: Backoff) -> io::Result<Exit> {
    let command = cli.command.as_ref().unwrap_or(&Command::Sync);
    if let Some((what, hint)) = idle_option(command, &cli.global) {
        Messages::new(world.err, cli.global.log_format).error(&what, Some(hint))?;
        return Ok(Exit::Usage);
    }
    let named = outputs::read_by_options(&cli.global);
    if let Some(clash) = outputs::clash(command, &cli.global, &named) {
        return refuse_clash(&cli.global, world, &clash);
    }
    let needs = if matches!(command, Command::Users { .. }) {
        Needs::SourcesOnly
    } else {
        Needs::Everything
    };
    let mut settings = match load(&cli.global, needs, world) {
        Ok(settings) => settings,
        Err(errors) => {
            save_mistakes(&cli.global, &errors);
            Messages::new(world.err, cli.global.log_format).mistakes(&errors)?;
            return Ok(Exit::Usage);
        }
    };
    if let Some(clash) = outputs::clash(command, &cli.global, &settings.files) {
        return refuse_clash(&cli.global, world, &clash);
    }
    settings.policy.scope = scope_of(world.program, command).unwrap_or(settings.policy.scope);
    for note in &settings.notes {
        tracing::warn!("{note}");
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(dispatch(command, &cli.global, &settings, world, pauses))
}

/// An option that would be passed over in silence, and what to do instead.
fn idle_option(command: &Command, global: &Global) -> Option<(String, &'static str)> {
    let name = match command {
        Command::Check => "check",
        Command::Users { .. } => "users",
        Command::Plan { .. } => "plan",
        Command::Undo { .. } if global.verify => {
            let what = "`--verify` has no use with `undo`, which does not know what the sources want";
            return Some((what.to_owned(), "look with `directory-sync plan` afterwards"));
        }
        _ => return None,
    };
    if global.verify {
        let what = format!("`--verify` has no use with `{name}`, which changes nothing");
        return Some((what, "give it to `sync`, `apply` or `link-ids`"));
    }
    if global.undo_file.is_some() {
        let what = format!("`--undo-file` has no use with `{name}`, which changes nothing");
        return Some((what, "give it to `sync`, `apply`, `link-ids` or `undo`"));
    }
    (name != "plan" && global.report.is_some()).then(|| {
        let what = format!("`--report` has no use with `{name}`, which has no report");
        (
            what,
            "write its output to a file: `>FILE`, for programs with `--format json`",
        )
    })
}

/// Refuses to start. A report says so too: the last run's must not pass for this one's.
fn refuse(global: &Global, world: &mut World<'_>, what: &str, hint: &str) -> io::Result<Exit> {
    let mut report = Report::new();
    report.fail(what.to_owned(), Some(hint.to_owned()), Exit::Usage);
    let opened = open_report(global).ok().flatten();
    // What is wrong is printed in any case.
    let _ = ending::save(&report, opened);
    Messages::new(world.err, global.log_format).error(what, Some(hint))?;
    Ok(Exit::Usage)
}

/// Refuses to write over what is read, or twice to one file.
fn refuse_clash(global: &Global, world: &mut World<'_>, clash: &outputs::Clash) -> io::Result<Exit> {
    if clash.with_report {
        Messages::new(world.err, global.log_format).error(&clash.what, Some(outputs::HINT))?;
        return Ok(Exit::Usage);
    }
    refuse(global, world, &clash.what, outputs::HINT)
}

fn load(global: &Global, needs: Needs, world: &World<'_>) -> Result<Settings, ConfigErrors> {
    let mut flags = Vec::new();
    if let Some(level) = log_level(global) {
        let flag = if global.verbose > 0 { "-v" } else { "-q" };
        flags.push(FlagValue {
            flag: flag.to_owned(),
            key: "log_level".to_owned(),
            value: level.to_owned(),
        });
    }
    let request = LoadRequest {
        config: global.config.clone(),
        flags,
        needs,
    };
    let settings = config::load(&request, &world.environment)?;
    if let Some(telemetry) = world.telemetry {
        telemetry.set_level(settings.log_level);
    }
    Ok(settings)
}

/// The level that `-v` and `-q` ask for.
pub fn log_level(global: &Global) -> Option<&'static str> {
    match (global.verbose, global.quiet) {
        (0, 0) => None,
        (1, _) => Some("debug"),
        (0, 1) => Some("warn"),
        (0, 2) => Some("error"),
        (0, _) => Some("off"),
        _ => Some("trace"),
    }
}

async fn dispatch(
    command: &Command,
    global: &Global,
    settings: &Settings,
    world: &mut World<'_>,
    pauses: Backoff,
) -> io::Result<Exit> {
    let dry = global.dry_run || settings.dry_run;
    let request = Request {
        mode: if dry { Mode::DryRun } else { Mode::Write },
        global,
        settings,
        pauses,
        title: title(settings.policy.scope, command),
    };
    match command {
        Command::Sync | Command::LinkIds => sync::run(request, None, world).await,
        Command::Plan {
            detailed_exit_code,
            out,
        } => {
            let mode = if *detailed_exit_code {
                Mode::DetailedDryRun
            } else {
                Mode::DryRun
            };
            sync::run(Request { mode, ..request }, out.as_deref(), world).await
        }
        Command::Apply { plan } => planned::run(request, plan, world).await,
        Command::Undo {
            file,
            detailed_exit_code,
        } => {
            let mode = match request.mode {
                Mode::DryRun if *detailed_exit_code => Mode::DetailedDryRun,
                mode => mode,
            };
            undo::run(Request { mode, ..request }, file, world).await
        }
        Command::Check | Command::Users { .. } => look(command, global, settings, world).await,
    }
}

/// A command that only reads, and may be given up anywhere.
async fn look(
    command: &Command,
    global: &Global,
    settings: &Settings,
    world: &mut World<'_>,
) -> io::Result<Exit> {
    let signals = Signals::of_process();
    let looking = async {
        match command {
            Command::Users { count: true } => users::count(global, settings, world).await,
            Command::Users { count: false } => users::users(global, settings, world).await,
            _ => check::check(global, settings, world).await,
        }
    };
    tokio::select! {
        exit = looking => exit,
        signal = signals.wait() => {
            let what = ending::interrupted(signal);
            Messages::new(world.err, global.log_format).error(&what, None)?;
            Ok(Exit::Incomplete)
        }
    }
}

/// What a run is called in its first line.
fn title(scope: Scope, command: &Command) -> &'static str {
    match (scope, command) {
        (_, Command::Apply { .. }) => "apply",
        (Scope::LinksOnly, _) => "link-ids",
        (Scope::ExternalIdsOnly, _) => "migrate",
        (_, Command::Plan { .. }) => "plan",
        (_, Command::Undo { .. }) => "undo",
        _ => "sync",
    }
}

/// What the target stores, also when there is no target.
fn schema(settings: &Settings) -> Schema {
    zitadel::schema(settings.zitadel.as_ref())
}

fn show(global: &Global) -> Show {
    if global.show_values {
        Show::Values
    } else {
        Show::Names
    }
}

/// Opens the report before anything is done: a run that cannot report should not start.
fn open_report(global: &Global) -> Result<Option<File>, String> {
    let Some(path) = &global.report else {
        return Ok(None);
    };
    let file = report_file::open(path);
    file.map(Some)
        .map_err(|error| format!("cannot write the report to {}: {error}", path.display()))
}

/// A run that does not start leaves a report too: the last one must not pass for this one's.
fn save_mistakes(global: &Global, errors: &ConfigErrors) {
    let mut report = Report::new();
    report.fail(errors.to_string(), None, Exit::Usage);
    let opened = open_report(global).ok().flatten();
    if let Some(file) = opened {
        // The mistakes are printed in any case.
        let _ = ending::save(&report, Some(file));
    }
}

/// Whether data is for programs.
fn is_json(global: &Global) -> bool {
    global.format == Format::Json
}
