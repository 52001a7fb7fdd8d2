//! What options of the command line mean for settings.

use crate::cli::Global;

/// The log level of `-v` and `-q`.
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
