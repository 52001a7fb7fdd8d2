//! The story of a run, from the command line to the exit code.

mod apply_file;
mod approval;
mod carry_out;
mod check;
mod clock;
mod desired;
mod draft;
mod from_file;
mod mismatch;
mod once;
mod only;
mod outcome;
mod serve;
mod session;
mod sync;
mod undo;
mod undo_log;
mod users;
mod verify;

use std::io;

use self::session::heartbeat::{self, Heartbeat};
pub use self::session::options::log_level;
pub use self::session::process::Process;
use self::session::request::Request;
use crate::cli::{Cli, Command, Global};
use crate::config::{self, ConfigErrors, FlagValue, LoadRequest, Needs, Settings};
use crate::exit::Exit;
use crate::http::Backoff;
use crate::plan::Restriction;
use crate::report::Messages;
use crate::signals::Signals;

/// Runs one command to its end.
///
/// What goes wrong is said on `process.err`; only a broken pipe or a full disk is an error here.
///
/// # Errors
/// Output could not be written.
pub fn run(cli: &Cli, process: &mut Process<'_>) -> io::Result<Exit> {
    run_with_pauses(cli, process, Backoff::default())
}

/// Like [`run`], with other pauses between tries, for callers that cannot wait.
///
/// # Errors
/// Output could not be written.
pub fn run_with_pauses(cli: &Cli, process: &mut Process<'_>, pauses: Backoff) -> io::Result<Exit> {
    let (command, global) = (cli.command(process.program), &cli.global);
    if let Some((what, hint)) = session::options::idle(command, global) {
        return session::refusal::idle_option(global, process, &what, hint);
    }
    if let Some(clash) = session::outputs::clash(command, global, &session::outputs::read_by_options(global))
    {
        return session::refusal::clash(global, process, &clash);
    }
    let settings = match check_settings(command, global, process)? {
        Checked::Good(settings) => settings,
        Checked::Refused(exit) => return Ok(exit),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let heartbeat = Heartbeat::default();
    let mut request = Request::new(command, global, &settings, pauses);
    request.heartbeat = heartbeat::is_wanted(command, &settings, request.mode).then_some(&heartbeat);
    runtime.block_on(dispatch(command, request, process))
}

/// Settings that a command can work with, or how the run ended that cannot.
enum Checked {
    Good(Box<Settings>),
    Refused(Exit),
}

/// Reads the configuration, and says what is wrong with it or worth knowing.
fn check_settings(command: &Command, global: &Global, process: &mut Process<'_>) -> io::Result<Checked> {
    let settings = match load(command, global, process) {
        Ok(settings) => settings,
        Err(errors) => return session::refusal::mistakes(global, process, &errors).map(Checked::Refused),
    };
    if let Some(clash) = session::outputs::clash(command, global, &settings.files) {
        return session::refusal::clash(global, process, &clash).map(Checked::Refused);
    }
    for note in global.notes.iter().chain(&settings.notes) {
        tracing::warn!("{note}");
    }
    Ok(Checked::Good(Box::new(settings)))
}

/// The settings, as the command and the name of the program change them.
fn load(command: &Command, global: &Global, process: &Process<'_>) -> Result<Settings, ConfigErrors> {
    let level = log_level(global).map(|level| FlagValue {
        flag: if global.verbose > 0 { "-v" } else { "-q" }.to_owned(),
        key: "log_level".to_owned(),
        value: level.to_owned(),
    });
    let request = LoadRequest {
        config: global.config.clone(),
        flags: global.given.iter().cloned().chain(level).collect(),
        needs: match command {
            Command::Users { .. } => Needs::SourcesOnly,
            _ => Needs::Everything,
        },
    };
    let mut settings = config::load(&request, &process.environment)?;
    if let Some(telemetry) = process.telemetry {
        telemetry.set_level(settings.log_level);
    }
    if let Some(restriction) = restriction_of(process.program, command) {
        settings.policy.restrict_to = restriction;
    }
    Ok(settings)
}

/// What the old programs did, by their name.
fn restriction_of(program: &str, command: &Command) -> Option<Restriction> {
    match (program, command) {
        ("install-ids", Command::Sync { .. } | Command::Plan { .. } | Command::Apply { .. })
        | (_, Command::LinkIds) => Some(Restriction::LinksOnly),
        // A plan is good for the name by which it was made.
        ("migrate", Command::Sync { .. } | Command::Plan { .. } | Command::Apply { .. }) => {
            Some(Restriction::ExternalIdsOnly)
        }
        _ => None,
    }
}

async fn dispatch(command: &Command, request: Request<'_>, process: &mut Process<'_>) -> io::Result<Exit> {
    // Only a command that needs the sources alone has none.
    let Some(target) = &request.settings.target else {
        return look(command, request, process).await;
    };
    match command {
        Command::Sync { .. } | Command::LinkIds => sync::run(request, target, None, process).await,
        Command::Plan { out, .. } => sync::run(request, target, out.as_deref(), process).await,
        Command::Apply { plan } => apply_file::run(request, target, plan, process).await,
        Command::Undo { file, .. } => undo::run(request, target, file, process).await,
        Command::Check | Command::Users { .. } => look(command, request, process).await,
        Command::Run => serve::run(request, process).await,
    }
}

/// A command that only reads, and may be given up anywhere.
async fn look(command: &Command, request: Request<'_>, process: &mut Process<'_>) -> io::Result<Exit> {
    let signals = Signals::of_process();
    let looking = async {
        match command {
            Command::Users { count: true } => users::count(request, process).await,
            Command::Users { count: false } => users::users(request, process).await,
            _ => check::check(request, process).await,
        }
    };
    tokio::select! {
        exit = looking => exit,
        signal = signals.wait() => {
            let what = outcome::interrupted(signal);
            Messages::new(process.err, request.global.log_format).error(&what, None)?;
            Ok(Exit::Incomplete)
        }
    }
}
