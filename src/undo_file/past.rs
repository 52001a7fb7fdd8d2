//! An undo file is read: it tells of an earlier run.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Binding, Document, SCHEMA};
use crate::model::{LastWrites, Schema};
use crate::plan::Past;
use crate::plan_file::{document::twice, own, versioned};

/// Why an undo file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the undo file {}: {what}", path.display())]
pub struct UndoFileError {
    path: PathBuf,
    what: String,
    /// What to do next.
    pub hint: &'static str,
}

/// An earlier run, as its undo file tells of it.
#[derive(Debug)]
pub struct PastRun {
    /// Its undo file.
    pub path: PathBuf,
    /// What it was called.
    title: String,
    /// When its file was written, right before the first change.
    made: String,
    /// When it came to its end.
    ended: Option<String>,
    /// What the lists have to show before they tell what is left of the run.
    pub last_writes: LastWrites,
    /// What it was about to do.
    pub changes: Vec<Past>,
}

impl PastRun {
    /// Which run it was, in a few words.
    pub fn name(&self) -> String {
        let time = match self.made.parse::<Timestamp>() {
            Ok(made) => made.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
            Err(_) => self.made.clone(),
        };
        let end = match self.ended {
            Some(_) => "",
            None => ", which did not come to its end",
        };
        format!("`{}` of {time}{end}", self.title)
    }
}

/// Reads an undo file that is good for this target. `schema` is what the target stores about people, by
/// what the file is about.
///
/// # Errors
/// It cannot be read, is no undo file of this version, or is about something else.
pub fn read(
    path: &Path,
    schema: impl FnOnce(&Binding) -> Schema,
    binding: &Binding,
) -> Result<PastRun, UndoFileError> {
    let error = |what: String, hint| UndoFileError {
        path: path.to_owned(),
        what,
        hint,
    };
    let text =
        own::read(path, "name a file that `--undo-file` wrote").map_err(|(what, hint)| error(what, hint))?;
    parse(path, &text, schema, binding).map_err(|(what, hint)| error(what, hint))
}

fn parse(
    path: &Path,
    text: &str,
    schema: impl FnOnce(&Binding) -> Schema,
    binding: &Binding,
) -> Result<PastRun, (String, &'static str)> {
    const NAME: &str = "name a file that `--undo-file` of this version wrote, as it was written";
    const FIT: &str = "name the target, organization and project of that run in the configuration";
    let document: Document =
        versioned::parse(text, SCHEMA, "file of `--undo-file`").map_err(|problem| (problem, NAME))?;
    if let Some(objection) = binding.objection(&document.binding) {
        return Err((objection, FIT));
    }
    let schema = schema(&document.binding);
    let pasts = document.changes.into_iter().enumerate();
    let pasts: Vec<Past> = pasts
        .map(|(place, past)| {
            past.past(&schema)
                .map_err(|problem| (format!("change {}: {problem}", place + 1), NAME))
        })
        .collect::<Result<_, _>>()?;
    match twice(pasts.iter().map(|past| &past.change)) {
        Some(problem) => Err((problem, NAME)),
        None => Ok(PastRun {
            path: path.to_owned(),
            title: document.run,
            made: document.made,
            ended: document.ended,
            last_writes: LastWrites {
                accounts: document.accounts_written,
                roles: document.roles_written,
            },
            changes: pasts,
        }),
    }
}
