//! What a run tells people and programs: the plan before, the report after.

mod json;
mod progress;
mod text;

pub use json::{Changes, Count, Failure, Note, PlanDocument, Report, SourceReport, TargetReport};
pub use progress::Progress;
pub use text::{Show, error, findings, plan, refusal, summary};
