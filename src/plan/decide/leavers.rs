//! Decides about accounts that a list of leavers names.

use std::collections::HashSet;

use super::checks::About;
use super::{Cause, Decider};
use crate::model::{Desired, Existing, ExternalId, Leaver, Lifecycle, Rejected, RemovalReason, Warning};
use crate::plan::correlate::{LeaverEntry, Slot};
use crate::plan::policy::LeaverPolicy;

impl Decider<'_, '_> {
    pub(super) fn listings(&mut self) {
        let correlation = self.correlation;
        let mut removed = HashSet::new();
        let listings = correlation.listings.iter().enumerate();
        for (index, listing) in listings.filter(|(index, _)| correlation.desired.is_about_leaver(*index)) {
            let leaver = &correlation.desired.leavers[index];
            let managed: Vec<&Existing> = listing
                .accounts
                .iter()
                .enumerate()
                .filter(|(number, account)| {
                    account.is_managed()
                        || self
                            .answers
                            .mismatches(About::LeaverEntry(index, *number))
                            .is_empty()
                })
                .map(|(_, account)| account)
                .collect();
            match managed[..] {
                [] => self.no_account(listing, leaver),
                // Two addresses may name one account: the person's and the account's.
                [account] if !removed.insert(&account.target_id) => {}
                [account] => self.listed_account(account, leaver),
                _ => self.refused(
                    leaver,
                    None,
                    format!(
                        "{} managed accounts have this address; none was removed",
                        managed.len()
                    ),
                ),
            }
        }
    }

    /// No managed account has the address, which is the desired state, unless an account has it as external id.
    fn no_account(&mut self, listing: &LeaverEntry, leaver: &Leaver) {
        let renamed = listing
            .by_id
            .iter()
            .filter(|_| listing.accounts.is_empty())
            .find(|account| account.looks_ours() && self.correlation.owner(account).is_none());
        let Some(account) = renamed else {
            let warning = Warning::new(leaver.origin.clone(), "no managed account has this address");
            return self.plan.warnings.push(warning);
        };
        self.refused(
            leaver,
            account.id.clone(),
            format!(
                "account {} has this address as its external id, but has another login name and address; it \
                 was not removed",
                account.target_id
            ),
        );
    }

    /// The real owner of the account.
    fn owner(&self, account: &Existing) -> Option<&Desired> {
        let index = self.correlation.owner(account)?;
        let desired = &self.correlation.desired.objects[index];
        let is_theirs = match &self.correlation.slots[index] {
            Slot::Paired(pair) => self.not_theirs(index, desired, pair).is_none(),
            // It is not known which of the accounts is the person's.
            Slot::Several(_) => true,
            Slot::Free | Slot::Blocked(_) | Slot::Leaver(_) => false,
        };
        is_theirs.then_some(desired)
    }

    /// The entry does not lead to a removal.
    fn refused(&mut self, leaver: &Leaver, id: Option<ExternalId>, reason: String) {
        self.plan
            .unresolved
            .push(Rejected::new(leaver.origin.clone(), id, reason));
    }

    fn listed_account(&mut self, account: &Existing, leaver: &Leaver) {
        if let Some(person) = self.owner(account) {
            // A disabled person's account is already removed for that reason.
            if person.lifecycle == Lifecycle::Active {
                let reason = format!(
                    "account {} has this address, but its person has another one now",
                    account.target_id
                );
                self.refused(leaver, Some(person.id.clone()), reason);
            }
            return;
        }
        // The list decides about the account, because it does not belong to its person after all.
        self.plan
            .skipped
            .retain(|skipped| skipped.target_id != account.target_id);
        let cause = Cause::new(RemovalReason::Leaver);
        match (self.correlation.policy.listed, account.lifecycle) {
            (LeaverPolicy::Delete, _) => self.remove(account, true, cause),
            (LeaverPolicy::Deactivate, Lifecycle::Active) => self.remove(account, false, cause),
            (LeaverPolicy::Deactivate, Lifecycle::Disabled) => self.plan.unchanged += 1,
        }
    }
}
