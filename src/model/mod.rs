//! Plain data that every other module uses: what a target can store, who the sources want, who the target has,
//! and what is to be changed. Nothing here does anything.

mod attributes;
mod change;
mod check;
mod desired;
mod diagnosis;
mod existing;
mod id;
mod ids;
mod ownership;
mod plan;
mod reference;
mod schema;
mod selection;
mod snapshot;
mod text;
mod value;

pub use self::check::{Check, Expected, Holder, Holding, Mismatch};
pub use self::desired::{
    Claims, Desired, DesiredState, Leaver, RecordRef, Rejected, Roles, SourceRead, Warning,
};
pub use self::diagnosis::{Diagnosis, Problem};
pub use self::existing::{Existing, Lifecycle};
pub use self::text::comparable::{address_in, alike, cleaned, comparable, has_invisible};
pub use self::text::personal::{BEGIN, END, Personal};
pub use self::text::unseen::is_unseen;
pub use attributes::Attributes;
pub use change::{
    ActionKind, AttributeChange, Change, Creation, Edit, Removal, RemovalReason, Required, UNFINISHED, Write,
};
pub use id::{ExternalId, TargetId, TypeId};
pub use ids::Ids;
pub use ownership::Ownership;
pub use plan::{Absence, Plan, Skipped, Totals, Withheld};
pub use reference::Reference;
pub use schema::{
    AttributeIndex, AttributeSet, AttributeSpec, Cardinality, Catalog, Fetch, Inspection, Losses, Mutability,
    Purpose, Removes, ResourceType, Schema,
};
pub use selection::Selection;
pub use snapshot::{Detail, LastWrites, Snapshot};
pub use value::{Equality, Likeness, Value};
