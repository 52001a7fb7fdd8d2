//! A person with the person's account.

use crate::model::{Desired, Existing, Lifecycle, Purpose, Schema, TargetId};
use crate::plan::diff;

/// How the account of a person was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum MatchedBy {
    /// It has the person's id, or one that looks the same and cannot belong to another person.
    Id,
    /// It has the id in a form of an older tool, and the person's address as login name.
    LegacyId,
    /// It has the id in a form of an older tool. Its ownership proof has to be checked.
    LegacyIdUnconfirmed,
    /// It has the login name or the verified address.
    Name,
    /// It has the login name, and was managed with another id. The person is disabled, or is to have no role.
    Moved,
}

/// A person's account.
#[derive(Debug)]
pub(in crate::plan) struct Pair {
    pub(in crate::plan) target_id: TargetId,
    pub(in crate::plan) found: MatchedBy,
    /// The account is managed. Otherwise it must at least have the ownership proof.
    pub(in crate::plan) is_managed: bool,
    /// `None` if everything that the list shows is as desired.
    pub(in crate::plan) differing: Option<Box<Existing>>,
}

/// What is known about a person's account.
#[derive(Debug)]
pub(in crate::plan) enum Slot {
    Free,
    Paired(Pair),
    /// Several accounts have the id. None of them is changed.
    Several(Vec<TargetId>),
    /// Nothing can be written for this person.
    Blocked(String),
    /// The person is on a list of leavers. Of several accounts with the person's id, these do not have the address.
    Leaver(Vec<TargetId>),
}

/// An entry of a list of leavers, with the managed accounts that have its address.
#[derive(Debug, Default)]
pub(in crate::plan) struct LeaverEntry {
    pub(in crate::plan) accounts: Vec<Existing>,
    /// Accounts that have the address only as external id.
    pub(in crate::plan) by_id: Vec<Existing>,
}

pub(super) fn pair(schema: &Schema, desired: &Desired, account: Existing, found: MatchedBy) -> Pair {
    let is_managed = account.is_managed();
    // The account is kept in memory if its ownership is not proved, because the decision needs its login name, or if
    // it writes a name differently, because its other values may be written in the same way.
    let equal = found == MatchedBy::Id
        && is_managed
        && account.id.as_ref() == Some(&desired.id)
        && writes_names_as(schema, desired, &account)
        && desired.lifecycle == Lifecycle::Active
        && account.lifecycle == Lifecycle::Active
        && diff::listed_changes(schema, desired, &account).is_empty();
    Pair {
        target_id: account.target_id.clone(),
        found,
        is_managed,
        differing: (!equal).then(|| Box::new(account)),
    }
}

/// Returns whether the account has exactly the person's address.
fn writes_names_as(schema: &Schema, desired: &Desired, account: &Existing) -> bool {
    let Some(address) = schema.find(Purpose::Address) else {
        return true;
    };
    account.attributes.text(address) == desired.attributes.text(address)
}

pub(super) fn target_id(account: Option<&Existing>) -> Option<&TargetId> {
    account.map(|account| &account.target_id)
}
