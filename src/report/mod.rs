//! What a run tells people and programs: the plan before, the report after.

mod absence;
mod cost;
mod json;
mod origin;
mod text;

pub use self::cost::cost;
pub use self::json::counts::{Changes, Count};
pub use self::json::entries::{Failure, KeptAccount, Note, SourceReport};
pub use self::json::plan::PlanDocument;
pub use self::text::messages::Messages;
pub use self::text::one_line::{in_json, one_line, write_json};
pub use self::text::progress::Progress;
pub use self::text::proof::proof;
pub use self::text::summary::{findings, header, limits, notes, policy, sources, steps, verdict};
pub use json::{Report, TargetReport};
pub use text::{Show, plan};
