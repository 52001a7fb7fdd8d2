//! What a run may not do, however right it looks.

use std::collections::BTreeSet;
use std::fmt;

use sha2::{Digest, Sha256};

use super::correlate::login_attribute;
use crate::model::{Action, Desired, Plan, Schema};

/// A limit on a number of accounts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// A share of the active managed accounts, 0 to 100 percent.
    Percent(f64),
    /// A number of accounts.
    Count(usize),
}

/// Up to this many changes a share means little, so it is applied only when more than half of all accounts would go.
const SHARE_FLOOR: usize = 10;

impl Limit {
    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 accounts")]
    fn is_exceeded(self, count: usize, whole: usize) -> bool {
        match self {
            Self::Count(limit) => count > limit,
            Self::Percent(_) if count < SHARE_FLOOR && count * 2 <= whole => false,
            Self::Percent(share) => count as f64 * 100.0 > whole as f64 * share,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent(share) => write!(f, "{share} %"),
            Self::Count(count) => write!(f, "{count}"),
        }
    }
}

/// `guard.*`
#[derive(Clone, Debug, PartialEq)]
pub struct GuardLimits {
    /// Accounts that may be removed.
    pub max_removals: Limit,
    /// Accounts whose login name may change.
    pub max_logins_changed: Limit,
    /// Changes of any kind.
    pub max_changes: Option<Limit>,
    /// A source of people may be empty.
    pub allow_empty: bool,
    /// People that all sources together must yield.
    pub min_users: Option<usize>,
    /// External ids (hex) or e-mail addresses that must be among them.
    pub canaries: Vec<String>,
}

impl Default for GuardLimits {
    fn default() -> Self {
        Self {
            max_removals: Limit::Percent(10.0),
            max_logins_changed: Limit::Percent(10.0),
            max_changes: None,
            allow_empty: false,
            min_users: None,
            canaries: Vec::new(),
        }
    }
}

/// A plan that may be applied. Only [`approve`] makes one.
#[derive(Debug)]
pub struct ApprovedPlan(Plan);

impl ApprovedPlan {
    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.0
    }
}

/// Why a plan may not be applied, one sentence for each rule it breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is too much or missing, with numbers.
    pub reasons: Vec<String>,
    /// Lets exactly these removals through, if that is all that is needed.
    pub token: Option<String>,
}

/// Who is asked for approval, and what was said.
#[derive(Clone, Copy, Debug)]
pub struct Approval<'a> {
    /// The target and the organization, so that a token is good for no other.
    pub scope: &'a str,
    /// The token that somebody gave.
    pub token: Option<&'a str>,
}

/// Approves a plan, or says why not.
///
/// # Errors
/// The refusal, and the plan for showing.
pub fn approve(
    plan: Plan,
    desired: &Desired,
    schema: &Schema,
    limits: &GuardLimits,
    approval: Approval<'_>,
) -> Result<ApprovedPlan, Box<(Refusal, Plan)>> {
    let proof = proof_of_completeness(desired, schema, limits);
    let limits = exceeded_limits(&plan, limits);
    if proof.is_empty() && limits.is_empty() {
        return Ok(ApprovedPlan(plan));
    }
    let token = token(approval.scope, &plan);
    if proof.is_empty() && approval.token == Some(token.as_str()) {
        return Ok(ApprovedPlan(plan));
    }
    // A token lifts limits only; offering it for a source that lacks people would be a trap.
    let token = proof.is_empty().then_some(token);
    Err(Box::new((
        Refusal {
            reasons: [proof, limits].concat(),
            token,
        },
        plan,
    )))
}

fn proof_of_completeness(desired: &Desired, schema: &Schema, limits: &GuardLimits) -> Vec<String> {
    let mut reasons = Vec::new();
    if !limits.allow_empty {
        let empty = desired
            .sources
            .iter()
            .filter(|source| source.proves_absence && source.read == 0);
        reasons.extend(empty.map(|source| {
            format!(
                "source `{}` holds no people at all; if that is right, set `guard.allow_empty: true`",
                source.name
            )
        }));
    }
    let people = desired.identities.len();
    if let Some(min) = limits.min_users.filter(|min| people < *min) {
        reasons.push(format!(
            "the sources hold {people} people, and `guard.min_users` demands {min}"
        ));
    }
    let missing = missing_canaries(desired, schema, &limits.canaries);
    if missing > 0 {
        reasons.push(format!(
            "{missing} of {} people in `guard.canaries` are missing from the sources",
            limits.canaries.len()
        ));
    }
    reasons
}

fn missing_canaries(desired: &Desired, schema: &Schema, canaries: &[String]) -> usize {
    let mut missing: BTreeSet<String> = canaries.iter().map(|canary| canary.to_lowercase()).collect();
    if missing.is_empty() {
        return 0;
    }
    let login = login_attribute(schema);
    for identity in &desired.identities {
        missing.remove(&identity.id.to_string());
        if let Some(address) = login.and_then(|login| identity.attributes.text(login)) {
            missing.remove(&address.to_lowercase());
        }
    }
    missing.len()
}

fn exceeded_limits(plan: &Plan, limits: &GuardLimits) -> Vec<String> {
    let renames = plan.changes.iter().filter(|change| change.renames()).count();
    let removals = plan.changes.iter().filter(|change| change.is_removal()).count();
    let checks = [
        (
            removals,
            Some(limits.max_removals),
            "would be removed",
            "guard.max_removals",
        ),
        (
            renames,
            Some(limits.max_logins_changed),
            "would get another login name",
            "guard.max_logins_changed",
        ),
        (
            plan.changes.len(),
            limits.max_changes,
            "would be changed or made",
            "guard.max_changes",
        ),
    ];
    checks
        .into_iter()
        .filter_map(|(count, limit, what, key)| {
            let limit = limit.filter(|limit| limit.is_exceeded(count, plan.existing))?;
            let share = share(count, plan.existing);
            Some(format!(
                "{count} of {} accounts{share} {what}; `{key}` is {limit}",
                plan.existing
            ))
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 accounts")]
fn share(count: usize, whole: usize) -> String {
    if whole == 0 {
        String::new()
    } else {
        format!(" ({:.1} %)", count as f64 * 100.0 / whole as f64)
    }
}

/// Stands for exactly the removals of a plan: once one more or fewer would go, it is worth nothing.
fn token(scope: &str, plan: &Plan) -> String {
    let removals: BTreeSet<(&str, &str)> = plan
        .changes
        .iter()
        .filter(|change| change.is_removal())
        .filter_map(|change| {
            let kind = match change.action {
                Action::Delete(_) => "delete",
                Action::Disable(_) => "deactivate",
                _ => "revoke",
            };
            Some((change.target_id()?.as_str(), kind))
        })
        .collect();
    let mut hash = Sha256::new();
    hash.update(scope);
    for (account, kind) in removals {
        // A separator that occurs in neither, so that no two sets hash alike.
        hash.update(format!("\0{account}\0{kind}"));
    }
    hex::encode(&hash.finalize()[..8])
}
