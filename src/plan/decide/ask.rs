//! Collects the checks that a plan needs.

use crate::model::{
    AttributeIndex, AttributeSpec, Desired, Equality, Existing, Expected, Inspection, Lifecycle, Mutability,
    Ownership, Purpose, Value,
};
use crate::plan::correlate::{Correlation, MatchedBy, Pair, Slot};
use crate::plan::decide::ownership::proofs;
use crate::plan::diff;
use crate::plan::inspection::{Look, expected_on_demand};
use crate::plan::policy::{AbsentPolicy, DisabledPolicy};

use super::checks::{About, Checks, Proofs};

impl Correlation<'_> {
    /// The values that prove the ownership of accounts. Call it after [`Correlation::match_unpaired`].
    pub fn proofs(&self) -> Proofs {
        let unconfirmed = self.slots.iter().enumerate().filter(|(_, slot)| {
            matches!(
                slot,
                Slot::Paired(Pair {
                    found: MatchedBy::LegacyIdUnconfirmed,
                    ..
                })
            )
        });
        let of = |index: usize| proofs(self.schema, &self.desired.objects[index].id);
        Proofs {
            people: unconfirmed.map(|(index, _)| (index, of(index))).collect(),
            own: self.own_proofs(),
        }
    }

    /// The ownership proofs that the accounts of possibly absent people got, if they could belong to another person.
    fn own_proofs(&self) -> Vec<(usize, AttributeIndex, Value)> {
        let asks = self.asks_about_absence() && self.has_strangers();
        let accounts = self.unpaired.iter().enumerate().filter(|_| asks);
        let accounts = accounts.filter_map(|(unpaired, account)| Some((unpaired, account.as_ref()?)));
        let may_go = |account: &Existing| {
            let stays =
                self.policy.absent == AbsentPolicy::Deactivate && account.lifecycle == Lifecycle::Disabled;
            account.looks_ours() && !stays
        };
        let Some(index) = self.schema.find(Purpose::OwnershipProof) else {
            return Vec::new();
        };
        let Some(default) = self.schema.spec(index).default else {
            return Vec::new();
        };
        let own = accounts.filter(|(_, account)| may_go(account));
        own.filter_map(|(unpaired, account)| Some((unpaired, index, default(account.id.as_ref()?))))
            .collect()
    }

    /// The checks of attributes that the account list does not show.
    pub fn checks<'q>(&'q self, proofs: &'q Proofs) -> Checks<'q> {
        let asked = |(_, spec): &(_, &AttributeSpec)| is_inspected(spec);
        let on_demand = self.schema.iter().filter(asked).count();
        // Usually all of these checks are needed, and those of the two marks. Growing to that size would need half as
        // much memory again.
        let most = self.slots.len() * (on_demand + 2);
        let mut checks = Checks {
            checks: Vec::with_capacity(most),
            about: Vec::with_capacity(most),
        };
        for (index, slot) in self.slots.iter().enumerate() {
            if let Slot::Paired(pair) = slot
                && self.desired.is_about(index)
            {
                self.ask_about_person(&mut checks, index, pair);
            }
        }
        for (index, proofs) in &proofs.people {
            let Slot::Paired(pair) = &self.slots[*index] else {
                continue;
            };
            for (attribute, value) in proofs {
                let expected = Expected::Value(*attribute, value);
                checks.ask(About::ClaimProof(*index), &pair.target_id, expected);
            }
        }
        if self.asks_about_absence() {
            for (unpaired, account) in self.unpaired.iter().enumerate() {
                if let Some(account) = account.as_ref().filter(|account| account.looks_ours()) {
                    self.ask_whether_ours(&mut checks, About::Absent(unpaired), account);
                    self.ask_who_looks_after(&mut checks, unpaired, account);
                    if self.policy.grace.is_some() {
                        let markers = [Purpose::MissingSince, Purpose::MissingRuns];
                        for marker in markers.into_iter().filter_map(|marker| self.schema.find(marker)) {
                            let expected = Expected::Absent(marker);
                            checks.ask(About::Absent(unpaired), &account.target_id, expected);
                        }
                    }
                }
            }
        }
        for (unpaired, attribute, value) in &proofs.own {
            if let Some(account) = &self.unpaired[*unpaired] {
                let expected = Expected::Value(*attribute, value);
                checks.ask(About::Own(*unpaired), &account.target_id, expected);
            }
        }
        self.ask_for_sessions(&mut checks);
        for (index, listing) in self.listings.iter().enumerate() {
            for (number, account) in listing.accounts.iter().enumerate() {
                if matches!(account.ownership, Ownership::Unproved(_)) {
                    self.ask_whether_ours(&mut checks, About::LeaverEntry(index, number), account);
                }
            }
        }
        checks
    }

    /// Returns whether this run can remove an account as absent.
    fn asks_about_absence(&self) -> bool {
        let is_proved = self.desired.complete && self.desired.selection.is_none();
        self.policy.absent != AbsentPolicy::Keep && is_proved
    }

    fn ask_about_person<'q>(&'q self, checks: &mut Checks<'q>, index: usize, pair: &'q Pair) {
        let desired = &self.desired.objects[index];
        if let Some(marker) = self.schema.find(Purpose::MissingSince)
            && self.asks_for_markers(desired.lifecycle)
        {
            let expected = Expected::Absent(marker);
            checks.ask(About::Person(index), &pair.target_id, expected);
        }
        if desired.lifecycle == Lifecycle::Disabled {
            let doubtful = !pair.is_managed || pair.found == MatchedBy::Moved;
            if let Some(account) = pair.differing.as_deref().filter(|_| doubtful) {
                self.ask_whether_ours(checks, About::Person(index), account);
            }
            return;
        }
        let look = match pair.found {
            MatchedBy::Name | MatchedBy::Moved => Look::First,
            MatchedBy::Id if pair.is_managed => Look::Usual,
            MatchedBy::Id | MatchedBy::LegacyId | MatchedBy::LegacyIdUnconfirmed => Look::Doubtful,
        };
        for expected in expected_on_demand(self.schema, desired, look) {
            let expected = self.as_written(desired, pair, expected);
            checks.ask(About::Person(index), &pair.target_id, expected);
        }
        let Some(mark) = self.schema.find(Purpose::DisabledByUs) else {
            return;
        };
        let inactive = pair
            .differing
            .as_ref()
            .is_some_and(|account| account.lifecycle == Lifecycle::Disabled);
        let mut ask = |expected| checks.ask(About::Person(index), &pair.target_id, expected);
        if inactive {
            ask(Expected::Present(mark));
        }
        // Left on an active account, the mark would later make an administrator's block look like our own
        // deactivation. If new accounts are created deactivated, the value of the mark also matters.
        if !inactive || self.withholding.create_deactivated.is_some() {
            ask(Expected::Absent(mark));
        }
    }

    /// If the account writes the person's address differently, so do its other attributes. Accepting that spelling
    /// avoids a change in each run.
    fn as_written<'q>(&self, desired: &Desired, pair: &'q Pair, expected: Expected<'q>) -> Expected<'q> {
        let account = pair.differing.as_deref();
        let stored = account.and_then(|account| account.attributes.of(self.schema, Purpose::Address));
        match (expected, stored) {
            (Expected::Value(index, wanted), Some(stored))
                if self.schema.spec(index).mutability == Mutability::ReadWrite
                    && diff::is_address(self.schema, desired, wanted)
                    && stored.equals(wanted, Equality::Comparable) =>
            {
                Expected::Value(index, stored)
            }
            (expected, _) => expected,
        }
    }

    /// Returns whether the account of a present person is checked for an absence marker. Also without grace: a marker
    /// that stays would later count as a long absence.
    fn asks_for_markers(&self, lifecycle: Lifecycle) -> bool {
        let stays = lifecycle == Lifecycle::Active || self.policy.disabled != DisabledPolicy::Delete;
        let inspects = |(_, spec): (_, &AttributeSpec)| is_inspected(spec);
        stays && (self.policy.grace.is_some() || self.schema.iter().any(inspects))
    }

    /// Checks the provider of an unpaired account, unless the account stays unchanged anyway.
    fn ask_who_looks_after<'q>(&'q self, checks: &mut Checks<'q>, index: usize, account: &'q Existing) {
        let stays =
            self.policy.absent == AbsentPolicy::Deactivate && account.lifecycle == Lifecycle::Disabled;
        if let Some(attribute) = self.schema.find(Purpose::Provider)
            && let Some(ours) = self.desired.providers.first().filter(|_| !stays)
        {
            let expected = Expected::Value(attribute, ours);
            checks.ask(About::Absent(index), &account.target_id, expected);
        }
    }

    fn ask_whether_ours<'q>(&'q self, checks: &mut Checks<'q>, about: About, account: &'q Existing) {
        if let Some(proof) = self.schema.find(Purpose::OwnershipProof) {
            checks.ask(about, &account.target_id, Expected::Present(proof));
        }
    }
}

/// Returns whether an attribute is checked on all paired accounts.
fn is_inspected(spec: &AttributeSpec) -> bool {
    let inspected = spec
        .inspection()
        .is_some_and(|inspected| inspected != Inspection::Nothing);
    inspected && !spec.purpose.is_bookkeeping()
}
