//! Which records could mean an account that was found to be nobody's: then its person is not absent.

use std::collections::HashMap;

use super::correlate::{Correlation, Found, Slot};
use super::legacy;
use super::question::looks_ours;
use crate::model::{Account, ExternalId, Identity, RecordRef, Rejected, Value, comparable};

/// A record that could mean an account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim<'a> {
    /// Where it stands.
    pub(super) record: &'a RecordRef,
    /// Why the account is kept.
    pub(super) reason: &'static str,
}

pub(super) const REJECTED: &str = "the record of its person could not be used";
const MAYBE_REJECTED: &str = "a record that could not be used has its login name, address or `localpart`";
const ELSEWHERE: &str = "a person in the sources has its login name, address or `localpart`, and another id";
/// The account is reported, too.
pub(super) const TWIN: &str = "its external id differs from a person's in nothing that can be told apart";
const ANYBODY: &str = "a record that could not be used may be its person's: no account carries the id of that record, and \
                       its address is wrong";

/// The accounts that could be removed as absent, by their places, under everything that a record can name them by.
#[derive(Default)]
struct Names<'a> {
    /// By what their external ids look like.
    ids: HashMap<String, Vec<usize>>,
    /// By all their names.
    all: HashMap<String, Vec<usize>>,
    localparts: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Names<'a> {
    fn of(correlation: &'a Correlation<'_>, localparts: &'a HashMap<usize, Value>) -> Self {
        let mut names = Self::default();
        for (place, account) in correlation.unpaired.iter().enumerate() {
            let Some(account) = account.as_ref().filter(|account| looks_ours(account)) else {
                continue;
            };
            let id = account.id.as_ref().and_then(ExternalId::as_text).map(comparable);
            if let Some(id) = &id {
                names.ids.entry(id.clone()).or_default().push(place);
            }
            let address = correlation.login.and_then(|login| account.attributes.text(login));
            let logins = address.into_iter().chain([&*account.login]).map(comparable);
            for name in logins.chain(id) {
                names.all.entry(name).or_default().push(place);
            }
            if let Some(localpart) = localparts.get(&place) {
                names
                    .localparts
                    .entry(localpart.as_text())
                    .or_default()
                    .push(place);
            }
        }
        names
    }

    fn places(found: Option<&Vec<usize>>) -> impl Iterator<Item = usize> + '_ {
        found.into_iter().flatten().copied()
    }

    /// The accounts that any of these names.
    fn named(&self, texts: &[&str], localparts: &[&str]) -> Vec<usize> {
        let by_name = texts
            .iter()
            .flat_map(|text| Self::places(self.all.get(&comparable(text))));
        let by_localpart = localparts
            .iter()
            .flat_map(|localpart| Self::places(self.localparts.get(localpart)));
        by_name.chain(by_localpart).collect()
    }
}

impl<'a> Correlation<'a> {
    /// The first record, if any, that could mean each of the accounts nobody was found for, by their places. `has_account`
    /// says whether a person has another account for sure; `localparts` are those of the accounts, as far as known.
    pub(super) fn claims(
        &self,
        has_account: impl Fn(usize) -> bool,
        localparts: &HashMap<usize, Value>,
    ) -> HashMap<usize, Claim<'a>> {
        let mut claims = HashMap::new();
        let names = Names::of(self, localparts);
        if names.all.is_empty() {
            return claims;
        }
        let desired = self.desired;
        for rejected in &desired.rejected {
            for place in names.named(&texts_of(rejected), &self.localparts_of_rejected(rejected).each()) {
                let record = &rejected.at;
                claims.entry(place).or_insert(Claim {
                    record,
                    reason: MAYBE_REJECTED,
                });
            }
        }
        for (index, person) in desired.identities.iter().enumerate() {
            let record = &person.origin;
            let is_text = !desired.binary_ids.contains(&record.source);
            let id = person.id.as_text().filter(|_| is_text);
            let alike = id.and_then(|id| names.ids.get(&comparable(id)));
            for place in Names::places(alike) {
                claims.entry(place).or_insert(Claim { record, reason: TWIN });
            }
            if has_account(index) {
                continue;
            }
            let texts: Vec<&str> = id.into_iter().chain(self.address(person)).collect();
            for place in names.named(&texts, &self.localparts_of(person).each()) {
                claims.entry(place).or_insert(Claim {
                    record,
                    reason: ELSEWHERE,
                });
            }
        }
        claims
    }

    /// Whether anybody could be meant by a `localpart` who has no account for sure.
    pub(super) fn has_strangers(&self) -> bool {
        let is_settled = |slot: &Slot| matches!(slot, Slot::Paired(pair) if pair.has_role && pair.found != Found::LegacyIdUnconfirmed);
        !self.desired.rejected.is_empty() || !self.slots.iter().all(is_settled)
    }

    /// A record that could be anybody's: no account carries its id, and its address is none by which somebody could be found.
    pub(super) fn claims_anybody(&self) -> Option<Claim<'a>> {
        let rejected = self.desired.rejected.iter().find(|rejected| {
            rejected.id.is_some() && rejected.claims.is_misspelt && !self.is_carried(rejected)
        })?;
        Some(Claim {
            record: &rejected.at,
            reason: ANYBODY,
        })
    }

    fn is_carried(&self, rejected: &Rejected) -> bool {
        let carries = |account: &Account| {
            let stored = account.id.clone().into_iter();
            let mut ids = stored.chain(legacy::readings(&account.id_text));
            ids.any(|id| {
                let found = self.known.rejected_like(&id);
                found.is_some_and(|found| found.id == rejected.id)
            })
        };
        self.unpaired.iter().flatten().any(carries)
    }

    /// The `localpart` that a person has, or would get.
    fn localparts_of(&self, person: &Identity) -> Localparts {
        let marks = self.schema.iter().filter(|(_, spec)| spec.is_mark());
        let given = marks
            .filter(|(index, _)| !person.unknown.contains(*index))
            .filter_map(|(index, _)| person.attributes.get(index).cloned());
        let given: Vec<Value> = given.collect();
        if given.is_empty() {
            let made = legacy::marks_of_id(self.schema, &person.id);
            return Localparts(made.into_iter().map(|(_, value)| value).collect());
        }
        Localparts(given)
    }

    fn localparts_of_rejected(&self, rejected: &Rejected) -> Localparts {
        let given = rejected.claims.localparts.iter().map(|text| Value::text(&**text));
        let made = rejected.id.iter();
        let made = made.flat_map(|id| legacy::marks_of_id(self.schema, id));
        Localparts(given.chain(made.map(|(_, value)| value)).collect())
    }
}

struct Localparts(Vec<Value>);

impl Localparts {
    fn each(&self) -> Vec<&str> {
        self.0.iter().map(Value::as_text).collect()
    }
}

/// Everything in a record that could be a name of an account.
fn texts_of(rejected: &Rejected) -> Vec<&str> {
    let id = rejected.id.as_ref().and_then(ExternalId::as_text);
    let addresses = rejected.claims.addresses.iter().map(|address| &**address);
    id.into_iter().chain(addresses).collect()
}
