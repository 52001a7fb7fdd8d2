//! The directory: people, groups, the files that hold them, and how all of it changes.

pub(super) mod alike;
pub(super) mod directory;
pub(super) mod entries;
pub(super) mod groups;
mod membership;
pub(super) mod people;
pub(super) mod person;
pub(super) mod row;
pub(super) mod spellings;
