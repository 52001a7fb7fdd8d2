//! What the section of a source can say.

pub(super) mod addresses;
pub(super) mod directory;
pub(super) mod groups;
pub(super) mod transform;
