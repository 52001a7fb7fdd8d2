//! Turns pairs of people and accounts into changes, by the policy.

mod absent;
mod listed;
mod people;

use std::borrow::Cow;

use super::claims::Claim;
use super::correlate::{Correlation, Pair};
use super::grace::Clocks;
use super::question::{Answers, Questions};
use super::{order, scope};
use crate::model::{Absence, Account, Action, Identity, Kept, Plan, RecordRef, Rejected, Unmet, Warning};

/// Makes the plan. `unmet` are the answers to `questions`, which came from this correlation.
pub fn decide(
    correlation: &Correlation<'_>,
    questions: &Questions<'_>,
    unmet: Vec<Unmet>,
    target_name: &str,
    clocks: Clocks,
) -> Plan {
    let plan = Plan {
        accounts: correlation.accounts,
        managed: correlation.managed,
        existing: correlation.existing,
        ..Plan::default()
    };
    let mut decider = Decider {
        correlation,
        answers: questions.sort(unmet),
        target_name,
        clocks,
        plan,
    };
    decider.people();
    decider.listings();
    decider.absent();
    decider.finish()
}

struct Decider<'a, 'q> {
    correlation: &'a Correlation<'a>,
    answers: Answers<'q>,
    target_name: &'a str,
    clocks: Clocks,
    plan: Plan,
}

impl Decider<'_, '_> {
    fn finish(mut self) -> Plan {
        let schema = self.correlation.schema;
        let leavers = &self.correlation.desired.leavers;
        scope::restrict(&mut self.plan, self.correlation.policy.scope, schema, leavers);
        self.plan.kept.sort_by(|a, b| a.target_id.cmp(&b.target_id));
        self.plan.unresolved.sort_by(|a, b| a.at.cmp(&b.at));
        order::arrange(schema, &mut self.plan.changes);
        self.plan
    }

    fn push(&mut self, action: Action) {
        self.plan.changes.push(action.into());
    }

    fn keep(&mut self, pair: &Pair, identity: &Identity, reason: &'static str) {
        self.plan.kept.push(Kept {
            target_id: pair.target_id.clone(),
            id: Some(identity.id.clone()),
            reason: reason.into(),
            record: None,
            absence: None,
        });
    }

    fn keep_account(&mut self, account: &Account, reason: Cow<'static, str>) {
        self.keep_for_now(account, reason, None);
    }

    fn keep_for_now(&mut self, account: &Account, reason: Cow<'static, str>, absence: Option<Absence>) {
        self.plan.kept.push(Kept {
            target_id: account.target_id.clone(),
            id: account.id.clone(),
            reason,
            record: None,
            absence,
        });
    }

    fn keep_claimed(&mut self, account: &Account, claim: Claim<'_>) {
        self.plan.kept.push(Kept {
            target_id: account.target_id.clone(),
            id: account.id.clone(),
            reason: claim.reason.into(),
            record: Some(claim.record.clone()),
            absence: None,
        });
    }

    fn unresolved(&mut self, identity: &Identity, reason: String) {
        let (at, id) = (identity.origin.clone(), Some(identity.id.clone()));
        self.plan.unresolved.push(Rejected::new(at, id, reason));
    }

    fn place(&self, account: &Account) -> RecordRef {
        RecordRef {
            source: self.target_name.into(),
            at: account.target_id.as_str().into(),
        }
    }

    fn unresolved_account(&mut self, account: &Account, reason: &str) {
        let at = self.place(account);
        self.plan
            .unresolved
            .push(Rejected::new(at, account.id.clone(), reason));
    }

    fn warn_of_account(&mut self, account: &Account, reason: &str) {
        let at = self.place(account);
        self.plan.warnings.push(Warning {
            at,
            id: account.id.clone(),
            reason: reason.to_owned(),
        });
    }

    fn warn(&mut self, identity: &Identity, reason: &str) {
        self.plan.warnings.push(Warning {
            at: identity.origin.clone(),
            id: Some(identity.id.clone()),
            reason: reason.to_owned(),
        });
    }
}
