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
mod restore;
mod schema;
mod unseen;

pub use account::{Account, Lifecycle};
pub use attributes::{Attributes, Value};
pub use change::{Absence, Action, AttributeChange, Change, Edit, Kept, Note, Plan, Removal, RemovalReason};
pub use comparable::{address_in, alike, cleaned, comparable, has_invisible};
pub use expectation::{AbsenceNote, Expectation, Expected, Holding, Unmet};
pub use finding::{Finding, Problem};
pub use id::{ExternalId, TargetId};
pub use identity::{
    Claims, Desired, Entitlements, Identity, Leaver, RecordRef, Rejected, SourceRead, Warning,
};
pub use restore::{Detail, Keepsake, LastWrites, Restore};
pub use schema::{
    AttributeIndex, AttributeSet, AttributeSpec, Cardinality, Equality, Inspection, Mutability, Schema,
    Uniqueness,
};
pub use unseen::is_unseen;
