//! The token with which an administrator approves a refused plan.

use sha2::{Digest, Sha256};

use super::check::LimitCheck;
use crate::model::{ActionKind, Catalog, Change, Purpose, Schema};

/// Makes tokens for one target.
pub(super) struct Tokens<'a> {
    target_key: &'a str,
    /// One hash per limit: of its key and of what counts against it.
    hashes: Vec<[u8; 32]>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(target_key: &'a str, checks: &[LimitCheck<'_>], catalog: &Catalog) -> Self {
        let hashes = checks.iter().map(|check| hash(check, catalog)).collect();
        Self { target_key, hashes }
    }

    /// The token that lifts the chosen limits, for exactly the changes that count against them.
    ///
    /// Other changes of the plan do not matter. A token is often used hours after it was printed, and new changes
    /// either pass the other limits or are refused by them.
    pub(super) fn of(&self, chosen: impl Fn(usize) -> bool) -> String {
        let mut all = Sha256::new();
        all.update(Sha256::digest(self.target_key));
        for (_, hash) in self.hashes.iter().enumerate().filter(|(index, _)| chosen(*index)) {
            all.update(hash);
        }
        hex::encode(&all.finalize()[..8])
    }

    /// The indexes of the limits that a token lifts; empty if it does not match.
    ///
    /// There are at most a dozen limits, so each combination is tried.
    pub(super) fn lifted(&self, token: &str) -> Vec<usize> {
        let indexes = || 0..self.hashes.len();
        let mut sets = 1usize..1 << self.hashes.len();
        let set = sets.find(|set| self.of(|index| set >> index & 1 == 1) == token);
        set.map_or_else(Vec::new, |set| {
            indexes().filter(|index| set >> index & 1 == 1).collect()
        })
    }
}

fn hash(check: &LimitCheck<'_>, catalog: &Catalog) -> [u8; 32] {
    let mut shown: Vec<[u8; 32]> = check
        .changes
        .iter()
        .map(|change| of_change(change, catalog.schema(change.resource)))
        .collect();
    shown.sort_unstable();
    let mut all = Sha256::new();
    all.update(Sha256::digest(&check.key));
    for change in shown {
        all.update(change);
    }
    all.finalize().into()
}

/// What was shown of a change: the account, the action, the new login name, and the name of a person who adopts the
/// account.
fn of_change(change: &Change, schema: &Schema) -> [u8; 32] {
    let id = change.id().map(crate::model::ExternalId::hex);
    let mut texts = vec![
        kind(change, schema).to_owned(),
        change.target_id().map(ToString::to_string).unwrap_or_default(),
        id.unwrap_or_default(),
        change.login(schema).unwrap_or_default().into(),
    ];
    if let Some(edit) = change.edit().filter(|_| change.kind == ActionKind::Adopt) {
        let parts = schema.iter().filter(|(_, spec)| spec.purpose == Purpose::Name);
        let parts = parts.map(|(index, _)| edit.desired.attributes.text(index).unwrap_or_default());
        texts.extend(parts.map(str::to_owned));
    }
    let unlinked = change.unlinked(schema).into_iter();
    texts.extend(unlinked.map(|reference| format!("{reference:?}")));
    let mut all = Sha256::new();
    // All hashes have the same length, so different lists of texts cannot be confused.
    for text in texts {
        all.update(Sha256::digest(text));
    }
    all.finalize().into()
}

fn kind(change: &Change, schema: &Schema) -> &'static str {
    if change.takes_last_role(schema) {
        "revoke"
    } else {
        change.kind.name()
    }
}
