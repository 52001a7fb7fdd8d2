//! The report as data. Field names are a contract for other programs.

pub(super) mod config_diff;
pub(super) mod configuration;
pub(super) mod counts;
mod credentials;
pub(super) mod entries;
pub(super) mod plan;
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
use self::time::seconds;
use super::html::rows::PlanView;
use crate::config::Effective;
use crate::exit::Exit;
use crate::json_schema;
use crate::model::Personal;
use crate::saved::undo_file::Lost;
use crate::target::RequestStats;

/// The form of the report.
pub const SCHEMA: &str = "directory-sync/report/1";

/// How a run may end.
const OUTCOMES: [&str; 6] = ["in_sync", "applied", "partial", "planned", "refused", "failed"];

/// The JSON Schema of the report.
pub fn schema() -> serde_json::Value {
    json_schema::of::<Report>("Report of a run")
}

/// The report of a run, schema `directory-sync/report/1`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Report {
    /// `directory-sync/report/1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// `in_sync`, `applied`, `partial`, `planned`, `refused` or `failed`.
    #[schemars(extend("enum" = OUTCOMES))]
    pub outcome: &'static str,
    #[serde(skip)]
    exit: Exit,
    /// What people call the target; empty: it is not known yet.
    #[serde(skip)]
    pub title: String,
    /// The changes come from a file; sources and target were not compared.
    #[serde(skip)]
    pub is_from_file: bool,
    /// What is demanded of the sources, and whether it is met, one sentence each.
    #[serde(skip)]
    pub proof: Vec<String>,
    /// The plan, for a page.
    #[serde(skip)]
    pub(in crate::report) view: Option<Box<PlanView>>,
    /// The exit code of the process.
    pub exit_code: u8,
    /// When the run started, in UTC, as `2026-01-31T03:00:00Z`.
    #[serde(serialize_with = "seconds")]
    #[schemars(with = "String", extend("format" = "date-time"))]
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
    /// Settings that others have made stricter than the configuration.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policy: Vec<Effective>,
    /// Which limit of the guard was near, or was lifted by the token.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<String>,
    /// Which earlier run an undo takes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<String>,
    /// What the run changed can be undone with this file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo_file: Option<String>,
    /// What no undo brings back of what this run does; of an undo, what it does not bring back.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "told")]
    #[schemars(with = "Vec<Lost>")]
    pub cannot_be_undone: Vec<Lost>,
    /// The records of the people of a limited run; empty: all people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// One for each source, in the order of the configuration.
    pub sources: Vec<SourceReport>,
    /// The target before the run.
    pub target: TargetReport,
    /// By kind of change, of all resource types together.
    pub changes: Changes,
    /// Each resource type by itself, in order of the catalog; left out for a target that stores people alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<TypeReport>,
    /// With `--verify`: whether a second look, after the last write, found no change left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unverified: Option<String>,
    /// Accounts that already were as they should be.
    pub unchanged: usize,
    /// Accounts that are kept although no source names their people.
    pub kept: usize,
    /// How many are kept for which reason.
    pub kept_reasons: BTreeMap<Cow<'static, str>, usize>,
    /// Each of them, in order of the account's id.
    pub kept_accounts: Vec<KeptAccount>,
    /// Actions that a setting withholds, in order of the plan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<WithheldAction>,
    /// People who get no account, because they are to hold none of the roles.
    pub without_role: usize,
    /// New accounts of the plan that were there already, while the target's list was behind.
    #[serde(skip)]
    pub(in crate::report) unlisted: usize,
    /// Keys and certificates that the run used, as far as their end is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<CredentialReport>,
    /// Requests to the target.
    pub requests: Requests,
    /// Changes that failed.
    pub failures: Vec<Failure>,
    /// Records for which nothing could be written.
    pub rejected: Vec<Note>,
    /// Warnings that do not keep a person from the account.
    pub warnings: Vec<Note>,
}

/// What is lost, with marks around what tells whose it is; an undo file needs it without.
fn told<S: Serializer>(lost: &[Lost], serializer: S) -> Result<S::Ok, S::Error> {
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
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct TargetReport {
    /// Which kind of target.
    pub kind: &'static str,
    /// Accounts that the target listed.
    pub accounts: usize,
    /// Those of them that this tool looks after.
    pub managed: usize,
}

/// Requests to the target.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Requests {
    /// All of them, repeats included.
    pub total: u64,
    /// Those sent once more after a failure.
    pub retried: u64,
    /// Those that failed, whether they were sent once more or not.
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
            outcome: "failed",
            exit: Exit::Unreadable,
            title: String::new(),
            is_from_file: false,
            proof: Vec::new(),
            view: None,
            exit_code: Exit::Unreadable.code(),
            started: Timestamp::now(),
            seconds: 0.0,
            error: None,
            hint: None,
            approve: None,
            policy: Vec::new(),
            limits: Vec::new(),
            undoes: None,
            undo_file: None,
            cannot_be_undone: Vec::new(),
            only: Vec::new(),
            sources: Vec::new(),
            target: TargetReport {
                kind: target,
                accounts: 0,
                managed: 0,
            },
            changes: Changes::default(),
            types: Vec::new(),
            verified: None,
            unverified: None,
            unchanged: 0,
            without_role: 0,
            kept: 0,
            kept_reasons: BTreeMap::new(),
            kept_accounts: Vec::new(),
            withheld: Vec::new(),
            unlisted: 0,
            credentials: Vec::new(),
            requests: Requests::default(),
            failures: Vec::new(),
            rejected: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Takes in the requests sent.
    pub fn add_requests(&mut self, stats: RequestStats) {
        self.requests = Requests {
            total: stats.total,
            retried: stats.retried,
            failed: stats.failed,
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
