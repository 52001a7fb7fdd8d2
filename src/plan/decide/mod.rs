//! Turns pairs of people and accounts into changes, according to the policy.

mod absent;
mod ask;
pub(super) mod checks;
pub(super) mod claims;
mod leavers;
pub(super) mod ownership;
mod people;
pub(super) mod sign_out;

use std::borrow::Cow;
use std::collections::HashSet;

use self::checks::{Answers, Checks};
use self::claims::Claim;
use super::correlate::{Correlation, Pair};
use super::grace::Clocks;
use super::{order, restriction, withhold};
use crate::model::{
    Absence, Change, Desired, Existing, Mismatch, Plan, Purpose, RecordRef, Rejected, Removal, RemovalReason,
    Required, Schema, Skipped, TargetId, Value, Warning,
};

/// Makes the plan, sorted by phase. `mismatches` are the answers to `checks`, which must come from this correlation.
pub fn decide(
    correlation: &Correlation<'_>,
    checks: &Checks<'_>,
    mismatches: Vec<Mismatch>,
    target_name: &str,
    clocks: Clocks,
) -> Plan {
    let mut plan = Plan::default();
    *plan.totals_mut(correlation.desired.resource) = correlation.totals;
    let mut decider = Decider {
        correlation,
        answers: checks.sort(mismatches),
        target_name,
        clocks,
        plan,
        unresolved_accounts: HashSet::new(),
    };
    decider.people();
    decider.listings();
    if correlation.desired.selection.is_none() {
        decider.absent();
    }
    decider.finish()
}

struct Decider<'a, 'q> {
    correlation: &'a Correlation<'a>,
    answers: Answers<'q>,
    target_name: &'a str,
    clocks: Clocks,
    plan: Plan,
    /// Accounts of unresolved people, and unresolved accounts.
    unresolved_accounts: HashSet<TargetId>,
}

impl<'a> Decider<'a, '_> {
    fn finish(mut self) -> Plan {
        let schema = self.correlation.schema;
        let leavers = &self.correlation.desired.leavers;
        restriction::restrict(
            &mut self.plan,
            self.correlation.policy.restrict_to,
            schema,
            leavers,
        );
        let catalog = self.correlation.catalog;
        withhold::withhold(
            &mut self.plan,
            catalog,
            &self.correlation.withholding,
            self.target_name,
        );
        self.sign_out();
        self.plan.skipped.sort_by(|a, b| a.target_id.cmp(&b.target_id));
        self.plan.unresolved.sort_by(|a, b| a.at.cmp(&b.at));
        order::sort(self.correlation.catalog, &mut self.plan.changes);
        self.plan
    }

    fn schema(&self) -> &'a Schema {
        self.correlation.schema
    }

    fn push(&mut self, change: Change) {
        self.plan.changes.push(change);
    }

    /// Deletes or deactivates an account.
    fn remove(&mut self, account: &Existing, deletes: bool, cause: Cause) {
        let schema = self.schema();
        let removal = removal(schema, account, cause.reason, cause.missing_since);
        self.push(if deletes {
            Change::delete(account.clone(), removal)
        } else {
            let edit = super::marks::deactivation(schema, account, self.target_name, cause.returned);
            Change::deactivate(edit, removal)
        });
    }

    fn skip(&mut self, pair: &Pair, desired: &Desired, reason: Cow<'static, str>) {
        self.plan.skipped.push(Skipped {
            resource: desired.resource,
            target_id: pair.target_id.clone(),
            id: Some(desired.id.clone()),
            reason,
            record: None,
            absence: None,
        });
    }

    fn keep_account(&mut self, account: &Existing, reason: Cow<'static, str>) {
        self.keep_for_now(account, reason, None);
    }

    fn keep_for_now(&mut self, account: &Existing, reason: Cow<'static, str>, absence: Option<Absence>) {
        self.plan.skipped.push(Skipped {
            resource: account.resource,
            target_id: account.target_id.clone(),
            id: account.id.clone(),
            reason,
            record: None,
            absence,
        });
    }

    fn keep_claimed(&mut self, account: &Existing, claim: Claim<'_>) {
        self.plan.skipped.push(Skipped {
            resource: account.resource,
            target_id: account.target_id.clone(),
            id: account.id.clone(),
            reason: claim.ground.reason(self.schema()),
            record: Some(claim.record.clone()),
            absence: None,
        });
    }

    fn unresolved(&mut self, desired: &Desired, reason: String) {
        let (at, id) = (desired.origin.clone(), Some(desired.id.clone()));
        let rejected = Rejected::new(at, id, reason).of_type(desired.resource);
        self.plan.unresolved.push(rejected);
    }

    /// Several accounts have the person's id. `end` is the end of the sentence.
    fn several(&mut self, desired: &Desired, accounts: &[TargetId], end: &str) {
        let names: Vec<&str> = accounts.iter().map(TargetId::as_str).collect();
        let names = names.join(", ");
        self.unresolved(desired, format!("accounts {names} have this person's id{end}"));
    }

    fn record_of(&self, account: &Existing) -> RecordRef {
        RecordRef::new(self.target_name, account.target_id.as_str())
    }

    fn unresolved_account(&mut self, account: &Existing, reason: &str) {
        let at = self.record_of(account);
        let rejected = Rejected::new(at, account.id.clone(), reason).of_type(account.resource);
        self.plan.unresolved.push(rejected);
        self.unresolved_accounts.insert(account.target_id.clone());
    }

    fn warn_of_account(&mut self, account: &Existing, reason: &str) {
        let at = self.record_of(account);
        self.plan.warnings.push(Warning {
            at,
            id: account.id.clone(),
            reason: reason.to_owned(),
        });
    }

    fn warn(&mut self, desired: &Desired, reason: &str) {
        self.plan.warnings.push(Warning {
            at: desired.origin.clone(),
            id: Some(desired.id.clone()),
            reason: reason.to_owned(),
        });
    }
}

/// The reason of a removal, and what is known about the absence of the person.
struct Cause {
    reason: RemovalReason,
    /// The person is present again, though disabled: the absence marker to remove.
    returned: Option<Value>,
    /// The start of the absence, from the account's marker.
    missing_since: Option<Value>,
}

impl Cause {
    fn new(reason: RemovalReason) -> Self {
        Self {
            reason,
            returned: None,
            missing_since: None,
        }
    }
}

/// Values that the account must have for a removal: that this tool created it, if nothing else proves it, and that
/// its person was missing all the time.
pub(crate) fn removal(
    schema: &Schema,
    account: &Existing,
    reason: RemovalReason,
    missing_since: Option<Value>,
) -> Removal {
    let is_doubtful = match reason {
        RemovalReason::Absent => true,
        RemovalReason::Leaver => !account.is_managed(),
        RemovalReason::Disabled | RemovalReason::Undone => false,
    };
    let proof = schema.find(Purpose::OwnershipProof).filter(|_| is_doubtful);
    let proof = proof.map(|attribute| Required {
        attribute,
        value: None,
    });
    let since = schema.find(Purpose::MissingSince).zip(missing_since);
    let since = since.map(|(attribute, value)| Required {
        attribute,
        value: Some(value),
    });
    Removal {
        reason,
        requires: proof.into_iter().chain(since).collect(),
    }
}
