//! A model of what a sync may do, written apart from the product: directories, organizations, configurations and
//! disturbances from a seed, and a judge who looks at what became of the accounts.

mod grace;
mod judge;
pub(crate) mod random;
mod settings;
mod source;
mod story;
mod target;

pub use grace::Grace;
pub use judge::{Judge, Said};
pub use settings::{Fate, Limit, Settings};
pub use source::directory::{Directory, Known, Person};
pub use source::groups::{ALL_ROLES, Roles};
pub use story::Story;
