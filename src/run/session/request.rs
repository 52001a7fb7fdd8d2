//! The request of a run: what it does, and with which settings.

use std::cell::Cell;

use crate::cli::{Command, Format, Global};
use crate::config::{Effective, Settings, Under};
use crate::http::Backoff;
use crate::model::Catalog;
use crate::names::Names;
use crate::plan::Restriction;
use crate::report::{Extent, RunOutcome, Show, View};
use crate::run::session::process::Terminal;
use crate::target;

/// How far a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) enum Mode {
    /// Applies the plan.
    Write,
    /// Stops after the guard.
    DryRun,
    /// Stops after the guard, with an exit code for pending changes.
    DetailedDryRun,
}

/// A run that records its result at the target.
#[derive(Debug, Default)]
pub(in crate::run) struct Heartbeat {
    /// The id of the last command that was carried out.
    pub(in crate::run) command: Option<String>,
    /// How the run ended, once it has.
    pub(in crate::run) outcome: Cell<Option<RunOutcome>>,
}

#[derive(Clone, Copy)]
pub(in crate::run) struct Request<'a> {
    pub(in crate::run) mode: Mode,
    pub(in crate::run) global: &'a Global,
    pub(in crate::run) settings: &'a Settings,
    /// Pauses between tries of a request.
    pub(in crate::run) pauses: Backoff,
    /// Name of the run in its first line.
    pub(in crate::run) title: &'static str,
    /// The people of the run; empty means all people.
    pub(in crate::run) only: &'a [String],
    /// The result to record at the target; `None` if nothing is recorded.
    pub(in crate::run) heartbeat: Option<&'a Heartbeat>,
    /// Settings that others have made stricter.
    pub(in crate::run) policy: &'a [Effective],
    pub(in crate::run) terminal: Terminal,
}

impl<'a> Request<'a> {
    /// The request of a command.
    pub(in crate::run) fn new(
        command: &'a Command,
        global: &'a Global,
        settings: &'a Settings,
        pauses: Backoff,
        terminal: Terminal,
    ) -> Self {
        Self {
            mode: mode(command, global.dry_run || settings.dry_run),
            global,
            settings,
            pauses,
            title: title(settings.policy.restrict_to, command),
            only: command.only(),
            heartbeat: None,
            policy: &[],
            terminal,
        }
    }

    /// The same request with the limits of others applied.
    pub(in crate::run) fn under<'u>(self, under: &'u Under) -> Request<'u>
    where
        'a: 'u,
    {
        let mode = match self.mode {
            Mode::Write if under.settings.dry_run => Mode::DryRun,
            mode => mode,
        };
        Request {
            mode,
            settings: &under.settings,
            policy: &under.changed,
            ..self
        }
    }

    /// What the target can store, even if no target is configured.
    pub(in crate::run) fn catalog(&self) -> Catalog {
        target::catalog(self.settings.target.as_ref())
    }

    /// Returns whether output is for programs.
    pub(in crate::run) fn is_json(&self) -> bool {
        self.global.format == Format::Json
    }

    /// What is printed about people. A person at a terminal may see their names.
    pub(in crate::run) fn show(&self) -> Show {
        self.shows(self.terminal.is_out)
    }

    /// The same for a page, which is not a terminal, and may be passed on.
    pub(in crate::run) fn show_in_page(&self) -> Show {
        self.shows(false)
    }

    /// Whether people are named in a page.
    pub(in crate::run) fn names_in_page(&self, names: &Names) -> Names {
        names.naming(self.show_in_page() != Show::NoNames)
    }

    fn shows(&self, is_terminal: bool) -> Show {
        if self.global.show_values {
            Show::Values
        } else if self.settings.output.names.unwrap_or(is_terminal) {
            Show::Names
        } else {
            Show::NoNames
        }
    }

    /// How a plan is printed.
    pub(in crate::run) fn view(&self) -> View {
        View {
            show: self.show(),
            extent: self.extent(),
            color: self.terminal.out.color,
        }
    }

    /// How much of the plan is printed.
    pub(in crate::run) fn extent(&self) -> Extent {
        match (self.global.summary, self.global.all) {
            (true, _) => Extent::Summary,
            (false, true) => Extent::All,
            (false, false) => Extent::Beginning,
        }
    }
}

fn mode(command: &Command, dry_run: bool) -> Mode {
    match command {
        Command::Plan {
            detailed_exit_code: true,
            ..
        } => Mode::DetailedDryRun,
        Command::Plan { .. } => Mode::DryRun,
        Command::Undo {
            detailed_exit_code: true,
            ..
        } if dry_run => Mode::DetailedDryRun,
        _ if dry_run => Mode::DryRun,
        _ => Mode::Write,
    }
}

/// Name of a run in its first line.
fn title(restriction: Restriction, command: &Command) -> &'static str {
    match (restriction, command) {
        (_, Command::Apply { .. }) => "apply",
        (Restriction::LinksOnly, _) => "link-ids",
        (Restriction::ExternalIdsOnly, _) => "migrate",
        (_, Command::Plan { .. }) => "plan",
        (_, Command::Undo { .. }) => "undo",
        _ => "sync",
    }
}
