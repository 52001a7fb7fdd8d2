//! Shell completions and manual pages.

use std::io::{self, Write};
use std::path::Path;

use clap_complete::Shell;

use super::options::command_line;

/// Writes the completion script of a shell.
///
/// # Errors
/// It could not be written.
pub fn completions(shell: Shell, out: &mut dyn Write) -> io::Result<()> {
    let mut command = command_line();
    let name = command.get_name().to_owned();
    // The generator panics when it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    out.write_all(&script)
}

/// Writes the manual page of the program in roff, for `man -l`.
///
/// # Errors
/// It could not be written.
pub fn manual(out: &mut dyn Write) -> io::Result<()> {
    // As `generate_to` does: `help` has no page.
    let command = command_line().disable_help_subcommand(true);
    clap_mangen::Man::new(command).render(out)
}

/// Writes the manual pages of the program and of each command to a folder: `directory-sync.1`, `directory-sync-plan.1`.
///
/// # Errors
/// A page could not be written.
pub fn manual_of_each_command(folder: &Path) -> io::Result<()> {
    clap_mangen::generate_to(command_line(), folder)
}
