//! Decides about accounts whose person is in no source.

use std::borrow::Cow;
use std::collections::HashMap;

use super::checks::About;
use super::claims::{Claim, Ground};
use super::{Cause, Decider};
use crate::model::{
    Absence, ActionKind, AttributeChange, Change, Edit, Existing, Lifecycle, Purpose, RemovalReason, Value,
};
use crate::plan::correlate::{LeaverEntry, Slot};
use crate::plan::grace;
use crate::plan::grace::{AbsenceMarker, Verdict};
use crate::plan::policy::AbsentPolicy;

/// Values of other tools can be very long.
const LONGEST_NAME: usize = 200;

/// Records that could belong to the unpaired accounts.
#[derive(Default)]
struct Claims<'a> {
    /// By index of the account.
    of_accounts: HashMap<usize, Claim<'a>>,
    of_any_account: Option<Claim<'a>>,
}

impl<'a> Claims<'a> {
    fn of(&self, index: usize) -> Option<Claim<'a>> {
        self.of_accounts.get(&index).copied().or(self.of_any_account)
    }
}

impl<'a> Decider<'a, '_> {
    pub(super) fn absent(&mut self) {
        let correlation = self.correlation;
        let mut carriers: HashMap<_, usize> = HashMap::new();
        for id in correlation
            .unpaired
            .iter()
            .flatten()
            .filter_map(|account| account.id.as_ref())
        {
            *carriers.entry(id).or_default() += 1;
        }
        let claims = self.claims();
        for (index, account) in correlation.unpaired.iter().enumerate() {
            let Some(account) = account.as_ref().filter(|account| account.is_managed()) else {
                continue;
            };
            if self.is_removed_already(account) {
                continue;
            }
            let twice = account.id.as_ref().is_some_and(|id| carriers[id] > 1);
            self.leave_to_others(index, account);
            if twice && correlation.policy.absent != AbsentPolicy::Keep {
                self.unresolved_account(account, "another account has the same id; neither was removed");
                continue;
            }
            let rejected = account
                .id
                .as_ref()
                .and_then(|id| correlation.known.rejected_like(id));
            let rejected = rejected.map(|rejected| Claim {
                record: &rejected.at,
                ground: Ground::Rejected,
            });
            match (rejected, self.reason_to_keep(index, account)) {
                (Some(claim), _) => self.keep_claimed(account, claim),
                (None, Some(reason)) => self.keep_account(account, reason),
                (None, None) => match claims.of(index) {
                    Some(claim) if !self.is_out_of_use(account) => self.claimed_account(account, claim),
                    _ => self.absent_account(index, account),
                },
            }
        }
    }

    /// Finds the records that contradict an absence, if the run could remove an account as absent.
    fn claims(&self) -> Claims<'a> {
        let correlation = self.correlation;
        if correlation.policy.absent == AbsentPolicy::Keep || !correlation.known.is_complete() {
            return Claims::default();
        }
        Claims {
            of_accounts: correlation.claims(|person| self.has_account(person), self.answers.proofs()),
            of_any_account: correlation.claims_any_account(),
        }
    }

    /// Returns whether a person certainly has an account.
    fn has_account(&self, person: usize) -> bool {
        let desired = &self.correlation.desired.objects[person];
        matches!(
            &self.correlation.slots[person],
            Slot::Paired(pair) if self.not_theirs(person, desired, pair).is_none()
        )
    }

    fn claimed_account(&mut self, account: &Existing, claim: Claim<'_>) {
        if claim.ground == Ground::Twin {
            let reason = claim.ground.reason(self.schema());
            let reason = format!("{reason}: {}; it was not removed", claim.record);
            self.unresolved_account(account, &reason);
        } else {
            self.keep_claimed(account, claim);
        }
    }

    /// Returns whether the account is already in the state that an absence leads to.
    fn is_out_of_use(&self, account: &Existing) -> bool {
        self.correlation.policy.absent == AbsentPolicy::Deactivate && account.lifecycle == Lifecycle::Disabled
    }

    /// Returns whether a list of leavers already decides about the account.
    pub(super) fn is_removed_already(&self, account: &Existing) -> bool {
        let listings = &self.correlation.listings;
        let named = |listing: &'a LeaverEntry| {
            let by_id = listing.by_id.iter().filter(|_| listing.accounts.is_empty());
            listing.accounts.iter().chain(by_id)
        };
        listings
            .iter()
            .flat_map(named)
            .any(|listed| listed.target_id == account.target_id)
    }

    fn reason_to_keep(&self, index: usize, account: &Existing) -> Option<Cow<'static, str>> {
        let known = &self.correlation.known;
        if !known.is_complete() {
            return Some("no source proves that its person is absent".into());
        }
        if self.correlation.policy.absent == AbsentPolicy::Keep {
            return Some("its person is absent, and `policy.absent` is `keep`".into());
        }
        if !account.looks_ours() {
            return Some("its external id is not in the form this tool writes".into());
        }
        let schema = self.schema();
        let mut mismatches = self.answers.mismatches(About::Absent(index)).iter();
        if mismatches.any(|(expected, _)| schema.purpose(expected.attribute()) == Purpose::OwnershipProof) {
            let proof = schema.name_of(Purpose::OwnershipProof);
            return Some(format!("it has no `{proof}`, so it may not be ours").into());
        }
        self.other_provider(index).map(|name| {
            let name: String = name.chars().take(LONGEST_NAME).collect();
            let reason = format!(
                "it belongs to provider `{name}`, not to this configuration; if that source no longer exists, add \
                 it to \
                 `policy.retired_providers`"
            );
            reason.into()
        })
    }

    /// The provider of the account, if it is not one of this run.
    fn other_provider(&self, index: usize) -> Option<&str> {
        let ours = &self.correlation.desired.providers;
        let mut mismatches = self.answers.mismatches(About::Absent(index)).iter();
        mismatches.find_map(|(expected, current)| {
            let is_provider = self.schema().purpose(expected.attribute()) == Purpose::Provider;
            let current = current.as_ref().filter(|current| !ours.contains(current))?;
            is_provider.then(|| current.as_text())
        })
    }

    /// Percentages of the guard are taken of the accounts that this run could remove.
    fn leave_to_others(&mut self, index: usize, account: &Existing) {
        if self.other_provider(index).is_some() {
            let totals = self.plan.totals_mut(self.correlation.desired.resource);
            totals.managed -= 1;
            totals.active_managed -= usize::from(account.lifecycle == Lifecycle::Active);
        }
    }

    fn absent_account(&mut self, index: usize, account: &Existing) {
        let policy = self.correlation.policy;
        if self.is_out_of_use(account) {
            self.plan.unchanged += 1;
            return;
        }
        let marker = grace::absence_marker(
            self.schema(),
            self.answers.mismatches(About::Absent(index)),
            self.clocks.now,
        );
        if self.has_to_wait(marker, account) {
            return;
        }
        let missing_since = match marker {
            AbsenceMarker::Absent(absence) => Some(Value::text(absence.since.to_string())),
            AbsenceMarker::Nothing | AbsenceMarker::Unreadable => None,
        };
        let cause = Cause {
            missing_since,
            ..Cause::new(RemovalReason::Absent)
        };
        match policy.absent {
            AbsentPolicy::Keep => {}
            AbsentPolicy::Delete => self.remove(account, true, cause),
            AbsentPolicy::Deactivate => self.remove(account, false, cause),
        }
    }

    /// Returns whether the grace period has not ended yet, and updates the absence marker if a later run needs it.
    fn has_to_wait(&mut self, marker: AbsenceMarker, account: &Existing) -> bool {
        let Some(grace) = self.correlation.policy.grace else {
            return false;
        };
        if !self.clocks.agree() {
            // One of the clocks is wrong, and the marker would shorten the grace period.
            let absence = match marker {
                AbsenceMarker::Absent(absence) => Some(absence),
                AbsenceMarker::Nothing | AbsenceMarker::Unreadable => None,
            };
            self.keep_for_now(
                account,
                "its person is absent, but `policy.grace` is not counted while the clocks differ".into(),
                absence,
            );
            return true;
        }
        if marker == AbsenceMarker::Unreadable {
            self.warn_of_account(
                account,
                "its absence marker is invalid; the absence counts from now on",
            );
        }
        let Verdict::Wait { absence, write } = grace.verdict(marker, self.clocks.now) else {
            return false;
        };
        self.keep_for_now(
            account,
            "its person is absent, but `policy.grace` has not passed yet".into(),
            Some(absence),
        );
        if write {
            self.mark_absent(account, marker, absence);
        }
        true
    }

    /// Writes the absence marker. Both parts are written, so that they are consistent.
    fn mark_absent(&mut self, account: &Existing, marker: AbsenceMarker, absence: Absence) {
        let schema = self.schema();
        let before = match marker {
            AbsenceMarker::Absent(before) => Some(before),
            AbsenceMarker::Nothing | AbsenceMarker::Unreadable => None,
        };
        let change = |purpose, text: &dyn Fn(Absence) -> String| {
            Some(AttributeChange {
                attribute: schema.find(purpose)?,
                before: before.map(|before| Value::text(text(before))),
                after: Some(Value::text(text(absence))),
            })
        };
        let since = change(Purpose::MissingSince, &|absence| absence.since.to_string());
        let runs = change(Purpose::MissingRuns, &|absence| absence.runs.to_string());
        let edit = Edit {
            changes: since.into_iter().chain(runs).collect(),
            ..Edit::of_account(account, schema, self.target_name)
        };
        self.push(Change::edit_as(ActionKind::MarkAbsent, edit));
    }
}
