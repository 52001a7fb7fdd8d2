//! Reads an undo file of an earlier run.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Binding, Document, SCHEMA};
use crate::config::TargetSettings;
use crate::model::{Catalog, LastWrites};
use crate::plan::Past;
use crate::saved::plan_file::document::twice;
use crate::saved::plan_file::{BoundTarget, own, versioned};
use crate::target::{self, Objection};

/// Why an undo file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the undo file {}: {what}", path.display())]
pub struct UndoFileError {
    path: PathBuf,
    what: String,
    pub hint: &'static str,
}

/// An earlier run, from its undo file.
#[derive(Debug)]
pub struct PastRun {
    /// Its name.
    title: String,
    /// When its file was written, right before the first change.
    made: String,
    /// When it ended.
    ended: Option<String>,
    /// Writes that the lists have to show before they can be compared with the run.
    pub last_writes: LastWrites,
    /// What it was about to do.
    pub changes: Vec<Past>,
}

impl PastRun {
    /// A short description of the run.
    pub fn name(&self) -> String {
        let time = match self.made.parse::<Timestamp>() {
            Ok(made) => made.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
            Err(_) => self.made.clone(),
        };
        let end = match self.ended {
            Some(_) => "",
            None => ", which was interrupted",
        };
        format!("`{}` of {time}{end}", self.title)
    }
}

/// Reads an undo file that is valid for this target. Also returns the settings for the undo.
///
/// # Errors
/// It cannot be read, is not an undo file of this version, or belongs to another target.
pub fn read(path: &Path, settings: &TargetSettings) -> Result<(PastRun, TargetSettings), UndoFileError> {
    let error = |(what, hint): Objection| UndoFileError {
        path: path.to_owned(),
        what,
        hint,
    };
    let text = own::read(path, "name a file that `--undo-file` wrote").map_err(error)?;
    parse(&text, settings).map_err(error)
}

/// Parses the changes of a run, against any target. Also returns the title of the target. For output only: nothing is
/// checked.
///
/// # Errors
/// It has another format, or does not fit the catalog.
pub fn recorded(text: &str, catalog: &Catalog) -> Result<(String, Vec<Past>), String> {
    let document: Document =
        versioned::parse(text, SCHEMA, "file of `--undo-file`").map_err(|problem| problem.what)?;
    let title = document.binding.target.title();
    let changes = document.changes.into_iter().map(|past| past.past(catalog));
    Ok((title, changes.collect::<Result<_, _>>()?))
}

fn parse(text: &str, settings: &TargetSettings) -> Result<(PastRun, TargetSettings), Objection> {
    const NAME: &str = "name a file that `--undo-file` of this version wrote, as it was written";
    const EARLIER: &str = "undo that run with the version that wrote the file";
    const FIT: &str = "name the target of that run in the configuration";
    let document: Document = versioned::parse(text, SCHEMA, "file of `--undo-file`").map_err(|problem| {
        let hint = if problem.is_earlier { EARLIER } else { NAME };
        (problem.what, hint)
    })?;
    let Binding { target, facts } = &document.binding;
    if let Some(what) = BoundTarget::of(&target::name(settings)).objection(target) {
        return Err((what, FIT));
    }
    if let Some(objection) = target::objection(settings, facts) {
        return Err(objection);
    }
    let former = target::as_of(settings, facts);
    let catalog = target::catalog(Some(&former));
    let pasts = document.changes.into_iter().enumerate();
    let pasts: Vec<Past> = pasts
        .map(|(index, past)| {
            past.past(&catalog)
                .map_err(|problem| (format!("change {}: {problem}", index + 1), NAME))
        })
        .collect::<Result<_, _>>()?;
    match twice(&catalog, pasts.iter().map(|past| &past.change)) {
        Some(problem) => Err((problem, NAME)),
        None => Ok((
            PastRun {
                title: document.run,
                made: document.made,
                ended: document.ended,
                last_writes: LastWrites {
                    accounts: document.accounts_written,
                    roles: document.roles_written,
                },
                changes: pasts,
            },
            former,
        )),
    }
}
