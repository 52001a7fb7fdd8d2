//! Values as the server accepts and stores them.

pub(super) mod calling_codes;
pub(super) mod compare;
pub(super) mod email;
pub(super) mod language;
pub(super) mod phone;
