//! Who counts as absent, and how long an absent person's account stays.

pub(super) mod absent;
pub(super) mod claims;
pub(super) mod grace;
pub(super) mod late;
pub(super) mod leavers;
pub(super) mod lies;
pub(super) mod stale;
