//! Texts about the command line.

use std::io;

use crate::cli::{Document, Global, documents};
use crate::exit::Exit;
use crate::run::session::process::Process;

/// Prints the text, or writes it to a folder.
pub(in crate::run) fn print(
    wanted: &Document,
    global: &Global,
    process: &mut Process<'_>,
) -> io::Result<Exit> {
    match wanted {
        Document::Completions { shell } => documents::completions(*shell, process.out)?,
        Document::Man { folder: None } => documents::manual(process.out)?,
        Document::Man { folder: Some(folder) } => {
            if let Err(error) = documents::manual_of_each_command(folder) {
                let what = format!(
                    "the manual pages cannot be written to `{}`: {error}",
                    folder.display()
                );
                process
                    .messages(global.log_format)
                    .error(&what, Some("name an existing folder"))?;
                return Ok(Exit::Usage);
            }
        }
    }
    Ok(Exit::Ok)
}
