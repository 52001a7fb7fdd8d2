//! Pairs people without an account with accounts by login name or verified e-mail address.

use std::collections::HashMap;

use super::adopt;
use super::{Correlation, MatchedBy, Slot, pair};
use crate::model::{Desired, Existing, Lifecycle, Purpose, Schema, comparable};

impl Correlation<'_> {
    pub(super) fn pair_by_name(&mut self) {
        let candidates = Candidates::new(self);
        let mut wishes: Vec<(Rank, usize, Result<usize, String>)> = Vec::new();
        for (index, desired) in self.desired.objects.iter().enumerate() {
            if !wants_account(self.schema, desired) || !matches!(self.slots[index], Slot::Free) {
                continue;
            }
            let Some(address) = self.name_from_sources(desired) else {
                continue;
            };
            if let Some((rank, candidate)) = candidates.of(address) {
                wishes.push((
                    rank,
                    index,
                    candidate.and_then(|unpaired| self.may_adopt(unpaired, desired)),
                ));
            }
        }
        wishes.sort_by_key(|(rank, index, _)| (*rank, *index));
        self.adopt(wishes);
        self.pair_moved(&candidates);
    }

    /// The name by which an object without our external id is found.
    fn name_from_sources<'i>(&self, desired: &'i Desired) -> Option<&'i str> {
        desired.attributes.text(self.schema.name_from_sources()?)
    }

    fn adopt(&mut self, wishes: Vec<(Rank, usize, Result<usize, String>)>) {
        for (_, index, wish) in wishes {
            let taken = || "another person has the account with this verified address".to_owned();
            let account = wish.and_then(|unpaired| self.unpaired[unpaired].take().ok_or_else(taken));
            self.slots[index] = match account {
                Ok(account) => {
                    let desired = &self.desired.objects[index];
                    Slot::Paired(pair(self.schema, desired, account, MatchedBy::Name))
                }
                Err(reason) => Slot::Blocked(reason),
            };
        }
    }

    /// People who are disabled or without a role get no account. But a managed account with their login name still
    /// belongs to them, if no other person can be meant.
    fn pair_moved(&mut self, candidates: &Candidates) {
        let mut wishes: HashMap<usize, usize> = HashMap::new();
        for (index, desired) in self.desired.objects.iter().enumerate() {
            if wants_account(self.schema, desired) || !matches!(self.slots[index], Slot::Free) {
                continue;
            }
            let unpaired = self
                .address(desired)
                .and_then(|address| candidates.of_login(address));
            let looks_ours = |unpaired: &usize| {
                self.unpaired[*unpaired]
                    .as_ref()
                    .is_some_and(Existing::looks_ours)
            };
            if let Some(unpaired) = unpaired.filter(looks_ours)
                && self.may_adopt(unpaired, desired).is_ok()
            {
                wishes.insert(unpaired, index);
            }
        }
        if wishes.is_empty() {
            return;
        }
        let mut meant: HashMap<usize, usize> = HashMap::new();
        let people = self
            .desired
            .objects
            .iter()
            .filter_map(|person| self.address(person));
        let rejected = self.desired.rejected.iter();
        let rejected =
            rejected.flat_map(|rejected| rejected.claims.addresses.iter().map(|address| &**address));
        for unpaired in people
            .chain(rejected)
            .filter_map(|address| candidates.of_login(address))
        {
            *meant.entry(unpaired).or_default() += 1;
        }
        for (unpaired, index) in wishes
            .into_iter()
            .filter(|(unpaired, _)| meant.get(unpaired) == Some(&1))
        {
            if let Some(account) = self.unpaired[unpaired].take() {
                let desired = &self.desired.objects[index];
                self.slots[index] = Slot::Paired(pair(self.schema, desired, account, MatchedBy::Moved));
            }
        }
    }

    fn may_adopt(&self, index: usize, desired: &Desired) -> Result<usize, String> {
        let Some(account) = &self.unpaired[index] else {
            return Err("another person has it".to_owned());
        };
        let listed = self
            .listings
            .iter()
            .flat_map(|listing| &listing.accounts)
            .any(|a| a.target_id == account.target_id);
        let refusal = if !self.policy.adopt {
            Some("`policy.adopt` is false")
        } else if listed {
            Some("a list of leavers names it")
        } else {
            adopt::refusal(&self.known, desired, account)
        };
        match refusal {
            None => Ok(index),
            Some(reason) => Err(format!(
                "account {} has this person's login name or address and cannot be adopted: {reason}",
                account.target_id
            )),
        }
    }
}

/// People who are to have no role get no account.
fn wants_account(schema: &Schema, desired: &Desired) -> bool {
    desired.lifecycle == Lifecycle::Active && desired.may_have_account(schema)
}

/// Unpaired accounts by login name and by verified address.
struct Candidates {
    by_login: HashMap<String, Vec<usize>>,
    by_address: HashMap<String, Vec<usize>>,
}

impl Candidates {
    fn new(correlation: &Correlation<'_>) -> Self {
        let mut candidates = Self {
            by_login: HashMap::new(),
            by_address: HashMap::new(),
        };
        let has_address = correlation.schema.find(Purpose::Address).is_some();
        for (index, account) in correlation.unpaired.iter().enumerate() {
            let Some(account) = account else { continue };
            // Login names are reused, unlike addresses: an account with another id belongs to another person.
            if !has_address && account.id.is_some() {
                continue;
            }
            candidates
                .by_login
                .entry(comparable(account.login(correlation.schema)))
                .or_default()
                .push(index);
            let schema = correlation.schema;
            if let Some(address) = account.attributes.text_of(schema, Purpose::VerifiedAddress) {
                candidates
                    .by_address
                    .entry(comparable(address))
                    .or_default()
                    .push(index);
            }
        }
        candidates
    }

    /// The only account with this login name.
    fn of_login(&self, address: &str) -> Option<usize> {
        match self.by_login.get(&comparable(address)).map(Vec::as_slice) {
            Some([unpaired]) => Some(*unpaired),
            _ => None,
        }
    }

    /// The only account with this login name, or else with this verified address.
    fn of(&self, address: &str) -> Option<(Rank, Result<usize, String>)> {
        let key = comparable(address);
        let by_login = self.by_login.get(&key).map(|accounts| (Rank::Login, accounts));
        let (rank, accounts) = by_login.or_else(|| Some((Rank::Address, self.by_address.get(&key)?)))?;
        let candidate = match accounts[..] {
            [unpaired] => Ok(unpaired),
            _ => Err(format!(
                "{} accounts have this person's verified address",
                accounts.len()
            )),
        };
        Some((rank, candidate))
    }
}

/// A login name is stronger evidence than an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Login,
    Address,
}
