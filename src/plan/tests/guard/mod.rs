//! What a run may not do without an approval, and what settings take away.

pub(super) mod faults;
pub(super) mod limits;
pub(super) mod restrict;
pub(super) mod tokens;
pub(super) mod withhold;
