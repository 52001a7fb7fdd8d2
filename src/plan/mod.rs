//! What is to be done, worked out from plain data: no I/O, no clock, no order of input.
//!
//! [`Correlation`] pairs people with accounts, [`decide`] turns pairs into a [`crate::model::Plan`] by the [`Policy`],
//! [`approve`] lets it through or refuses it.

mod adopt;
mod correlate;
mod decide;
mod diff;
mod guard;
mod legacy;
mod order;
mod policy;
mod question;
mod scope;
#[cfg(test)]
mod tests;

pub use adopt::Known;
pub(crate) use adopt::refusal;
pub use correlate::Correlation;
pub use decide::decide;
pub(crate) use diff::{edit, unlisted_expectations};
pub use guard::{
    Approval, ApprovedPlan, Demands, GuardLimits, Limit, Met, Proof, Protected, Refusal, SourceProof,
    approve, mapping_faults, protect,
};
pub use order::{Phase, Step, Wait, phase, steps, waits};
pub use policy::{AbsentPolicy, DisabledPolicy, ListedPolicy, Policy, Scope};
pub use question::{LegacyMarks, Questions};
