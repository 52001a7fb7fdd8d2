//! Where a run was started from, and where it speaks to.

use std::io::Write;

use crate::cli::LogFormat;
use crate::config::Environment;
use crate::http;
use crate::names::Names;
use crate::report::{Look, Messages};
use crate::telemetry::Telemetry;

/// Where a run was started from, and where it speaks to.
pub struct Process<'a> {
    /// Variables of the process.
    pub environment: Environment,
    /// The name the program was called by; old names mean old programs.
    pub program: &'a str,
    /// Data: plan, people, report.
    pub out: &'a mut dyn Write,
    /// Errors. Log lines go to the real stderr.
    pub err: &'a mut dyn Write,
    /// Whether people are named in all that.
    pub names: Names,
    /// Who sits in front of it.
    pub terminal: Terminal,
    /// Takes the configured log level.
    pub telemetry: Option<&'a Telemetry>,
}

impl Process<'_> {
    /// Errors, in the format of the log.
    pub(in crate::run) fn messages(&mut self, format: LogFormat) -> Messages<'_> {
        let Terminal {
            err_color,
            is_err_journal,
            ..
        } = self.terminal;
        Messages::new(self.err, format, err_color)
            .for_journal(is_err_journal)
            .in_trace(http::traceparent())
    }
}

/// What of the process is a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about a stream"
)]
pub struct Terminal {
    /// Stdout is one, so a person reads along.
    pub is_out: bool,
    /// Stdin is one too, so a person can be asked.
    pub can_ask: bool,
    /// How stdout looks.
    pub out: Look,
    /// Whether stderr has colours.
    pub err_color: bool,
    /// Stderr is the journal, where each line begins with how much it matters.
    pub is_err_journal: bool,
}
