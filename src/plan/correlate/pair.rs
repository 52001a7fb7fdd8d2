//! A person and the account that is theirs.

use crate::model::{Desired, Existing, Lifecycle, Purpose, Schema, TargetId};
use crate::plan::diff;

/// How an account was found to be a person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Found {
    /// It carries the person's id, or one that looks the same and can be nobody else's.
    Id,
    /// It carries the id in a form of an older tool, and its login is the person's address.
    LegacyId,
    /// It carries the id in a form of an older tool; its ownership proof has to agree.
    LegacyIdUnconfirmed,
    /// It has the login name or the verified address.
    Name,
    /// It has the login name, and this tool has looked after it under another id; its person is disabled, or is to hold
    /// no role.
    Moved,
}

/// A person's account.
#[derive(Debug)]
pub(in crate::plan) struct Pair {
    pub(in crate::plan) target_id: TargetId,
    pub(in crate::plan) found: Found,
    /// This tool looks after it; otherwise it must at least hold the ownership proof.
    pub(in crate::plan) is_managed: bool,
    /// `None` when everything the list shows is as it should be.
    pub(in crate::plan) differing: Option<Box<Existing>>,
}

/// What is known about one person's account.
#[derive(Debug)]
pub(in crate::plan) enum Slot {
    /// No account.
    Free,
    /// One account.
    Paired(Pair),
    /// Several accounts carry the id; none of them is touched.
    Several(Vec<TargetId>),
    /// Nothing can be written for this person.
    Blocked(String),
    /// A list of leavers names the person.
    Leaver,
}

/// A list entry and the managed accounts that have its address.
#[derive(Debug, Default)]
pub(in crate::plan) struct LeaverEntry {
    pub(in crate::plan) accounts: Vec<Existing>,
    /// Accounts that have the address in their external id alone.
    pub(in crate::plan) by_id: Vec<Existing>,
}

pub(super) fn pair(schema: &Schema, desired: &Desired, account: Existing, found: Found) -> Pair {
    let is_managed = account.is_managed();
    // Where it is not proved whose the account is, its login name has a say in it, so it is not let go. Nor is an account
    // that writes a name otherwise: what else it holds may be written likewise.
    let equal = found == Found::Id
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

/// Whether the account has the person's address to the letter.
fn writes_names_as(schema: &Schema, desired: &Desired, account: &Existing) -> bool {
    let Some(address) = schema.find(Purpose::Address) else {
        return true;
    };
    account.attributes.text(address) == desired.attributes.text(address)
}

pub(super) fn target_id(account: Option<&Existing>) -> Option<&TargetId> {
    account.map(|account| &account.target_id)
}
