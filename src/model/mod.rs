//! Plain data that every other module uses: what a target can store, what the sources want, what the target has, and
//! what will be changed. No I/O and no decisions.

mod change;
mod check;
mod diagnosis;
mod fingerprint;
mod id;
mod ids;
mod plan;
mod reference;
mod resource;
mod schema;
mod selection;
mod snapshot;
mod text;
mod value;

pub use self::check::{Check, Expected, Holder, Holding, Mismatch};
pub use self::diagnosis::{Diagnosis, Problem};
pub use self::fingerprint::Fingerprints;
pub use self::resource::desired::{
    Claims, Desired, DesiredState, Leaver, RecordRef, Rejected, Roles, SourceRead, Warning,
};
pub use self::resource::existing::{Existing, Lifecycle};
pub use self::text::comparable::{address_in, alike, cleaned, comparable, has_invisible};
pub use self::text::counted::counted;
pub use self::text::foreign::foreign;
pub use self::text::known::hide_known;
pub use self::text::personal::{BEGIN, END, Personal};
pub use self::text::unseen::is_unseen;
pub use change::{
    ActionKind, AttributeChange, Change, Creation, Edit, Removal, RemovalReason, Required, UNFINISHED, Write,
};
pub use id::{ExternalId, TargetId, TypeId};
pub use ids::Ids;
pub use plan::{Absence, Plan, Skipped, Totals, Withheld};
pub use reference::Reference;
pub use resource::attributes::Attributes;
pub use resource::ownership::Ownership;
pub use schema::{
    AttributeIndex, AttributeSet, AttributeSpec, Cardinality, Catalog, Fetch, Inspection, Losses, Mutability,
    Purpose, Removes, ResourceType, Schema, Screening, Unreadable,
};
pub use selection::Selection;
pub use snapshot::{Detail, LastWrites, Snapshot};
pub use value::{Equality, Likeness, Value};
