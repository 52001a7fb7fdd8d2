//! What a run may not do, however right it looks.

mod proof;
mod protect;
mod vanish;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use sha2::{Digest, Sha256};

pub use self::proof::{Demands, Met, Proof, SourceProof, mapping_faults};
pub use self::protect::{Protected, protect};
pub use self::vanish::vanished_values;
use crate::model::{Action, Change, Plan, Schema};

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
    fn is_exceeded(self, count: usize, whole: usize) -> bool {
        match self {
            Self::Count(limit) => count > limit,
            Self::Percent(_) if count < SHARE_FLOOR && count * 2 <= whole => false,
            Self::Percent(_) => self.is_over(count, whole),
        }
    }

    /// Whether the count is beyond the limit, however small the whole is.
    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 accounts")]
    fn is_over(self, count: usize, whole: usize) -> bool {
        match self {
            Self::Count(limit) => count > limit,
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
    /// What all sources together must yield.
    pub demands: Demands,
    /// What single sources must yield, by their name.
    pub demands_of: BTreeMap<Box<str>, Demands>,
    /// Changes of one kind, by the name of the kind.
    pub max_per_kind: BTreeMap<&'static str, Limit>,
    /// Records of a source that may lack one and the same key attribute, and accounts of its people that may lose another one.
    pub max_missing: Limit,
    /// Accounts that are never changed.
    pub protected: Protected,
}

impl Default for GuardLimits {
    fn default() -> Self {
        Self {
            max_removals: Limit::Percent(10.0),
            max_logins_changed: Limit::Percent(10.0),
            max_changes: None,
            allow_empty: false,
            demands: Demands::default(),
            demands_of: BTreeMap::new(),
            max_per_kind: BTreeMap::new(),
            max_missing: Limit::Percent(20.0),
            protected: Protected::default(),
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
    /// Lets exactly these removals and changes of login names through, if that is all that is needed.
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
    proof: &Proof,
    schema: &Schema,
    limits: &GuardLimits,
    approval: Approval<'_>,
) -> Result<ApprovedPlan, Box<(Refusal, Plan)>> {
    let mut firm = proof.doubts.clone();
    // Such changes were taken out before; a plan that comes from elsewhere is looked at all the same.
    let protected = plan
        .changes
        .iter()
        .filter(|change| limits.protected.covers_change(change, schema));
    match protected.count() {
        0 => {}
        count => firm.push(format!(
            "{count} changes concern accounts that `guard.protected` names"
        )),
    }
    let exceeded = exceeded_limits(&plan, limits);
    if firm.is_empty() && exceeded.is_empty() {
        return Ok(ApprovedPlan(plan));
    }
    let token = token(approval.scope, &plan);
    if firm.is_empty() && approval.token == Some(token.as_str()) {
        return Ok(ApprovedPlan(plan));
    }
    // A token lifts limits only; offering it for a source that lacks people would be a trap.
    let token = firm.is_empty().then_some(token);
    let reasons = [firm, exceeded].concat();
    Err(Box::new((Refusal { reasons, token }, plan)))
}

fn exceeded_limits(plan: &Plan, limits: &GuardLimits) -> Vec<String> {
    let count =
        |wanted: &dyn Fn(&Change) -> bool| plan.changes.iter().filter(|change| wanted(change)).count();
    let mut checks = vec![
        (
            count(&Change::is_removal),
            Some(limits.max_removals),
            "be removed",
            "guard.max_removals".to_owned(),
        ),
        (
            count(&Change::renames),
            Some(limits.max_logins_changed),
            "get another login name",
            "guard.max_logins_changed".to_owned(),
        ),
        (
            plan.changes.len(),
            limits.max_changes,
            "be changed or made",
            "guard.max_changes".to_owned(),
        ),
    ];
    for (kind, limit) in &limits.max_per_kind {
        let of_kind = count(&|change| change.action.name() == *kind);
        checks.push((
            of_kind,
            Some(*limit),
            deed(kind),
            format!("guard.max_per_kind.{kind}"),
        ));
    }
    checks
        .into_iter()
        .filter_map(|(count, limit, what, key)| {
            let limit = limit.filter(|limit| limit.is_exceeded(count, plan.existing))?;
            let share = share(count, plan.existing);
            Some(format!(
                "{count} of {} accounts{share} would {what}; `{key}` is {limit}",
                plan.existing
            ))
        })
        .collect()
}

fn deed(kind: &str) -> &'static str {
    match kind {
        "create" => "be made",
        "adopt" => "be adopted",
        "update" => "be updated",
        "enable" => "be reactivated",
        "disable" => "be deactivated",
        _ => "be deleted",
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 accounts")]
fn share(count: usize, whole: usize) -> String {
    if whole == 0 {
        String::new()
    } else {
        format!(" ({:.1} %)", count as f64 * 100.0 / whole as f64)
    }
}

/// Stands for exactly the removals and changes of login names in a plan, or, where there are none, for all its changes:
/// once the set differs, it is worth nothing.
///
/// Somebody new does not spoil the token of removals: it is often used hours after it was printed.
fn token(scope: &str, plan: &Plan) -> String {
    let grave: BTreeSet<_> = plan.changes.iter().filter_map(graveness).collect();
    let all = || {
        plan.changes
            .iter()
            .map(|change| (subject(change), change.action.name()))
            .collect()
    };
    let stands_for = if grave.is_empty() { all() } else { grave };
    let mut hash = Sha256::new();
    hash.update(scope);
    for (subject, kind) in stands_for {
        // A separator that occurs in neither, so that no two sets hash alike.
        hash.update(format!("\0{subject}\0{kind}"));
    }
    hex::encode(&hash.finalize()[..8])
}

fn graveness(change: &Change) -> Option<(String, &'static str)> {
    let kind = match change.action {
        Action::Delete(_) => "delete",
        Action::Disable(_) => "deactivate",
        _ if change.is_removal() => "revoke",
        _ if change.renames() => "rename",
        _ => return None,
    };
    Some((subject(change), kind))
}

fn subject(change: &Change) -> String {
    let account = change.target_id().map(ToString::to_string);
    account
        .or_else(|| change.id().map(ToString::to_string))
        .unwrap_or_default()
}
