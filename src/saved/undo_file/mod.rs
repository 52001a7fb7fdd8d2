//! The changes of a run and the former state, in a file from which `undo` makes a plan. It contains personal values,
//! so only its owner may read it.

mod document;
mod past;
mod paths;

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::document::PastDocument;
pub use self::past::{PastRun, UndoFileError, read, recorded};
pub use self::paths::{check_writable, moves, names};
use super::plan_file::{BoundTarget, private};
use crate::json_schema;
use crate::model::{ActionKind, Catalog, Change, ExternalId, LastWrites, Plan, Snapshot, TargetId};
use crate::plan::{self, NotGiven, Past};
use crate::target::{Facts, TargetName};

/// The only format that this version writes and reads.
const SCHEMA: &str = "directory-sync/undo/2";

/// The JSON Schema of an undo file.
pub fn schema() -> serde_json::Value {
    json_schema::of::<Document>("Undo file")
}

/// What an undo file is valid for. The configuration may have changed, because a mistake in it may be the reason for
/// the undo.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    target: BoundTarget,
    /// Settings of the run that the target needs.
    facts: Facts,
}

#[derive(JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[schemars(extend("const" = SCHEMA))]
    schema: String,
    #[schemars(extend("format" = "date-time"))]
    made: String,
    /// When the run ended. Without it, it is not known what the run did.
    ended: Option<String>,
    /// Time of the run's last write that the account list shows, by the target's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accounts_written: Option<Box<str>>,
    /// The same for roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    roles_written: Option<Box<str>>,
    /// Name of the run.
    run: String,
    binding: Binding,
    cannot_be_undone: Vec<Lost>,
    changes: Vec<PastDocument>,
}

/// A change that no undo can revert.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lost {
    /// The account.
    pub account: String,
    /// The external id, in hex.
    pub id: Option<String>,
    /// What is lost.
    pub what: String,
}

/// The run that the file belongs to.
#[derive(Debug)]
pub struct Run<'a> {
    /// Its name.
    pub title: &'a str,
    /// Its binding.
    pub binding: Binding,
}

/// The undo file of a run in progress.
#[derive(Debug)]
pub struct UndoFile {
    path: PathBuf,
    document: Document,
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Personal values must not appear in a log.
        f.debug_struct("Document")
            .field("made", &self.made)
            .finish_non_exhaustive()
    }
}

impl Binding {
    /// The binding of a run against this target.
    pub fn new(target: &TargetName, facts: Facts) -> Self {
        Self {
            target: BoundTarget::of(target),
            facts,
        }
    }
}

/// What no undo can revert, for each change.
pub fn lost<'a>(catalog: &Catalog, changes: impl IntoIterator<Item = &'a Change>) -> Vec<Lost> {
    let lost = changes.into_iter().filter_map(|change| {
        Some(Lost {
            what: plan::lost_for_good(catalog, change)?.to_owned(),
            account: change.target_id()?.to_string(),
            id: change.id().map(ExternalId::hex),
        })
    });
    lost.collect()
}

/// What an undo does not restore, for each change of its plan.
pub fn not_restored<'a>(catalog: &Catalog, changes: impl IntoIterator<Item = &'a Change>) -> Vec<Lost> {
    let lost = changes.into_iter().filter_map(|change| {
        let account = match change.creation() {
            Some(creation) => creation.desired.origin.at.to_string(),
            None => change.target_id()?.to_string(),
        };
        Some(Lost {
            what: plan::not_restored(catalog, change)?.to_owned(),
            account,
            id: change.id().map(ExternalId::hex),
        })
    });
    lost.collect()
}

/// Sessions that the run ended, of accounts that an undo reactivates.
pub fn ended_sessions(catalog: &Catalog, pasts: &[Past], plan: &Plan) -> Vec<Lost> {
    let ended = pasts
        .iter()
        .filter(|past| plan::ends_sessions(catalog, &past.change));
    let ended: HashSet<_> = ended.filter_map(|past| past.change.target_id()).collect();
    let reactivated = plan
        .changes
        .iter()
        .filter(|change| change.kind == ActionKind::Reactivate);
    let lost = reactivated.filter_map(|change| {
        let account = change.target_id().filter(|account| ended.contains(account))?;
        Some(Lost {
            account: account.to_string(),
            id: change.id().map(ExternalId::hex),
            what: "the sessions, which the run ended: its person has to sign in again".to_owned(),
        })
    });
    lost.collect()
}

/// Roles that an undo does not restore. `key` is the configuration key of the roles that it would restore.
pub fn not_given(roles: Vec<NotGiven>, key: &str) -> Vec<Lost> {
    let lost = roles.into_iter().map(|lost| Lost {
        what: format!(
            "the role `{}`, which the configuration does not name: if it is right, name it in `{key}`, and undo \
             again",
            lost.role
        ),
        account: lost.account,
        id: lost.id.as_ref().map(ExternalId::hex),
    });
    lost.collect()
}

impl UndoFile {
    /// Writes the former state before the first change, to the path or, if that is a folder, to a file in it. A file
    /// of an earlier run gets a number.
    ///
    /// # Errors
    /// The file could not be written. Then nothing may be changed.
    pub fn begin(
        path: &Path,
        run: Run<'_>,
        changes: &[Change],
        snapshots: Vec<Snapshot>,
        catalog: &Catalog,
    ) -> io::Result<Self> {
        let now = Timestamp::now();
        let pasts = changes.iter().zip(snapshots);
        let document = Document {
            schema: SCHEMA.to_owned(),
            made: now.to_string(),
            ended: None,
            accounts_written: None,
            roles_written: None,
            run: run.title.to_owned(),
            binding: run.binding,
            cannot_be_undone: lost(catalog, changes),
            changes: pasts
                .map(|(change, snapshot)| PastDocument::new(change, snapshot, catalog))
                .collect(),
        };
        let path = paths::choose(path, now)?;
        let prepared = private::prepare(&path, &document)?;
        paths::make_room(&path).inspect_err(|_| private::discard(&prepared))?;
        private::put(&prepared, &path)?;
        Ok(Self { path, document })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds the results at the end of the run: the created accounts and the changes that were not applied, both by
    /// index of the changes, and the time of the last write. Without them, an undo has to determine them itself.
    ///
    /// # Errors
    /// The file could not be written, and is unchanged.
    pub fn end(mut self, made: &[(usize, TargetId)], not_done: &[usize], last: LastWrites) -> io::Result<()> {
        for (index, account) in made {
            self.document.changes[*index].made(account);
        }
        let changes = self.document.changes.into_iter().enumerate();
        self.document.changes = changes
            .filter(|(index, _)| !not_done.contains(index))
            .map(|(_, change)| change)
            .collect();
        self.document.ended = Some(Timestamp::now().to_string());
        (self.document.accounts_written, self.document.roles_written) = (last.accounts, last.roles);
        private::write(&self.path, &self.document)
    }
}

#[cfg(test)]
mod tests;
