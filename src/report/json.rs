//! The report as data. Field names are a contract for other programs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::plan_view::Missing;
use crate::apply::{NotApplied, Outcome};
use crate::config::SourceSettings;
use crate::exit::Exit;
use crate::model::{self, Action, Change, Plan, RecordRef, Rejected, Removal, SourceRead, Warning};
use crate::target::{RequestStats, TargetError};
use crate::undo_file::Lost;

/// The report of a run, schema `directory-sync/report/1`.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// `directory-sync/report/1`.
    pub schema: &'static str,
    /// `in_sync`, `applied`, `partial`, `planned`, `refused` or `failed`.
    pub outcome: &'static str,
    #[serde(skip)]
    exit: Exit,
    /// The exit code of the process.
    pub exit_code: u8,
    /// When the run started, in UTC, as `2026-01-31T03:00:00Z`.
    #[serde(serialize_with = "seconds")]
    pub started: Timestamp,
    /// How long the run took.
    pub seconds: f64,
    /// What ended the run, when it failed or was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The token that lets a refused run through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approve: Option<String>,
    /// Which earlier run an undo takes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<String>,
    /// What the run changed can be undone with this file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo_file: Option<String>,
    /// What no undo brings back of what this run does; of an undo, what it does not bring back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cannot_be_undone: Vec<Lost>,
    /// One for each source, in the order of the configuration.
    pub sources: Vec<SourceReport>,
    /// The target before the run.
    pub target: TargetReport,
    /// By kind of change.
    pub changes: Changes,
    /// With `--verify`: whether a second look, after the last write, found no change left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unverified: Option<String>,
    /// Accounts that already were as they should be.
    pub unchanged: usize,
    /// Accounts that are kept although nobody wants them.
    pub kept: usize,
    /// How many are kept for which reason.
    pub kept_reasons: BTreeMap<&'static str, usize>,
    /// Each of them, in order of the account's id.
    pub kept_accounts: Vec<KeptAccount>,
    /// People who get no account, because they are to hold none of the roles.
    pub without_role: usize,
    /// New accounts of the plan that were there already, while the target's list was behind.
    #[serde(skip)]
    unlisted: usize,
    /// Requests to the target.
    pub requests: Requests,
    /// Changes that failed.
    pub failures: Vec<Failure>,
    /// Records for which nothing could be written.
    pub rejected: Vec<Note>,
    /// Things worth knowing that keep nobody from their account.
    pub warnings: Vec<Note>,
}

/// One source.
#[derive(Clone, Debug, Serialize)]
pub struct SourceReport {
    /// Its name in the configuration.
    pub name: String,
    /// `ldap`, `csv` or `ukt`.
    pub kind: &'static str,
    /// Which of its servers all of it was read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Records read, rejected ones included.
    pub read: usize,
    /// How many of them were rejected.
    pub rejected: usize,
    /// Every record was read and tied to a person.
    pub complete: bool,
    /// How long it took.
    pub seconds: f64,
}

/// The target before the run.
#[derive(Clone, Debug, Serialize)]
pub struct TargetReport {
    /// `zitadel`.
    pub kind: &'static str,
    /// Accounts of the organization.
    pub accounts: usize,
    /// Those of them that this tool looks after.
    pub managed: usize,
}

/// Changes by kind.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "named for the actions")]
pub struct Changes {
    pub create: Count,
    pub adopt: Count,
    pub update: Count,
    pub disable: Count,
    pub enable: Count,
    pub delete: Count,
    pub note: Count,
}

/// How many changes of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// In the plan.
    pub planned: usize,
    /// Acknowledged by the target.
    pub applied: usize,
    /// Refused by the target, or not started.
    pub failed: usize,
}

/// An account that could have been changed or removed and is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeptAccount {
    /// The target's id.
    pub account: String,
    /// The external id, in hex.
    pub id: Option<String>,
    /// Why it is kept.
    pub reason: &'static str,
    /// How long its person has been missing, while that is not long enough.
    #[serde(flatten)]
    missing: Option<Missing>,
}

/// Requests to the target.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Requests {
    /// All of them, repeats included.
    pub total: u64,
    /// Those sent once more after a failure.
    pub retried: u64,
    /// By operation.
    pub by_operation: BTreeMap<&'static str, u64>,
}

/// A change that failed.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// The external id, in hex.
    pub id: Option<String>,
    /// The kind of change.
    pub action: &'static str,
    /// What happened.
    pub error: String,
    /// The target's own id of the error.
    pub target_error_id: Option<String>,
    /// What to do next.
    pub hint: Option<String>,
}

/// Something about one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The source's name.
    pub source: String,
    /// `FILE:LINE` (the header is line 1), or the DN.
    pub at: String,
    /// The external id, in hex, if it is known.
    pub id: Option<String>,
    /// What is wrong or worth knowing.
    pub reason: String,
}

fn seconds<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&time.strftime("%Y-%m-%dT%H:%M:%SZ"))
}

impl Report {
    /// A report of a run that has not done anything yet.
    pub fn new() -> Self {
        Self {
            schema: "directory-sync/report/1",
            outcome: "failed",
            exit: Exit::Unreadable,
            exit_code: Exit::Unreadable.code(),
            started: Timestamp::now(),
            seconds: 0.0,
            error: None,
            hint: None,
            approve: None,
            undoes: None,
            undo_file: None,
            cannot_be_undone: Vec::new(),
            sources: Vec::new(),
            target: TargetReport {
                kind: "zitadel",
                accounts: 0,
                managed: 0,
            },
            changes: Changes::default(),
            verified: None,
            unverified: None,
            unchanged: 0,
            without_role: 0,
            kept: 0,
            kept_reasons: BTreeMap::new(),
            kept_accounts: Vec::new(),
            unlisted: 0,
            requests: Requests::default(),
            failures: Vec::new(),
            rejected: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Names the sources of a run before any of them is read.
    pub fn expect_sources(&mut self, sources: &[SourceSettings]) {
        let unread = |source: &SourceSettings| SourceReport {
            name: source.name.to_string(),
            kind: source.kind.name(),
            server: None,
            read: 0,
            rejected: 0,
            complete: false,
            seconds: 0.0,
        };
        self.sources = sources.iter().map(unread).collect();
    }

    /// Takes in how the sources were read.
    pub fn add_sources(&mut self, sources: &[SourceRead]) {
        let read = |source: &SourceRead| SourceReport {
            name: source.name.to_string(),
            kind: source.kind,
            server: source.server.clone(),
            read: source.read,
            rejected: source.rejected,
            complete: source.complete,
            seconds: source.seconds,
        };
        self.sources = sources.iter().map(read).collect();
    }

    /// Takes in what is planned.
    pub fn add_plan(&mut self, plan: &Plan) {
        self.target = TargetReport {
            accounts: plan.accounts,
            managed: plan.managed,
            ..self.target
        };
        self.unchanged = plan.unchanged;
        self.without_role = plan.without_role;
        self.kept = plan.kept.len();
        for kept in &plan.kept {
            *self.kept_reasons.entry(kept.reason).or_default() += 1;
            self.kept_accounts.push(KeptAccount {
                account: kept.target_id.to_string(),
                id: kept.id.as_ref().map(ToString::to_string),
                reason: kept.reason,
                missing: kept.absence.map(Missing::from),
            });
        }
        for change in &plan.changes {
            self.changes.count_mut(&change.action).planned += 1;
        }
        self.add_rejected(&plan.unresolved);
        self.add_warnings(&plan.warnings);
    }

    /// Takes in records for which nothing can be written.
    pub fn add_rejected(&mut self, rejected: &[Rejected]) {
        self.rejected.extend(rejected.iter().map(|rejected| Note {
            source: rejected.at.source.to_string(),
            at: rejected.at.at.to_string(),
            id: rejected.id.as_ref().map(ToString::to_string),
            reason: rejected.reason.clone(),
        }));
    }

    /// Takes in things worth knowing.
    pub fn add_warnings(&mut self, warnings: &[Warning]) {
        self.warnings.extend(warnings.iter().map(|warning| Note {
            source: warning.at.source.to_string(),
            at: warning.at.at.to_string(),
            id: warning.id.as_ref().map(ToString::to_string),
            reason: warning.reason.clone(),
        }));
    }

    /// Takes in what became of one change.
    pub fn add_outcome(&mut self, change: &Change, outcome: &Outcome) {
        let count = self.changes.count_mut(&change.action);
        match &outcome.result {
            Ok(applied) => {
                count.applied += 1;
                self.unlisted += usize::from(applied.was_unlisted);
                let at = origin(change);
                for reason in &applied.warnings {
                    let warning = Warning {
                        at: at.clone(),
                        id: change.id().cloned(),
                        reason: reason.clone(),
                    };
                    self.add_warnings(&[warning]);
                }
            }
            Err(not_applied) => {
                count.failed += 1;
                self.failures.push(failure(change, not_applied));
            }
        }
    }

    /// Takes in what a second look found; `None` is that everything holds.
    pub fn verify(&mut self, doubt: Option<String>) {
        self.verified = Some(doubt.is_none());
        self.unverified = doubt;
    }

    /// Says once that the target's list was behind, however many accounts it did not show.
    pub fn add_lag(&mut self) {
        let accounts = match self.unlisted {
            0 => return,
            1 => "1 account".to_owned(),
            many => format!("{many} accounts"),
        };
        self.add_warnings(&[Warning {
            at: RecordRef {
                source: "zitadel".into(),
                at: "the account list".into(),
            },
            id: None,
            reason: format!("was {accounts} behind; they were there already and were not made again"),
        }]);
    }

    /// Takes in the requests sent.
    pub fn add_requests(&mut self, stats: RequestStats) {
        self.requests = Requests {
            total: stats.total,
            retried: stats.retried,
            by_operation: stats.by_operation,
        };
    }

    /// Says what ended the run, and what to do about it.
    pub fn fail(&mut self, error: String, hint: Option<String>, exit: Exit) {
        self.error = Some(error);
        self.hint = hint;
        self.end("failed", exit);
    }

    /// Says how the run ended.
    pub fn end(&mut self, outcome: &'static str, exit: Exit) {
        self.outcome = outcome;
        self.exit = exit;
        self.exit_code = exit.code();
    }

    /// The exit code of the process, unless the report itself cannot be told.
    pub fn exit(&self) -> Exit {
        self.exit
    }
}

impl Default for Report {
    fn default() -> Self {
        Self::new()
    }
}

impl Changes {
    fn count_mut(&mut self, action: &Action) -> &mut Count {
        match action {
            Action::Create { .. } => &mut self.create,
            Action::Adopt(_) => &mut self.adopt,
            Action::Update(_) => &mut self.update,
            Action::Disable(_) => &mut self.disable,
            Action::Enable(_) => &mut self.enable,
            Action::Delete(_) => &mut self.delete,
            Action::Note(_) => &mut self.note,
        }
    }

    /// The kinds in the order in which they are told, with their names.
    pub fn by_kind(&self) -> [(&'static str, Count); 7] {
        [
            ("create", self.create),
            ("adopt", self.adopt),
            ("update", self.update),
            ("enable", self.enable),
            ("disable", self.disable),
            ("delete", self.delete),
            ("note", self.note),
        ]
    }
}

fn failure(change: &Change, not_applied: &NotApplied) -> Failure {
    let (error, target_error): (String, Option<&TargetError>) = match not_applied {
        NotApplied::Failed(error) => (error.to_string(), Some(error)),
        NotApplied::NotStarted(reason) => (format!("not started: {reason}"), None),
        NotApplied::NotTakenBack(reason) => (format!("not taken back: {reason}"), None),
    };
    Failure {
        id: change.id().map(ToString::to_string),
        action: change.action.name(),
        error,
        target_error_id: target_error.and_then(|error| error.error_id.clone()),
        hint: target_error.and_then(|error| error.hint.clone()),
    }
}

/// The record a change comes from, or the account it concerns.
pub(super) fn origin(change: &Change) -> RecordRef {
    match &change.action {
        Action::Create { identity, .. } => identity.origin.clone(),
        Action::Adopt(edit) | Action::Update(edit) | Action::Enable(edit) => edit.identity.origin.clone(),
        Action::Disable(Removal { account, .. })
        | Action::Delete(Removal { account, .. })
        | Action::Note(model::Note { account, .. }) => RecordRef {
            source: "zitadel".into(),
            at: account.target_id.as_str().into(),
        },
    }
}
