//! Plain data that every other room speaks: what a target can store, who the sources want, who the target has,
//! and what is to be changed. Nothing here does anything.

mod account;
mod attributes;
mod change;
mod comparable;
mod expectation;
mod finding;
mod id;
mod identity;
mod ownership;
mod plan;
mod reference;
mod schema;
mod snapshot;
mod unseen;

pub use account::{Account, Lifecycle};
pub use attributes::{Attributes, Value};
pub use change::{
    ActionKind, AttributeChange, Change, Creation, Edit, Removal, RemovalReason, Required, Write,
};
pub use comparable::{address_in, alike, cleaned, comparable, has_invisible};
pub use expectation::{Expectation, Expected, Holding, Unmet};
pub use finding::{Finding, Problem};
pub use id::{ExternalId, TargetId};
pub use identity::{Claims, Desired, Identity, Leaver, RecordRef, Rejected, Roles, SourceRead, Warning};
pub use ownership::Ownership;
pub use plan::{Absence, Kept, Plan, Totals};
pub use reference::{Ids, Reference};
pub use schema::{
    AttributeIndex, AttributeSet, AttributeSpec, Cardinality, Catalog, Equality, Fetch, Inspection,
    Mutability, Purpose, Removes, ResourceType, Schema, TypeId,
};
pub use snapshot::{Detail, Keepsake, LastWrites};
pub use unseen::is_unseen;
