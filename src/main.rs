//! The program: parse, start logging, run, exit.

use std::io::{self, IsTerminal as _, Write};
use std::path::Path;
use std::process::ExitCode;

use directory_sync::cli::{Color, Command, old_programs};
use directory_sync::config::Environment;
use directory_sync::exit::Exit;
use directory_sync::http;
use directory_sync::names::Names;
use directory_sync::report::Look;
use directory_sync::run::{self, Process, Terminal};
use directory_sync::signals::{self, Hangup};
use directory_sync::telemetry::{self, Sink, Telemetry};

fn main() -> ExitCode {
    let program = std::env::args_os().next().unwrap_or_default();
    let program = Path::new(&program)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let environment = Environment::capture();
    let cli = match old_programs::parse(&program, std::env::args_os(), &environment) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let level = run::log_level(&cli.global).and_then(|level| level.parse().ok());
    let (names, terminal) = (Names::default(), terminal(cli.global.color));
    let telemetry = Telemetry::start(
        level.unwrap_or(tracing::level_filters::LevelFilter::INFO),
        Sink {
            format: cli.global.log_format,
            colours: terminal.err.color,
            is_journal: terminal.is_err_journal,
            trace: http::traceparent(),
            names: names.clone(),
        },
    );
    match cli.command(&program) {
        Command::Run => signals::listen(Hangup::Reloads),
        // At the password prompt, a signal ends the program at once.
        Command::Auth { .. } => {}
        _ => signals::listen(Hangup::Ends),
    }
    let mut out = io::BufWriter::new(io::stdout());
    let mut process = Process {
        environment,
        program: &program,
        out: &mut out,
        err: &mut Unheeded(io::stderr()),
        names,
        terminal,
        telemetry: Some(&telemetry),
    };
    let exit = run::run(&cli, &mut process);
    let flushed = out.flush();
    code(exit, flushed, terminal)
}

/// The exit code, which also covers output that could not be written.
fn code(exit: io::Result<Exit>, flushed: io::Result<()>, terminal: Terminal) -> ExitCode {
    let (exit, error) = match (exit, flushed) {
        (Ok(exit), Ok(())) => return exit.into(),
        // The run has already reported it, with a more specific exit code.
        (Ok(exit), Err(_)) if exit == exit.at_least_incomplete() => (exit, None),
        (Ok(exit), Err(error)) => (exit, Some(error)),
        (Err(error), _) => (Exit::Incomplete, Some(error)),
    };
    match error {
        // A closed pipe needs no message, because the reader has seen enough.
        Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let priority = if terminal.is_err_journal { "<3>" } else { "" };
            let _ = writeln!(
                io::stderr(),
                "{priority}error: output could not be written: {error}"
            );
            exit.at_least_incomplete().into()
        }
        _ => exit.into(),
    }
}

/// Which streams are terminals, and how output looks there.
fn terminal(color: Color) -> Terminal {
    let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let has_color = |is_terminal| match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => is_terminal && !is_plain,
    };
    let columns = |size: Option<(terminal_size::Width, terminal_size::Height)>| {
        size.map(|(width, _)| usize::from(width.0))
    };
    let (is_out, is_err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
    Terminal {
        is_out,
        can_ask: is_out && io::stdin().is_terminal(),
        out: Look {
            color: has_color(is_out),
            width: columns(terminal_size::terminal_size_of(io::stdout())),
        },
        err: Look {
            color: has_color(is_err),
            width: columns(terminal_size::terminal_size_of(io::stderr())),
        },
        is_err_journal: telemetry::is_journal(),
    }
}

/// Ignores errors of stderr: a full disk or a closed pipe there must not change how a run ends.
struct Unheeded<W>(W);

impl<W: Write> Write for Unheeded<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let _ = self.0.write_all(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = self.0.flush();
        Ok(())
    }
}
