//! Finds records that could belong to an unpaired account. Its person is then not absent.

use std::borrow::Cow;
use std::collections::HashMap;

use super::ownership::proofs;
use crate::model::{Desired, Existing, ExternalId, Purpose, RecordRef, Rejected, Schema, Value, comparable};
use crate::plan::correlate::{Correlation, MatchedBy, Slot};

/// A record that could belong to an account.
#[derive(Clone, Copy, Debug)]
pub(in crate::plan) struct Claim<'a> {
    /// Location of the record.
    pub(in crate::plan) record: &'a RecordRef,
    /// Why the account stays.
    pub(in crate::plan) ground: Ground,
}

/// The connection between a record and an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Ground {
    /// The record has the account's id, and was rejected.
    Rejected,
    /// The record has one of the account's names, and was rejected.
    MaybeRejected,
    /// The record has one of the account's names, and another id.
    Elsewhere,
    /// The record has an id that looks like the account's. The account is reported too.
    Twin,
    /// The record could belong to any account.
    AnyAccount,
}

impl Ground {
    /// Message that explains why the account stays.
    pub(in crate::plan) fn reason(self, schema: &Schema) -> Cow<'static, str> {
        let proof = schema.name_of(Purpose::OwnershipProof);
        match self {
            Self::Rejected => "the record of its person was rejected".into(),
            Self::MaybeRejected => {
                format!("a rejected record has its login name, address or `{proof}`").into()
            }
            Self::Elsewhere => {
                format!("a person in the sources has its login name, address or `{proof}`, and another id")
                    .into()
            }
            Self::Twin => "its external id looks the same as a person's".into(),
            Self::AnyAccount => {
                "a rejected record may belong to its person: no account has the id of that record, and its address \
                 is wrong"
                    .into()
            }
        }
    }
}

/// The accounts that could be removed as absent: their indexes under everything by which a record can name them.
#[derive(Default)]
struct Names<'a> {
    /// By the comparable form of their external ids.
    ids: HashMap<String, Vec<usize>>,
    /// By all their names.
    all: HashMap<String, Vec<usize>>,
    proofs: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Names<'a> {
    fn of(correlation: &'a Correlation<'_>, proofs: &'a HashMap<usize, Value>) -> Self {
        let mut names = Self::default();
        for (index, account) in correlation.unpaired.iter().enumerate() {
            let Some(account) = account.as_ref().filter(|account| account.looks_ours()) else {
                continue;
            };
            let id = account.id.as_ref().and_then(ExternalId::as_text).map(comparable);
            if let Some(id) = &id {
                names.ids.entry(id.clone()).or_default().push(index);
            }
            for name in correlation.names(account).map(comparable).chain(id) {
                names.all.entry(name).or_default().push(index);
            }
            if let Some(proof) = proofs.get(&index) {
                names.proofs.entry(proof.as_text()).or_default().push(index);
            }
        }
        names
    }

    fn indexes(found: Option<&Vec<usize>>) -> impl Iterator<Item = usize> + '_ {
        found.into_iter().flatten().copied()
    }

    /// The accounts with any of these names.
    fn named(&self, texts: &[&str], proofs: &[&str]) -> Vec<usize> {
        let by_name = texts
            .iter()
            .flat_map(|text| Self::indexes(self.all.get(&comparable(text))));
        let by_proof = proofs
            .iter()
            .flat_map(|proof| Self::indexes(self.proofs.get(proof)));
        by_name.chain(by_proof).collect()
    }
}

impl<'a> Correlation<'a> {
    /// The first record that could belong to each unpaired account, by index. `has_account` returns whether a person
    /// certainly has another account. `proofs` are the accounts' proofs, as far as known.
    pub(in crate::plan) fn claims(
        &self,
        has_account: impl Fn(usize) -> bool,
        proofs: &HashMap<usize, Value>,
    ) -> HashMap<usize, Claim<'a>> {
        let mut claims = HashMap::new();
        let names = Names::of(self, proofs);
        if names.all.is_empty() {
            return claims;
        }
        let desired = self.desired;
        for rejected in &desired.rejected {
            for index in names.named(&texts_of(rejected), &self.proofs_of_rejected(rejected).each()) {
                let record = &rejected.at;
                claims.entry(index).or_insert(Claim {
                    record,
                    ground: Ground::MaybeRejected,
                });
            }
        }
        for (index, person) in desired.objects.iter().enumerate() {
            let record = &person.origin;
            let is_text = !desired.binary_ids.contains(&record.source);
            let id = person.id.as_text().filter(|_| is_text);
            let alike = id.and_then(|id| names.ids.get(&comparable(id)));
            for index in Names::indexes(alike) {
                claims.entry(index).or_insert(Claim {
                    record,
                    ground: Ground::Twin,
                });
            }
            if has_account(index) || !self.schema.name_outlives_id() {
                continue;
            }
            let texts: Vec<&str> = id.into_iter().chain(self.address(person)).collect();
            for index in names.named(&texts, &self.proofs_of(person).each()) {
                claims.entry(index).or_insert(Claim {
                    record,
                    ground: Ground::Elsewhere,
                });
            }
        }
        claims
    }

    /// Returns whether an ownership proof could belong to a person who may have no account yet.
    pub(in crate::plan) fn has_strangers(&self) -> bool {
        let is_settled = |slot: &Slot| matches!(slot, Slot::Paired(pair) if pair.is_managed && pair.found != MatchedBy::LegacyIdUnconfirmed);
        !self.desired.rejected.is_empty() || !self.slots.iter().all(is_settled)
    }

    /// A record that could belong to any account: no account has its id, and its address cannot be used for matching.
    pub(in crate::plan) fn claims_any_account(&self) -> Option<Claim<'a>> {
        let rejected = self.desired.rejected.iter().find(|rejected| {
            rejected.id.is_some() && rejected.claims.is_misspelt && !self.is_carried(rejected)
        })?;
        Some(Claim {
            record: &rejected.at,
            ground: Ground::AnyAccount,
        })
    }

    fn is_carried(&self, rejected: &Rejected) -> bool {
        let carries = |account: &Existing| {
            account.ids().any(|id| {
                let found = self.known.rejected_like(id);
                found.is_some_and(|found| found.id == rejected.id)
            })
        };
        self.unpaired.iter().flatten().any(carries)
    }

    /// The ownership proof that a person's account has or would get.
    fn proofs_of(&self, person: &Desired) -> Proofs {
        let proof = self.schema.find(Purpose::OwnershipProof);
        let given = proof
            .filter(|proof| !person.unknown.contains(*proof))
            .and_then(|proof| person.attributes.get(proof).cloned());
        let made = || {
            proofs(self.schema, &person.id)
                .into_iter()
                .map(|(_, value)| value)
        };
        Proofs(given.map_or_else(|| made().collect(), |given| vec![given]))
    }

    fn proofs_of_rejected(&self, rejected: &Rejected) -> Proofs {
        let given = rejected.claims.proofs.iter().map(|text| Value::text(&**text));
        let made = rejected.id.iter();
        let made = made.flat_map(|id| proofs(self.schema, id));
        Proofs(given.chain(made.map(|(_, value)| value)).collect())
    }
}

struct Proofs(Vec<Value>);

impl Proofs {
    fn each(&self) -> Vec<&str> {
        self.0.iter().map(Value::as_text).collect()
    }
}

/// All texts in a record that could be a name of an account.
fn texts_of(rejected: &Rejected) -> Vec<&str> {
    let id = rejected.id.as_ref().and_then(ExternalId::as_text);
    let addresses = rejected.claims.addresses.iter().map(|address| &**address);
    id.into_iter().chain(addresses).collect()
}
