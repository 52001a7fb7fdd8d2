//! What is to be done, worked out from plain data: no I/O, no clock, no order of input.
//!
//! [`Correlation`] pairs people with accounts, [`decide`] turns pairs into a [`crate::model::Plan`] by the [`Policy`],
//! [`approve`] lets it through or refuses it.

mod adopt;
mod claims;
mod correlate;
mod decide;
mod diff;
mod grace;
mod guard;
mod legacy;
mod moved;
mod once;
mod order;
mod plausible;
mod policy;
mod question;
mod scope;
#[cfg(test)]
mod tests;
mod undo;

pub use adopt::Known;
pub(crate) use adopt::refusal;
pub use correlate::Correlation;
pub use decide::decide;
pub(crate) use diff::{Look, edit, unlisted_expectations};
pub use grace::{Clocks, Grace};
pub(crate) use guard::is_somebody_else;
pub use guard::{
    Approval, ApprovedPlan, Demands, GuardLimits, Limit, Met, Proof, Protected, Refusal, SourceProof,
    approve, mapping_faults, protect, vanished_values,
};
pub use moved::{moved, unlisted_before};
pub use once::{first_values, reject_held, reject_impossible};
pub use order::{Phase, Step, Wait, phase, steps, waits};
pub use plausible::{Rules, implausible};
pub use policy::{AbsentPolicy, DisabledPolicy, ListedPolicy, Policy, Scope};
pub use question::{LegacyMarks, Questions};
pub use undo::{
    CHANGED_SINCE, NotGiven, Now, Past, Subject, Undone, Unheld, give_only, leave_out_who_gives_way,
    lost_for_good, not_restored, undo,
};

/// Why a change that was worked out earlier is refused.
pub const MOVED: &str = "the account has changed since the plan was made";

/// Puts the changes of a plan that comes from elsewhere into their order.
pub fn arrange(schema: &crate::model::Schema, plan: &mut crate::model::Plan) {
    order::arrange(schema, &mut plan.changes);
}

/// Whether the account has the login name that the person is to have.
pub(crate) fn has_login(
    schema: &crate::model::Schema,
    identity: &crate::model::Identity,
    account: &crate::model::Account,
) -> bool {
    let login = correlate::login_attribute(schema).and_then(|login| identity.attributes.text(login));
    login.is_some_and(|login| crate::model::alike(login, &account.login))
}

/// Counts an account among those of the organization, as a plan from the sources does.
pub fn count(plan: &mut crate::model::Plan, account: &crate::model::Account) {
    plan.accounts += 1;
    if correlate::carries_id_and_role(account) {
        plan.managed += 1;
        plan.existing += usize::from(account.lifecycle == crate::model::Lifecycle::Active);
    }
}
