//! The course of a run, from the command line to the exit code.

mod apply_file;
mod commands;
mod frame;
mod outcome;
mod planning;
mod serve;
mod session;
mod sync;
mod undo;
mod writing;

use std::io;

use self::session::error::interrupted;
pub use self::session::options::log_level;
use self::session::outputs::notify::Notifier;
use self::session::outputs::{heartbeat, metrics_file};
pub use self::session::process::{Process, Terminal};
use self::session::request::{Heartbeat, Request};
use self::session::settings::{Checked, check_settings};
use crate::cli::{Cli, Command, Config, Format, Global, LogFormat, options};
use crate::exit::Exit;
use crate::http::Backoff;
use crate::report::Report;
use crate::signals::Signals;
use crate::wrap::WrapWriter;

/// Runs one command to its end.
///
/// Errors of the run are printed to `process.err`. Only a broken pipe or a full disk is returned as an error.
///
/// # Errors
/// Output could not be written.
pub fn run(cli: &Cli, process: &mut Process<'_>) -> io::Result<Exit> {
    run_with_pauses(cli, process, Backoff::default())
}

/// Like [`run`], with other pauses between tries, for tests.
///
/// # Errors
/// Output could not be written.
pub fn run_with_pauses(cli: &Cli, process: &mut Process<'_>, pauses: Backoff) -> io::Result<Exit> {
    let names = process.names.clone();
    let Terminal { out, err, .. } = process.terminal;
    let out = WrapWriter::new(
        &mut *process.out,
        out.width.filter(|_| !prints_data(cli, process.program)),
    );
    let err = WrapWriter::new(
        &mut *process.err,
        err.width.filter(|_| cli.global.log_format == LogFormat::Text),
    );
    // Names have another length once they are hidden.
    let (mut out, mut err) = (names.writer(out), names.writer(err));
    let mut process = Process {
        environment: process.environment.clone(),
        out: &mut out,
        err: &mut err,
        names,
        ..*process
    };
    run_named(cli, &mut process, pauses)
}

/// Returns whether stdout is for programs, is a table, or is a file to be saved.
fn prints_data(cli: &Cli, program: &str) -> bool {
    let is_data = matches!(
        cli.command(program),
        Command::Document(_) | Command::Config(_) | Command::Users { .. }
    );
    is_data || cli.global.format == Format::Json
}

fn run_named(cli: &Cli, process: &mut Process<'_>, pauses: Backoff) -> io::Result<Exit> {
    let (command, global) = (cli.command(process.program), &cli.global);
    if let Some((what, hint)) = options::idle(command, global) {
        return session::refusal::idle_option(global, process, &what, &hint);
    }
    if let Command::Document(wanted) = command {
        return commands::document::print(wanted, global, process);
    }
    if let Some(clash) =
        session::outputs::paths::clash(command, global, &session::outputs::paths::read_by_options(global))
    {
        return session::refusal::clash(global, process, &clash).map(|report| report.exit());
    }
    let settings = match check_settings(command, global, process)? {
        Checked::Good(settings) => settings,
        Checked::Refused(report) => {
            publish(command, global, process, &report)?;
            return check_sources(command, global, process, pauses, report.exit());
        }
    };
    let runtime = runtime()?;
    let heartbeat = Heartbeat::default();
    let mut request = Request::new(command, global, &settings, pauses, process.terminal);
    request.heartbeat = heartbeat::is_wanted(command, &settings, request.mode).then_some(&heartbeat);
    runtime.block_on(dispatch(command, request, process))
}

/// Writes metrics and notifies about a run that cannot start, as far as the configuration can be read.
fn publish(command: &Command, global: &Global, process: &Process<'_>, report: &Report) -> io::Result<()> {
    let outlets = session::settings::outlets(global, process);
    let mode = match command {
        // It makes such runs.
        Command::Run => Some("sync"),
        Command::Plan { .. } => Some(command.name()),
        _ => command.writes().then(|| command.name()),
    };
    if let Some(mode) = mode {
        metrics_file::write_without_target(global, &outlets, mode, report);
    }
    if global.dry_run || !command.writes() {
        return Ok(());
    }
    if let Some(notifier) = Notifier::without_target(&outlets.notify) {
        runtime()?.block_on(notifier.ended(report, report.exit()));
    }
    Ok(())
}

/// An administrator who has to fix the target's configuration should see the mistakes of the sources in the same
/// `check`.
fn check_sources(
    command: &Command,
    global: &Global,
    process: &mut Process<'_>,
    pauses: Backoff,
    exit: Exit,
) -> io::Result<Exit> {
    let Some(settings) = session::settings::of_sources(command, global, process) else {
        return Ok(exit);
    };
    let request = Request::new(command, global, &settings, pauses, process.terminal);
    runtime()?.block_on(run_reading(command, request, process))?;
    Ok(exit)
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

async fn dispatch(command: &Command, request: Request<'_>, process: &mut Process<'_>) -> io::Result<Exit> {
    // Only a command that needs no target has none.
    let Some(target) = &request.settings.target else {
        return run_reading(command, request, process).await;
    };
    match command {
        Command::Sync { .. } | Command::LinkIds => Box::pin(sync::run(request, target, None, process)).await,
        Command::Plan { out, .. } => Box::pin(sync::run(request, target, out.as_deref(), process)).await,
        Command::Apply { plan } => apply_file::run(request, target, plan, process).await,
        Command::Undo { file, .. } => Box::pin(undo::run(request, target, file, process)).await,
        Command::Check
        | Command::Config(_)
        | Command::DiffConfig { .. }
        | Command::Users { .. }
        | Command::Auth { .. }
        | Command::Explain { .. } => run_reading(command, request, process).await,
        Command::Run => Box::pin(serve::run(request, process)).await,
        Command::Document(wanted) => commands::document::print(wanted, request.global, process),
    }
}

/// A command that only reads, and may be interrupted at any time.
async fn run_reading(command: &Command, request: Request<'_>, process: &mut Process<'_>) -> io::Result<Exit> {
    let signals = Signals::of_process();
    let looking = async {
        match command {
            Command::Auth { name, source } => {
                commands::auth::auth(name, source.as_deref(), request, process).await
            }
            Command::Explain { who, from } => {
                commands::explain::explain(who, from.as_deref(), request, process).await
            }
            Command::DiffConfig { other, .. } => {
                Box::pin(commands::diff_config::diff(command, other, request, process)).await
            }
            Command::Config(Config::Show { target_limits }) => {
                commands::configuration::show(*target_limits, request, process).await
            }
            Command::Users { count: true } => commands::users::print_count(request, process).await,
            Command::Users { count: false } => commands::users::users(request, process).await,
            _ => commands::check::check(request, process).await,
        }
    };
    tokio::select! {
        exit = looking => exit,
        signal = signals.wait() => {
            let what = interrupted(signal);
            process.messages(request.global.log_format).error(&what, None)?;
            Ok(Exit::Incomplete)
        }
    }
}
