//! Texts about the program.

use std::io;

use serde_json::Value;

use crate::cli::{Document, Global, Schema, manual};
use crate::exit::Exit;
use crate::run::session::process::Process;
use crate::saved::{plan_file, undo_file};
use crate::{config, report};

/// Prints the text, or writes it to a folder.
pub(in crate::run) fn print(
    wanted: &Document,
    global: &Global,
    process: &mut Process<'_>,
) -> io::Result<Exit> {
    match wanted {
        Document::Completions { shell } => manual::completions(*shell, process.out)?,
        Document::Schema { of } => {
            serde_json::to_writer_pretty(&mut *process.out, &schema(*of))?;
            writeln!(process.out)?;
        }
        Document::Man { folder: None } => manual::manual(process.out)?,
        Document::Man { folder: Some(folder) } => {
            if let Err(error) = manual::manual_of_each_command(folder) {
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

fn schema(of: Schema) -> Value {
    match of {
        Schema::Config => config::schema(),
        Schema::Report => report::schema(),
        Schema::Plan => plan_file::schema(),
        Schema::PlanView => report::plan_schema(),
        Schema::Undo => undo_file::schema(),
    }
}
