//! What a run tells people and programs: the plan before, the report after.

mod json;
mod progress;
mod proof;
mod text;

pub use json::{Changes, Count, Failure, Note, PlanDocument, Report, SourceReport, TargetReport};
pub use progress::Progress;
pub use proof::proof;
pub use text::{Show, error, findings, plan, refusal, summary};
