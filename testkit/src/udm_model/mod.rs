//! A model of people and groups in a directory and at a UDM, written apart from the product: what a directory says from a
//! seed, what people do by hand, what goes wrong, and a judge who looks at what became of it.

mod answers;
mod circles;
mod disturbances;
mod judge;
mod state;
mod world;

pub use judge::Judge;
pub use state::State;
pub use world::World;

/// The base of the target's directory.
pub const BASE: &str = "dc=univention-organization,dc=intranet";
/// Where users are managed.
pub const PEOPLE: &str = "ou=people,dc=univention-organization,dc=intranet";
/// Where groups are managed.
pub const GROUPS: &str = "ou=groups,dc=univention-organization,dc=intranet";

/// The external id of a person.
pub(crate) fn person_id(number: u8) -> String {
    format!("{number:08}-1111-4111-8111-111111111111")
}

/// The external id of a group.
pub(crate) fn group_id(number: u8) -> String {
    format!("{number:08}-2222-4222-8222-222222222222")
}
