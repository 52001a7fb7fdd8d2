//! `run`: stays running, and does the same as `sync` at each trigger.
//!
//! One loop: it does what is due, one thing after the other, and then waits for the next trigger. A trigger during a
//! run is handled after it.

mod command;
mod manager;
mod polling;
mod schedule;

use std::io;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ring::rand::SecureRandom as _;
use tokio::time::Instant;

use self::command::Commands;
use self::schedule::{Clock, Ending, Schedule, Verb};
use super::session::process::{Process, Terminal};
use super::session::request::{Heartbeat, Request};
use super::session::settings::{Checked, check_settings};
use super::sync;
use crate::cli::{Command, Global};
use crate::config::{RunSettings, Settings};
use crate::exit::Exit;
use crate::http::Backoff;
use crate::report::RunOutcome;
use crate::signals::{Hangups, Signals};
use crate::target::AnyTarget;

/// Runs until a signal ends it.
///
/// # Errors
/// Output could not be written.
pub(super) async fn run(request: Request<'_>, process: &mut Process<'_>) -> io::Result<Exit> {
    let mut service = Service::new(request);
    let exit = tokio::select! {
        // Readiness is reported before the first sign of life.
        biased;
        exit = service.serve(process) => exit,
        never = manager::keep_alive() => match never {},
    };
    manager::stopping();
    exit
}

/// How the last run ended.
#[derive(Clone, Copy)]
struct LastRun {
    outcome: RunOutcome,
    exit: Exit,
}

struct Service<'a> {
    global: &'a Global,
    settings: Settings,
    pauses: Backoff,
    terminal: Terminal,
    signals: Signals,
    hangups: Hangups,
    began: Instant,
    schedule: Schedule,
    /// State of commands; `None` until the target has shown what an earlier process did.
    commands: Option<Commands>,
    /// When the target is asked for a command.
    poll: Clock,
    /// Kept for the next poll, to reuse token and connection.
    target: Option<AnyTarget>,
    /// An unreachable target is reported once, until it can be reached again.
    is_deaf: bool,
    last: Option<LastRun>,
}

impl<'a> Service<'a> {
    fn new(request: Request<'a>) -> Self {
        let RunSettings { every, at_start, .. } = request.settings.run;
        let mut schedule = Schedule::new(every, Duration::ZERO, random());
        if at_start {
            schedule.ask(Verb::Sync);
        }
        Self {
            global: request.global,
            settings: request.settings.clone(),
            pauses: request.pauses,
            // The person who started the process may be gone when a run is due.
            terminal: Terminal {
                can_ask: false,
                ..request.terminal
            },
            signals: Signals::of_process(),
            hangups: Hangups::of_process(),
            began: Instant::now(),
            schedule,
            commands: None,
            poll: Duration::ZERO,
            target: None,
            is_deaf: false,
            last: None,
        }
    }

    fn now(&self) -> Clock {
        self.began.elapsed()
    }

    async fn serve(&mut self, process: &mut Process<'_>) -> io::Result<Exit> {
        manager::ready("starting");
        self.say_triggers();
        loop {
            if self.signals.received().is_some() {
                return Ok(Exit::Ok);
            }
            if self.hangups.take() {
                self.reload(process)?;
            }
            self.ask_for_a_command().await;
            if let Some(verb) = self.schedule.start(self.now()) {
                if let Some(exit) = Box::pin(self.run_once(verb, process)).await? {
                    return Ok(exit);
                }
            } else {
                self.tell_idle();
                self.wait().await;
            }
        }
    }

    /// One run, as `sync` or `plan` does it. Returns the exit code if a signal has interrupted it.
    async fn run_once(&mut self, verb: Verb, process: &mut Process<'_>) -> io::Result<Option<Exit>> {
        let command = match verb {
            Verb::Sync => Command::Sync { only: Vec::new() },
            Verb::Plan => Command::Plan {
                only: Vec::new(),
                detailed_exit_code: false,
                out: None,
            },
        };
        let heartbeat = Heartbeat {
            command: self.commands.as_ref().and_then(Commands::last).map(str::to_owned),
            ..Heartbeat::default()
        };
        let mut request = Request::new(&command, self.global, &self.settings, self.pauses, self.terminal);
        request.heartbeat = Some(&heartbeat);
        manager::status(&format!("running: {}", request.title));
        let exit = match &self.settings.target {
            Some(target) => Box::pin(sync::run(request, target, None, process)).await?,
            None => Exit::Usage,
        };
        process.out.flush()?;
        // Before the log says that the run has ended: a later signal does not interrupt it.
        let interrupted = self.signals.received().map(|_| exit);
        let outcome = heartbeat.outcome.get().unwrap_or_default();
        self.last = Some(LastRun { outcome, exit });
        self.schedule.finish(self.now(), ending(exit), random());
        tracing::info!(outcome = outcome.name(), exit_code = exit.code(), next = %self.next_run(), "run finished");
        Ok(interrupted)
    }

    /// Reads the configuration again. If it is invalid, the current one stays. Then a run is due.
    fn reload(&mut self, process: &mut Process<'_>) -> io::Result<()> {
        manager::reloading();
        match check_settings(&Command::Run, self.global, process)? {
            Checked::Good(settings) => {
                tracing::info!("the configuration was read again");
                self.settings = *settings;
                self.schedule
                    .reconfigure(self.settings.run.every, self.now(), random());
                self.say_triggers();
                self.target = None;
                self.poll = Duration::ZERO;
            }
            Checked::Refused(_) => process
                .messages(self.global.log_format)
                .note("The configuration that was read before stays in use.")?,
        }
        self.schedule.ask(Verb::Sync);
        manager::ready("the configuration was read again");
        Ok(())
    }

    /// Waits until something is due, or for a signal.
    async fn wait(&mut self) {
        let now = self.now();
        let poll = self.settings.run.poll.map(|_| self.poll);
        let next = self.schedule.next(now).into_iter().chain(poll).min();
        let due = async {
            match next {
                Some(next) => tokio::time::sleep_until(self.began + next).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => {}
            () = self.hangups.wait() => {}
            _ = self.signals.wait() => {}
        }
    }

    /// Logs the triggers.
    fn say_triggers(&self) {
        let RunSettings { every, poll, .. } = self.settings.run;
        if every.is_none() && poll.is_none() {
            tracing::info!("neither `run.every` nor `run.poll` is set: only SIGHUP starts a run");
        }
    }

    fn tell_idle(&self) {
        manager::status(&self.status());
    }

    /// What the process does, in one line without personal values.
    fn status(&self) -> String {
        let next = self.next_run();
        match self.last {
            None => format!("idle, {next}"),
            Some(LastRun { outcome, exit }) => {
                let (outcome, exit) = (outcome.text(), exit.code());
                format!("idle, {next}, last run: {outcome} (exit code {exit})")
            }
        }
    }

    fn next_run(&self) -> String {
        let now = self.now();
        let wait = self.schedule.next(now).map(|due| due.saturating_sub(now));
        let at = wait.and_then(|wait| {
            Timestamp::now()
                .checked_add(SignedDuration::try_from(wait).ok()?)
                .ok()
        });
        at.map_or_else(
            || "no run planned".to_owned(),
            |at| format!("next run {}", at.strftime("%H:%M UTC")),
        )
    }
}

/// What the end of a run means for the next one.
fn ending(exit: Exit) -> Ending {
    match exit {
        Exit::Ok | Exit::Pending => Ending::Fine,
        Exit::Incomplete | Exit::Usage | Exit::Refused => Ending::Left,
        Exit::Unreadable | Exit::Locked => Ending::Failed,
    }
}

/// A random number from 0 to 1, so that not all installations run at the same time.
fn random() -> f64 {
    let mut bytes = [0; 4];
    match ring::rand::SystemRandom::new().fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 0.0,
    }
}
