//! The report as data. Field names are a contract for other programs.

pub(super) mod config_diff;
pub(super) mod configuration;
pub(super) mod counts;
mod credentials;
pub(super) mod entries;
pub(super) mod plan;
pub(super) mod plan_view;
mod results;
mod time;

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use self::counts::{Changes, TypeReport};
use self::credentials::CredentialReport;
use self::entries::{Failure, KeptAccount, Note, SourceReport, WithheldAction};
use self::plan_view::PlanView;
use self::time::seconds;
use super::run_outcome::RunOutcome;
use crate::config::Effective;
use crate::exit::Exit;
use crate::json_schema;
use crate::model::{Personal, TargetId};
use crate::saved::undo_file::Lost;
use crate::target::RequestStats;

/// The format of the report.
pub const SCHEMA: &str = "directory-sync/report/1";

/// The JSON Schema of the report.
pub fn schema() -> serde_json::Value {
    json_schema::of::<Report>("Report of a run")
}

/// The report of a run, schema `directory-sync/report/1`.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Report {
    /// `directory-sync/report/1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// `in_sync`, `applied`, `partial`, `planned`, `refused` or `failed`.
    #[schemars(with = "String", extend("enum" = RunOutcome::ALL.map(RunOutcome::name)))]
    pub outcome: RunOutcome,
    #[serde(skip)]
    exit: Exit,
    /// Title of the target; empty if it is not known yet.
    #[serde(skip)]
    pub title: String,
    /// The changes come from a file; sources and target were not compared.
    #[serde(skip)]
    pub is_from_file: bool,
    /// What the sources must contain, and whether they do, one sentence each.
    #[serde(skip)]
    pub proof: Vec<String>,
    /// The accounts that the plan adopts.
    #[serde(skip)]
    pub(crate) adopted: Vec<TargetId>,
    /// The plan, for a page.
    #[serde(skip)]
    pub(in crate::report) view: Option<Box<PlanView>>,
    /// The exit code of the process.
    pub exit_code: u8,
    /// The start of the run, in UTC, as `2026-01-31T03:00:00Z`.
    #[serde(serialize_with = "seconds")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub started: Timestamp,
    /// Duration of the run.
    pub seconds: f64,
    /// Why the run failed or was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The token that approves a refused run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approve: Option<String>,
    /// Settings that others have made stricter than the configuration.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policy: Vec<Effective>,
    /// Limits of the guard that were nearly reached, or lifted by the token.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<String>,
    /// The earlier run that an undo reverts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<String>,
    /// The undo file of this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo_file: Option<String>,
    /// What no undo can revert of this run; for an undo, what it does not restore.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "serialize_marked")]
    #[schemars(with = "Vec<Lost>")]
    pub cannot_be_undone: Vec<Lost>,
    /// The records of the people of a limited run; empty means all people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// One per source, in the order of the configuration.
    pub sources: Vec<SourceReport>,
    /// The target before the run.
    pub target: TargetReport,
    /// By kind of change, of all resource types together.
    pub changes: Changes,
    /// Per resource type, in the order of the catalog; omitted for a target that only stores people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<TypeReport>,
    /// With `--verify`: whether reading again after the last write found no change left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unverified: Option<String>,
    /// Accounts that already were in the desired state.
    pub unchanged: usize,
    /// Accounts that are not removed although no source contains their people.
    pub kept: usize,
    /// Number of these accounts per reason.
    pub kept_reasons: BTreeMap<Cow<'static, str>, usize>,
    /// These accounts, in order of the account's id.
    pub kept_accounts: Vec<KeptAccount>,
    /// Actions that a setting withholds, in the order of the plan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<WithheldAction>,
    /// People who get no account because they are to have no role.
    pub without_role: usize,
    /// New accounts of the plan that already existed, while the target's list was stale.
    #[serde(skip)]
    pub(in crate::report) already_there: usize,
    /// Keys and certificates that the run used, if their expiry is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<CredentialReport>,
    /// Requests to the target.
    pub requests: Requests,
    /// Changes that failed.
    pub failures: Vec<Failure>,
    /// Records for which nothing could be written.
    pub rejected: Vec<Note>,
    /// Warnings that do not prevent a person's account.
    pub warnings: Vec<Note>,
}

/// Losses with marked personal values. An undo file needs them without marks.
fn serialize_marked<S: Serializer>(lost: &[Lost], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(lost.iter().map(|lost| Lost {
        account: if lost.account.contains('=') {
            Personal(&lost.account).to_string()
        } else {
            lost.account.clone()
        },
        id: lost.id.as_ref().map(|id| Personal(id).to_string()),
        what: lost.what.clone(),
    }))
}

/// The target before the run.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct TargetReport {
    /// The kind of target.
    pub kind: &'static str,
    /// Number of accounts at the target.
    pub accounts: usize,
    /// Number of managed accounts.
    pub managed: usize,
}

/// Requests to the target.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Requests {
    /// All requests, including repeated ones.
    pub total: u64,
    /// Requests that repeat a failed one.
    pub retried: u64,
    /// Failed requests, repeated or not.
    #[serde(skip)]
    pub failed: u64,
    /// By operation.
    pub by_operation: BTreeMap<&'static str, u64>,
}

impl Report {
    /// A report of a run that has not done anything yet, against a target of this kind.
    pub fn new(target: &'static str) -> Self {
        Self {
            schema: SCHEMA,
            exit_code: Exit::default().code(),
            started: Timestamp::now(),
            target: TargetReport {
                kind: target,
                ..TargetReport::default()
            },
            ..Self::default()
        }
    }

    /// Adds the sent requests.
    pub fn add_requests(&mut self, stats: RequestStats) {
        self.requests = Requests {
            total: stats.total,
            retried: stats.retried,
            failed: stats.failed,
            by_operation: stats.by_operation,
        };
    }

    /// Records why the run ended, and what to do about it.
    pub fn fail(&mut self, error: String, hint: Option<String>, exit: Exit) {
        self.error = Some(error);
        self.hint = hint;
        self.end(RunOutcome::Failed, exit);
    }

    /// Records how the run ended.
    pub fn end(&mut self, outcome: RunOutcome, exit: Exit) {
        self.outcome = outcome;
        self.exit = exit;
        self.exit_code = exit.code();
    }

    /// The exit code of the process, unless the report itself cannot be written.
    pub fn exit(&self) -> Exit {
        self.exit
    }
}
