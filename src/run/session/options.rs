//! Options of the command line that have no use with the command, and what they mean for settings.

use crate::cli::{Command, Global};

/// An option that would be passed over in silence, and what to do instead.
pub(in crate::run) fn idle(command: &Command, global: &Global) -> Option<(String, &'static str)> {
    let name = match command {
        Command::Check => "check",
        Command::Users { .. } => "users",
        Command::Auth { .. } => "auth",
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
