//! People without an account whose login name or verified e-mail address an account has.

use std::collections::HashMap;

use super::{Correlation, Found, Slot, pair};
use crate::model::{Identity, Lifecycle};
use crate::plan::adopt;

impl Correlation<'_> {
    pub(super) fn pair_by_name(&mut self) {
        let candidates = Candidates::new(self);
        let mut wishes: Vec<(Rank, usize, Result<usize, String>)> = Vec::new();
        for (index, identity) in self.desired.identities.iter().enumerate() {
            // Nobody gets an account who is not to hold any role.
            let wants_none = identity.lifecycle == Lifecycle::Disabled || identity.entitlements.is_empty();
            if wants_none || !matches!(self.slots[index], Slot::Free) {
                continue;
            }
            let Some(address) = self.address(identity) else {
                continue;
            };
            if let Some((rank, candidate)) = candidates.of(address) {
                wishes.push((
                    rank,
                    index,
                    candidate.and_then(|place| self.may_adopt(place, identity)),
                ));
            }
        }
        wishes.sort_by_key(|(rank, index, _)| (*rank, *index));
        for (_, index, wish) in wishes {
            let taken = || "another person has the account with this verified address".to_owned();
            let account = wish.and_then(|place| self.unpaired[place].take().ok_or_else(taken));
            self.slots[index] = match account {
                Ok(account) => {
                    let identity = &self.desired.identities[index];
                    Slot::Paired(pair(self.schema, self.desired, identity, account, Found::Name))
                }
                Err(reason) => Slot::Blocked(reason),
            };
        }
    }

    fn may_adopt(&self, place: usize, identity: &Identity) -> Result<usize, String> {
        let Some(account) = &self.unpaired[place] else {
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
            adopt::refusal(&self.known, identity, account)
        };
        match refusal {
            None => Ok(place),
            Some(reason) => Err(format!(
                "account {} has this person's login name or address and cannot be adopted: {reason}",
                account.target_id
            )),
        }
    }
}

/// The unpaired accounts by login name and by verified address.
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
        for (place, account) in correlation.unpaired.iter().enumerate() {
            let Some(account) = account else { continue };
            candidates
                .by_login
                .entry(account.login.to_lowercase())
                .or_default()
                .push(place);
            let address = correlation.login.and_then(|login| account.attributes.text(login));
            if let Some(address) = address.filter(|_| account.email_verified) {
                candidates
                    .by_address
                    .entry(address.to_lowercase())
                    .or_default()
                    .push(place);
            }
        }
        candidates
    }

    /// The one account with this login name, else the one with this verified address.
    fn of(&self, address: &str) -> Option<(Rank, Result<usize, String>)> {
        let key = address.to_lowercase();
        let by_login = self.by_login.get(&key).map(|places| (Rank::Login, places));
        let (rank, places) = by_login.or_else(|| Some((Rank::Address, self.by_address.get(&key)?)))?;
        let candidate = match places[..] {
            [place] => Ok(place),
            _ => Err(format!(
                "{} accounts have this person's verified address",
                places.len()
            )),
        };
        Some((rank, candidate))
    }
}

/// A login name says more than an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Login,
    Address,
}
