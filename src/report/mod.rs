//! Output for people and programs: the plan before, the report after.

mod absence;
mod cost;
mod data;
mod describe;
mod explanation;
mod html;
mod json;
mod metrics;
mod origin;
mod run_outcome;
mod text;

pub use self::cost::cost;
pub(crate) use self::describe::details::details as summary_of;
pub(crate) use self::describe::label::{full_name, named};
pub use self::describe::show::Show;
pub use self::explanation::{
    Decision, ExplainedAccount, ExplainedAttribute, ExplainedMember, ExplainedMembers, ExplainedRecord,
    Explanation, Shown,
};
pub use self::html::page;
pub use self::json::config_diff::{ConfigDiff, ConfigDiffDocument, DiffSide};
pub use self::json::configuration::ConfigurationDocument;
pub use self::json::counts::{Changes, Count};
pub use self::json::entries::{Failure, KeptAccount, Note, SourceReport};
pub(crate) use self::json::plan::ROLE_FIELDS;
pub use self::json::plan::{PlanDocument, schema as plan_schema};
pub use self::json::plan_view::PlanView;
pub use self::metrics::{LAST_SUCCESS, RunFigures, metrics};
pub use self::run_outcome::RunOutcome;
pub use self::text::config::diff::config_diff;
pub use self::text::config::show::configuration;
pub use self::text::messages::Messages;
pub use self::text::one_line::{in_json, one_line, write_json};
pub use self::text::plan::plan;
pub use self::text::progress::{Progress, Reading, clear_line};
pub use self::text::proof::proof;
pub use self::text::summary::{findings, header, limits, notes, policy, sources, steps};
pub(crate) use self::text::values::values as changed_values;
pub use self::text::verdict::{Listed, verdict};
pub use self::text::view::{Extent, Look, View};
pub use json::{Report, SCHEMA, TargetReport, schema};
