//! What a run refuses, and which settings take actions away.

pub(super) mod aliases;
pub(super) mod ceiling;
pub(super) mod ceiling_unclear;
pub(super) mod guard;
pub(super) mod question;
pub(super) mod withheld;
