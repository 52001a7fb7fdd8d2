//! Approval of runs, and restrictions from settings.

pub(super) mod faults;
pub(super) mod limits;
pub(super) mod restrict;
pub(super) mod tokens;
pub(super) mod withhold;
