//! What is to be done, worked out from plain data: no I/O, no clock, no order of input.

mod guard;
mod policy;

pub use guard::{GuardLimits, Limit};
pub use policy::{AbsentPolicy, DisabledPolicy, ListedPolicy, Policy, Scope};
