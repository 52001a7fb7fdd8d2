//! What a run changed and how everything was before, in a file from which `undo` makes a plan. It holds personal values,
//! so nobody else may read it.

mod document;
mod past;
mod place;

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::document::PastDocument;
pub use self::past::{PastRun, UndoFileError, read};
pub use self::place::{check, moves, names};
use super::plan_file::{BoundTarget, private};
use crate::json_schema;
use crate::model::{ActionKind, Catalog, Change, ExternalId, LastWrites, Plan, Snapshot, TargetId};
use crate::plan::{self, NotGiven, Past};
use crate::target::{Facts, TargetName};

/// The only form that this version writes and reads.
const SCHEMA: &str = "directory-sync/undo/2";

/// The JSON Schema of an undo file.
pub fn schema() -> serde_json::Value {
    json_schema::of::<Document>("Undo file")
}

/// What an undo file is good for. The configuration may be another one: it was wrong, or nothing had to be undone.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    target: BoundTarget,
    /// What the target has to know of the settings of the run.
    facts: Facts,
}

#[derive(JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[schemars(extend("const" = SCHEMA))]
    schema: String,
    #[schemars(extend("format" = "date-time"))]
    made: String,
    /// When the run came to its end; until then it is not known what it did.
    ended: Option<String>,
    /// By the target's clock, when the run last wrote something that the account list shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accounts_written: Option<Box<str>>,
    /// The same of roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    roles_written: Option<Box<str>>,
    /// What the run was called.
    run: String,
    binding: Binding,
    cannot_be_undone: Vec<Lost>,
    changes: Vec<PastDocument>,
}

/// Something that no undo brings back.
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

/// The run whose file it is.
#[derive(Debug)]
pub struct Run<'a> {
    /// What it is called.
    pub title: &'a str,
    /// What it is about.
    pub binding: Binding,
}

/// The undo file of a run that is under way.
#[derive(Debug)]
pub struct UndoFile {
    path: PathBuf,
    document: Document,
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Personal values stay out of every log.
        f.debug_struct("Document")
            .field("made", &self.made)
            .finish_non_exhaustive()
    }
}

impl Binding {
    /// What a run against this target is about.
    pub fn new(target: &TargetName, facts: Facts) -> Self {
        Self {
            target: BoundTarget::of(target),
            facts,
        }
    }
}

/// What no undo brings back of each change.
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

/// What an undo does not bring back, for each change of its plan.
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

/// The sessions that the run ended, of accounts that an undo brings back into use.
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

/// The roles that an undo does not give back; `key` is that of the roles which it would.
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
    /// Writes how everything is before the first change, at the path or, if that is a folder, into it. A file of an
    /// earlier run is not lost: it gets a number.
    ///
    /// # Errors
    /// The file could not be written; then nothing may be changed.
    pub fn begin(
        path: &Path,
        run: Run<'_>,
        changes: &[Change],
        keepsakes: Vec<Snapshot>,
        catalog: &Catalog,
    ) -> io::Result<Self> {
        let now = Timestamp::now();
        let pasts = changes.iter().zip(keepsakes);
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
                .map(|(change, keepsake)| PastDocument::new(change, keepsake, catalog))
                .collect(),
        };
        let path = place::choose(path, now)?;
        let prepared = private::prepare(&path, &document)?;
        place::make_room(&path).inspect_err(|_| private::discard(&prepared))?;
        private::put(&prepared, &path)?;
        Ok(Self { path, document })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Says what is known at the end of the run: the accounts that were made, and of which changes nothing was done, both
    /// by their places in the changes; and when the last thing was written. Without this an undo has to find out by itself.
    ///
    /// # Errors
    /// The file could not be written, and is as it was.
    pub fn end(mut self, made: &[(usize, TargetId)], not_done: &[usize], last: LastWrites) -> io::Result<()> {
        for (place, account) in made {
            self.document.changes[*place].made(account);
        }
        let changes = self.document.changes.into_iter().enumerate();
        self.document.changes = changes
            .filter(|(place, _)| !not_done.contains(place))
            .map(|(_, change)| change)
            .collect();
        self.document.ended = Some(Timestamp::now().to_string());
        (self.document.accounts_written, self.document.roles_written) = (last.accounts, last.roles);
        private::write(&self.path, &self.document)
    }
}

#[cfg(test)]
mod tests;
