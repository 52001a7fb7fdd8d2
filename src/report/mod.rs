//! What a run tells people and programs: the plan before, the report after.

mod absence;
mod counts;
mod effort;
mod entries;
mod json;
mod messages;
mod one_line;
mod origin;
mod plan_view;
mod progress;
mod proof;
mod summary;
mod text;

pub use counts::{Changes, Count};
pub use effort::effort;
pub use entries::{Failure, KeptAccount, Note, SourceReport};
pub use json::{Report, TargetReport};
pub use messages::Messages;
pub use one_line::{in_json, one_line, write_json};
pub use plan_view::PlanDocument;
pub use progress::Progress;
pub use proof::proof;
pub use summary::{findings, header, limits, notes, sources, verdict};
pub use text::{Show, plan};
