//! Which values Zitadel stores of a user, and in which form. Pure.

pub(super) mod details;
pub(super) mod ids;
pub(super) mod metadata;
pub(super) mod normalize;
pub(super) mod ownership;
pub(super) mod phone;
pub(super) mod phone_text;
