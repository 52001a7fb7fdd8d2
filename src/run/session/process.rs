//! Where a run was started from, and where it speaks to.

use std::io::Write;

use crate::config::Environment;
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
    /// Takes the configured log level.
    pub telemetry: Option<&'a Telemetry>,
}
