//! Whether an account that somebody else made may become a person's. The rule is the same while planning and when a
//! login name turns out to be taken.

use super::legacy;
use crate::model::{Account, Desired, ExternalId, Identity, Lifecycle};

/// Everybody the sources know something about.
#[derive(Debug)]
pub struct Known<'a> {
    identities: &'a [Identity],
    /// Sorted.
    rejected: Vec<&'a ExternalId>,
    complete: bool,
}

impl<'a> Known<'a> {
    /// `desired.identities` are in order of their id.
    pub fn new(desired: &'a Desired) -> Self {
        let mut rejected: Vec<_> = desired
            .rejected
            .iter()
            .filter_map(|rejected| rejected.id.as_ref())
            .collect();
        rejected.sort_unstable();
        Self {
            identities: &desired.identities,
            rejected,
            complete: desired.complete,
        }
    }

    /// The place of the person with this id.
    pub(super) fn position(&self, id: &ExternalId) -> Option<usize> {
        self.identities
            .binary_search_by(|identity| identity.id.cmp(id))
            .ok()
    }

    /// Whether a record with this id could not be used.
    pub(super) fn is_rejected(&self, id: &ExternalId) -> bool {
        self.rejected.binary_search(&id).is_ok()
    }

    /// Whether everybody who is not named is proved absent.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether the id is another person's, or could be.
    fn is_somebody_else(&self, id: &ExternalId, person: &Identity) -> bool {
        *id != person.id && (self.position(id).is_some() || self.is_rejected(id))
    }
}

/// Why the account may not become this person's; `None` when it may.
pub(crate) fn refusal(known: &Known<'_>, person: &Identity, account: &Account) -> Option<&'static str> {
    if account.protected {
        return Some("it is the account this tool runs as");
    }
    if account.lifecycle == Lifecycle::Disabled {
        return Some("it is deactivated");
    }
    let stored = account.id.clone().into_iter();
    let mut readings = stored.chain(legacy::readings(&account.id_text));
    if readings.any(|id| known.is_somebody_else(&id, person)) {
        return Some("it carries the id of another person");
    }
    let carries_own_id = account.id.as_ref() == Some(&person.id);
    let could_be_anybodys = !account.id_text.is_empty() && !known.is_complete();
    if could_be_anybodys && !carries_own_id {
        return Some("it carries an id, and the sources could not be read in full");
    }
    None
}
