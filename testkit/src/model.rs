//! A model of what a sync may do, written apart from the product: directories, organizations, configurations and
//! disturbances from a seed, and a judge who looks at what became of the accounts.

mod alike;
mod claims;
mod directory;
mod entries;
mod faults;
mod grace;
mod groups;
mod judge;
mod limits;
mod organization;
mod people;
mod provenance;
pub(crate) mod random;
mod roles;
mod rules;
mod settings;
mod spellings;
mod story;
mod tricks;
mod wanted;

pub use directory::{Directory, Known, Person};
pub use grace::Grace;
pub use groups::{ALL_ROLES, Roles};
pub use judge::{Judge, Said};
pub use settings::{Fate, Limit, Settings};
pub use story::Story;
