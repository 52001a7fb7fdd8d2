//! Reading accounts, their roles and their metadata.

pub(super) mod answers;
pub(super) mod confirm;
pub(super) mod grants;
pub(super) mod history;
pub(super) mod list;
