//! What a run does beside other runs, administrators and signals.

pub(super) mod between;
pub(super) mod lock;
pub(super) mod modes;
pub(super) mod only;
pub(super) mod shown;
pub(super) mod signals;
pub(super) mod verify;
