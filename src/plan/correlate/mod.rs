//! Pairs people with accounts: first by external id, then by the forms in which older tools stored it, then by login
//! name and verified e-mail address.

pub(super) mod adopt;
mod pair;

pub(super) use self::pair::{LeaverEntry, MatchedBy, Pair, Slot};
use self::pair::{pair, target_id};
mod by_name;

use std::collections::{HashMap, HashSet};

use self::adopt::Known;
use super::{Alias, Policy, Withholding};
use crate::model::{
    Catalog, Desired, DesiredState, Existing, ExternalId, Ownership, Purpose, Schema, TargetId, Totals,
    TypeId, alike, comparable,
};

/// Pairs people with accounts while the account list is read.
///
/// Of a paired account without differences, only the id is kept, because a million of them must fit into
/// memory.
#[derive(Debug)]
pub struct Correlation<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) schema: &'a Schema,
    pub(super) desired: &'a DesiredState,
    pub(super) policy: Policy,
    pub(super) withholding: Withholding,
    pub(super) known: Known<'a>,
    /// One per entry of `desired.objects`.
    pub(super) slots: Vec<Slot>,
    pub(super) unpaired: Vec<Option<Existing>>,
    /// One per entry of `desired.leavers`.
    pub(super) listings: Vec<LeaverEntry>,
    leaver_by_address: HashMap<String, usize>,
    pub(super) totals: Totals,
}

impl<'a> Correlation<'a> {
    /// Starts without pairs. `desired.objects` must be sorted by id.
    pub fn new(catalog: &'a Catalog, desired: &'a DesiredState, policy: Policy) -> Self {
        let leaver_by_address = desired
            .leavers
            .iter()
            .enumerate()
            .map(|(index, leaver)| (comparable(&leaver.email), index))
            .collect();
        Self {
            catalog,
            schema: catalog.schema(desired.resource),
            desired,
            policy,
            withholding: Withholding::of(&policy),
            known: Known::new(desired),
            slots: desired.objects.iter().map(|_| Slot::Free).collect(),
            unpaired: Vec::new(),
            listings: desired.leavers.iter().map(|_| LeaverEntry::default()).collect(),
            leaver_by_address,
            totals: Totals::default(),
        }
    }

    /// Replaces the restrictions of the policy.
    #[must_use]
    pub fn restricted(self, withholding: Withholding) -> Self {
        Self { withholding, ..self }
    }

    /// The resource type.
    pub fn resource(&self) -> TypeId {
        self.desired.resource
    }

    /// Adds an account of the list, in any order.
    pub fn observe(&mut self, account: Existing) {
        self.totals.add(&account, self.schema);
        self.note_listing(&account);
        match account.id.as_ref().and_then(|id| self.known.position(id)) {
            Some(index) if !account.is_protected() => self.pair_by_id(index, account),
            _ => self.unpaired.push(Some(account)),
        }
    }

    /// Adds accounts that were missing in the list. Returns whether any of them is new; then the pairing has to be
    /// repeated.
    pub fn add(&mut self, accounts: Vec<Existing>) -> bool {
        let mut known: HashSet<TargetId> = HashSet::new();
        known.extend(
            self.unpaired
                .iter()
                .flatten()
                .map(|account| account.target_id.clone()),
        );
        for slot in &self.slots {
            match slot {
                Slot::Paired(pair) => drop(known.insert(pair.target_id.clone())),
                Slot::Several(ids) | Slot::Leaver(ids) => known.extend(ids.iter().cloned()),
                Slot::Free | Slot::Blocked(_) => {}
            }
        }
        let before = self.totals.all;
        for account in accounts {
            if known.insert(account.target_id.clone()) {
                self.observe(account);
            }
        }
        self.totals.all > before
    }

    /// Pairs people without an account. Call it after the last account.
    pub fn match_unpaired(&mut self) {
        // The list has no order, but the result must not depend on it.
        self.unpaired
            .sort_by(|a, b| target_id(a.as_ref()).cmp(&target_id(b.as_ref())));
        for slot in &mut self.slots {
            if let Slot::Several(accounts) = slot {
                accounts.sort_unstable();
            }
        }
        for listing in &mut self.listings {
            listing.accounts.sort_by(|a, b| a.target_id.cmp(&b.target_id));
            listing.by_id.sort_by(|a, b| a.target_id.cmp(&b.target_id));
        }
        self.pair_alike();
        self.set_listed_people_aside();
        self.pair_legacy();
        self.pair_by_name();
    }

    /// A person's address, which is also the login name.
    pub(super) fn address<'i>(&self, wanted: &'i Desired) -> Option<&'i str> {
        wanted.attributes.text_of(self.schema, Purpose::Address)
    }

    /// The names of an account: its address and its login name. People may have changed them separately.
    pub(super) fn names<'n>(&self, account: &'n Existing) -> impl Iterator<Item = &'n str> {
        let address = account.attributes.text_of(self.schema, Purpose::Address);
        address.into_iter().chain([account.login(self.schema)])
    }

    /// The index of the account's person. The account may be one of several with the person's id.
    pub(super) fn owner(&self, account: &Existing) -> Option<usize> {
        let mut people = account.ids().filter_map(|id| self.known.only_one_like(id));
        people.find(|index| match &self.slots[*index] {
            Slot::Paired(pair) => pair.target_id == account.target_id,
            Slot::Several(accounts) => accounts.contains(&account.target_id),
            Slot::Free | Slot::Blocked(_) | Slot::Leaver(_) => false,
        })
    }

    /// Objects of the sources that have another external id at the target, or none. Call it after
    /// [`Correlation::match_unpaired`].
    pub fn aliases(&self) -> impl Iterator<Item = Alias> {
        let pairs = self.slots.iter().zip(&self.desired.objects);
        pairs.filter_map(|(slot, wanted)| {
            let Slot::Paired(pair) = slot else { return None };
            let account = pair.differing.as_deref()?;
            (account.id.as_ref() != Some(&wanted.id)).then(|| Alias {
                resource: wanted.resource,
                id: wanted.id.clone(),
                former: account.id.clone(),
                target_id: account.target_id.clone(),
            })
        })
    }

    fn note_listing(&mut self, account: &Existing) {
        let is_theirs = matches!(account.ownership, Ownership::Foreign(_) | Ownership::Protected(_));
        if self.leaver_by_address.is_empty() || is_theirs {
            return;
        }
        let names = self.names(account).map(comparable);
        let mut listings: Vec<usize> = names
            .filter_map(|name| self.leaver_by_address.get(&name).copied())
            .collect();
        listings.dedup();
        let id = account.id.as_ref().and_then(ExternalId::as_text).map(comparable);
        let by_id = id.and_then(|id| self.leaver_by_address.get(&id).copied());
        if let Some(index) = by_id.filter(|index| !listings.contains(index)) {
            self.listings[index].by_id.push(account.clone());
        }
        for index in listings {
            self.listings[index].accounts.push(account.clone());
        }
    }

    fn pair_by_id(&mut self, index: usize, account: Existing) {
        let slot = &mut self.slots[index];
        match slot {
            Slot::Paired(pair) => {
                *slot = Slot::Several(vec![pair.target_id.clone(), account.target_id]);
            }
            Slot::Several(ids) => ids.push(account.target_id),
            _ => {
                let wanted = &self.desired.objects[index];
                *slot = Slot::Paired(pair(self.schema, wanted, account, MatchedBy::Id));
            }
        }
    }

    /// A person on a list of leavers gets no account or change, even if another source contains the person.
    fn set_listed_people_aside(&mut self) {
        if self.leaver_by_address.is_empty() {
            return;
        }
        for index in 0..self.slots.len() {
            let address = self.address(&self.desired.objects[index]).map(comparable);
            let Some(&listing) = address.and_then(|address| self.leaver_by_address.get(&address)) else {
                continue;
            };
            let accounts = &mut self.listings[listing].accounts;
            let is_new = |id: &TargetId| accounts.iter().all(|listed| listed.target_id != *id);
            let mut others = Vec::new();
            match std::mem::replace(&mut self.slots[index], Slot::Free) {
                Slot::Paired(Pair {
                    differing: Some(account),
                    ..
                }) if is_new(&account.target_id) => accounts.push(*account),
                Slot::Several(ids) => others.extend(ids.into_iter().filter(is_new)),
                _ => {}
            }
            self.slots[index] = Slot::Leaver(others);
        }
    }

    /// Pairs accounts whose id looks like that of a person, only if no other person and no other account has such an
    /// id.
    fn pair_alike(&mut self) {
        let mut claims: HashMap<usize, Vec<usize>> = HashMap::new();
        for (index, account) in self.unpaired.iter().enumerate() {
            let id = account.as_ref().and_then(|account| account.id.as_ref());
            if let Some(person) = id.and_then(|id| self.known.only_one_like(id)) {
                claims.entry(person).or_default().push(index);
            }
        }
        for (person, indexes) in claims {
            if !matches!(self.slots[person], Slot::Free) {
                continue;
            }
            let [index] = &indexes[..] else {
                // It is not known which account is the person's, and a new one would be one more.
                let target_ids = indexes
                    .iter()
                    .filter_map(|index| target_id(self.unpaired[*index].as_ref()));
                self.slots[person] = Slot::Several(target_ids.cloned().collect());
                continue;
            };
            if let Some(account) = self.unpaired[*index].take_if(|account| !account.is_protected()) {
                let wanted = &self.desired.objects[person];
                self.slots[person] = Slot::Paired(pair(self.schema, wanted, account, MatchedBy::Id));
            }
        }
    }

    fn pair_legacy(&mut self) {
        let mut claims: HashMap<usize, Vec<usize>> = HashMap::new();
        for (index, account) in self.unpaired.iter().enumerate() {
            let Some(account) = account else { continue };
            if !account.is_managed() {
                continue;
            }
            let owners = account.claims.iter().filter_map(|id| self.known.position(id));
            let mut owners: Vec<usize> = owners.collect();
            owners.dedup();
            if let [owner] = owners[..] {
                claims.entry(owner).or_default().push(index);
            }
        }
        for (owner, indexes) in claims {
            if let ([index], Slot::Free) = (&indexes[..], &self.slots[owner]) {
                self.pair_with_legacy(owner, *index);
            }
        }
    }

    fn pair_with_legacy(&mut self, owner: usize, index: usize) {
        let Some(account) = self.unpaired[index].take() else {
            return;
        };
        let wanted = &self.desired.objects[owner];
        let same_login = self
            .address(wanted)
            .is_some_and(|address| alike(address, account.login(self.schema)));
        let found = if same_login {
            MatchedBy::LegacyId
        } else {
            MatchedBy::LegacyIdUnconfirmed
        };
        self.slots[owner] = Slot::Paired(pair(self.schema, wanted, account, found));
    }
}
