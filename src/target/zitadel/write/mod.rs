//! Writes to accounts, call by call.

pub(super) mod carry_out;
pub(super) mod create;
pub(super) mod grants;
pub(super) mod links;
pub(super) mod look;
pub(super) mod metadata;
pub(super) mod restore;
pub(super) mod sessions;
pub(super) mod steps;
pub(super) mod update;
