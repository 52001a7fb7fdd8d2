//! From the sources and the target to a plan.

pub(super) mod ceiling;
pub(super) mod clock;
pub(super) mod desired;
pub(super) mod draft;
pub(super) mod lists;
pub(super) mod mismatch;
pub(super) mod once;
pub(super) mod only;
