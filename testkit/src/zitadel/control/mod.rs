//! What tests set, do and see without the API.

pub(super) mod accounts;
pub(super) mod act;
pub(super) mod disorder;
pub(super) mod faults;
pub(super) mod inspect;
pub(super) mod lies;
pub(super) mod options;
pub(super) mod seed;
pub(super) mod settings;
mod signed_in;
pub(super) mod synced;
pub(super) mod views;
