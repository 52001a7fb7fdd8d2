//! Safety limits of a run.

mod check;
mod limit;
mod limits;
mod proof;
mod protect;
mod token;
mod vanish;

pub use self::check::LimitUse;
use self::check::{LimitCheck, checks, firm_checks};
pub(crate) use self::check::{changes_login, is_other_person};
pub use self::limit::Limit;
pub use self::limits::{Demands, GuardLimits};
pub use self::proof::{Met, NoIds, Proof, SourceProof, mapping_faults, without_ids};
pub use self::protect::{Protected, protect};
use self::token::Tokens;
pub use self::vanish::vanished_values;
use crate::model::{Catalog, Plan, TypeId};

/// Remark about an unnecessary token: it may be left over, or meant for another configuration.
const UNNEEDED: &str = "a token was given, but nothing needs approval; remove it";

/// A plan that may be applied. Only [`approve`] creates one.
#[derive(Debug)]
pub struct ApprovedPlan {
    plan: Plan,
    remarks: Vec<String>,
}

impl ApprovedPlan {
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Limits that were nearly reached or lifted by the token, one sentence each.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }
}

/// Why a plan may not be applied, one sentence per violated rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is too much or missing, with numbers, and that the given token does not match.
    pub reasons: Vec<String>,
    /// Lifts exactly these limits for exactly these changes. `None` if a token is not enough.
    pub token: Option<String>,
}

/// The target and the given token.
#[derive(Clone, Copy, Debug)]
pub struct Approval<'a> {
    /// Key of the target. A token is not valid for another one.
    pub target_key: &'a str,
    /// The given token.
    pub token: Option<&'a str>,
}

/// Approves a plan or refuses it.
///
/// # Errors
/// The refusal, and the plan, to be shown.
pub fn approve(
    plan: Plan,
    proof: &Proof,
    catalog: &Catalog,
    limits: &GuardLimits,
    approval: Approval<'_>,
) -> Result<ApprovedPlan, Box<(Refusal, Plan)>> {
    let firm = firm_reasons(&plan, proof, catalog, limits);
    let checks = checks(&plan, catalog, limits);
    if firm.is_empty() && !checks.iter().any(LimitCheck::is_exceeded) {
        let mut remarks = remarks(&checks, &[]);
        remarks.extend(approval.token.map(|_| UNNEEDED.to_owned()));
        return Ok(ApprovedPlan { plan, remarks });
    }
    let tokens = Tokens::new(approval.target_key, &checks, catalog);
    let lifted = approval.token.map_or_else(Vec::new, |token| tokens.lifted(token));
    let exceeded: Vec<usize> = (0..checks.len())
        .filter(|index| checks[*index].is_exceeded())
        .collect();
    let left: Vec<usize> = exceeded
        .iter()
        .copied()
        .filter(|index| !lifted.contains(index))
        .collect();
    if firm.is_empty() && left.is_empty() {
        let remarks = remarks(&checks, &lifted);
        return Ok(ApprovedPlan { plan, remarks });
    }
    let mut reasons = firm;
    // A token only lifts limits. It must not be offered if people are missing in a source.
    let token = reasons
        .is_empty()
        .then(|| tokens.of(|index| exceeded.contains(&index)));
    reasons.extend(left.iter().map(|index| checks[*index].sentence()));
    if approval.token.is_some() {
        reasons.push(misfit(&checks, &lifted, token.is_some()));
    }
    Err(Box::new((Refusal { reasons, token }, plan)))
}

/// All limits that apply to a plan, and how much of them it uses.
pub fn limit_uses(plan: &Plan, catalog: &Catalog, limits: &GuardLimits) -> Vec<LimitUse> {
    let firm = firm_checks(plan, catalog, limits);
    let all = checks(plan, catalog, limits);
    all.iter().chain(&firm).map(LimitCheck::to_use).collect()
}

/// Reasons that no token lifts.
fn firm_reasons(plan: &Plan, proof: &Proof, catalog: &Catalog, limits: &GuardLimits) -> Vec<String> {
    let mut firm = proof.doubts.clone();
    let is_at_stake = |(resource, _): &&(TypeId, String)| plan.totals_of(*resource).managed > 0;
    let empty = proof.empty.iter().filter(is_at_stake);
    firm.extend(empty.map(|(_, doubt)| doubt.clone()));
    // Protected accounts were taken out before, but a plan from a file is checked as well.
    let protected = plan
        .changes
        .iter()
        .filter(|change| limits.protected.covers_change(change, catalog));
    match protected.count() {
        0 => {}
        count => firm.push(format!(
            "{count} changes concern accounts that `guard.protected` names"
        )),
    }
    let checks = firm_checks(plan, catalog, limits);
    let exceeded = checks.iter().filter(|check| check.is_exceeded());
    firm.extend(exceeded.map(|check| format!("{}; no token lifts it", check.sentence())));
    firm
}

/// Remarks about a plan that passes.
fn remarks(checks: &[LimitCheck<'_>], lifted: &[usize]) -> Vec<String> {
    let remarks = checks.iter().enumerate().filter_map(|(index, check)| {
        if check.is_exceeded() && lifted.contains(&index) {
            Some(format!("approved by the token: {}", check.sentence()))
        } else {
            check
                .is_near()
                .then(|| format!("near a limit: {}", check.sentence()))
        }
    });
    remarks.collect()
}

/// Why the given token does not approve the plan.
fn misfit(checks: &[LimitCheck<'_>], lifted: &[usize], by_a_token: bool) -> String {
    let keys: Vec<String> = lifted
        .iter()
        .map(|index| format!("`{}`", checks[*index].key))
        .collect();
    if !by_a_token {
        "the given token does not match: no token lifts missing people or protected accounts".to_owned()
    } else if keys.is_empty() {
        "the given token does not match: it was printed for other changes, or for another target".to_owned()
    } else {
        let keys = keys.join(", ");
        format!("the given token does not match: it was printed for {keys}, and lifts nothing else")
    }
}
