//! The environment and the streams of a process.

use std::io::Write;

use crate::cli::LogFormat;
use crate::config::Environment;
use crate::http;
use crate::names::Names;
use crate::report::{Look, Messages};
use crate::telemetry::Telemetry;

/// The environment and the streams of a process.
pub struct Process<'a> {
    pub environment: Environment,
    /// The name the program was called by. Old names mean old programs.
    pub program: &'a str,
    /// Data: plan, people, report.
    pub out: &'a mut dyn Write,
    /// Errors. Log lines go to the real stderr.
    pub err: &'a mut dyn Write,
    /// Whether people are named in these outputs.
    pub names: Names,
    pub terminal: Terminal,
    /// Gets the configured log level.
    pub telemetry: Option<&'a Telemetry>,
}

impl Process<'_> {
    /// Writer for errors, in the format of the log.
    pub(in crate::run) fn messages(&mut self, format: LogFormat) -> Messages<'_> {
        let Terminal {
            err, is_err_journal, ..
        } = self.terminal;
        Messages::new(self.err, format, err.color)
            .for_journal(is_err_journal)
            .in_trace(http::traceparent())
    }
}

/// Which streams of the process are terminals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    /// Stdout is a terminal, so a person reads it.
    pub is_out: bool,
    /// Stdin is a terminal too, so a person can be asked.
    pub can_ask: bool,
    /// Appearance of stdout.
    pub out: Look,
    /// Appearance of stderr.
    pub err: Look,
    /// Stderr is the journal, where each line starts with its priority.
    pub is_err_journal: bool,
}
