//! Plans the changes from plain data: no I/O, no clock, independent of the order of the input.
//!
//! [`Correlation`] pairs people with accounts. [`decide`] turns the pairs into a [`crate::model::Plan`] according to
//! the [`Policy`]. [`approve`] approves or refuses the plan.

mod compare;
mod correlate;
mod decide;
mod diff;
mod grace;
mod guard;
mod inspection;
mod marks;
mod once;
mod order;
mod outdated;
mod plausible;
mod policy;
mod references;
mod restriction;
mod taken;
#[cfg(test)]
mod tests;
mod undo;
mod withhold;

pub use self::compare::{Comparison, compare};
pub use self::correlate::adopt::Known;
pub(crate) use self::correlate::adopt::refusal;
pub use self::decide::checks::{Checks, Proofs};
pub use self::decide::sign_out::end_sessions;
pub use self::grace::{Clocks, Grace};
pub use self::outdated::{checks_before, contradicts, is_for_now, outdated_reason};
pub use correlate::Correlation;
pub use decide::decide;
pub(crate) use decide::removal;
pub(crate) use diff::{edit, keep_access};
pub use guard::{
    Approval, ApprovedPlan, Demands, GuardLimits, Limit, LimitUse, Met, NoIds, Proof, Protected, Refusal,
    SourceProof, approve, limit_uses, mapping_faults, protect, vanished_values, without_ids,
};
pub(crate) use guard::{changes_login, is_other_person};
pub(crate) use inspection::{Look, expected_on_demand};
pub use once::{first_values, reject_impossible, reject_owned_by_others};
pub use order::{Dependency, Phase, Schedule, Stage, arrange, phase, writes_links_later};
pub use plausible::{Rules, implausible};
pub use policy::{AbsentPolicy, DisabledPolicy, LeaverPolicy, Policy, Restriction};
pub use references::{Alias, Objects, resolve_references};
pub use taken::{reject_taken, taken_values};
pub use undo::{
    CHANGED_SINCE, FailedCheck, NotGiven, Now, Past, Subject, Undone, drop_released_namesakes, ends_sessions,
    give_only, lost_for_good, not_restored, undo,
};
pub use withhold::{Setting, Withholding, provider_checks, withhold, withhold_mismatched};

use crate::model::{Catalog, Desired, Existing, Ids, Plan, Purpose, Schema};

/// Why a change of an earlier plan is refused.
pub const STALE: &str = "the account has changed since the plan was made";

/// Removes protected accounts and circles of references from a plan that was read from a file, and arranges it. `ids`
/// are those of the objects at the target.
pub fn arrange_saved(catalog: &Catalog, plan: &mut Plan, protected: &Protected, ids: &Ids) {
    protect(plan, catalog, protected);
    let objects = Objects {
        desired: &[],
        ids,
        aliases: &[],
    };
    references::nesting::leave_out_circles(catalog, plan, objects);
    arrange(catalog, plan);
}

/// Combines the plans of all resource types to one, sorted by phase, without protected accounts.
pub fn combine(catalog: &Catalog, plans: Vec<Plan>, protected: &Protected) -> Plan {
    let mut all = Plan::default();
    for plan in plans {
        for (resource, _) in catalog.iter() {
            let (sum, more) = (all.totals_of(resource), plan.totals_of(resource));
            // Each plan has counted only its own type.
            *all.totals_mut(resource) = if more.all > 0 { more } else { sum };
        }
        all.changes.extend(plan.changes);
        all.unchanged += plan.unchanged;
        all.without_role += plan.without_role;
        all.skipped.extend(plan.skipped);
        all.withheld.extend(plan.withheld);
        all.unresolved.extend(plan.unresolved);
        all.warnings.extend(plan.warnings);
    }
    protect(&mut all, catalog, protected);
    order::sort(catalog, &mut all.changes);
    all
}

/// Returns whether the account has the person's desired login name.
pub(crate) fn has_login(schema: &Schema, person: &Desired, account: &Existing) -> bool {
    let login = schema.find(Purpose::Login);
    let wanted = login.and_then(|login| diff::wanted(schema, person, login));
    wanted.is_some_and(|wanted| crate::model::alike(wanted.as_text(), account.login(schema)))
}
