//! An undo gives no role that the configuration does not name: its file may tell of any.

use crate::model::{Action, Change, Edit, ExternalId, Plan};

/// A role that an undo does not give back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotGiven {
    /// The account, or what stands for one that is made again.
    pub account: String,
    /// The external id.
    pub id: Option<ExternalId>,
    /// The key of the role.
    pub role: Box<str>,
}

/// Leaves out the roles that are not known, and changes of which nothing else is left.
pub fn give_only(plan: &mut Plan, known: &[String]) -> Vec<NotGiven> {
    let is_known = |role: &str| known.iter().any(|known| known == role);
    let mut not_given = Vec::new();
    let mut left = Vec::with_capacity(plan.changes.len());
    for mut change in std::mem::take(&mut plan.changes) {
        let (account, id) = (subject(&change), change.id().cloned());
        let roles = leave_out(&mut change, &is_known);
        let not_of_this = !roles.is_empty() && is_nothing(&change);
        not_given.extend(roles.into_iter().map(|role| NotGiven {
            account: account.clone(),
            id: id.clone(),
            role,
        }));
        if not_of_this {
            plan.unchanged += 1;
        } else {
            left.push(change);
        }
    }
    plan.changes = left;
    not_given
}

fn subject(change: &Change) -> String {
    match (&change.action, change.target_id()) {
        (Action::Create { identity, .. }, _) => identity.origin.at.to_string(),
        (_, account) => account.map(ToString::to_string).unwrap_or_default(),
    }
}

/// Takes the roles out of the change, and gives them.
fn leave_out(change: &mut Change, is_known: &impl Fn(&str) -> bool) -> Vec<Box<str>> {
    if let Action::Create { identity, .. } = &mut change.action {
        let (known, unknown): (Vec<_>, Vec<_>) = identity
            .entitlements
            .iter()
            .cloned()
            .partition(|role| is_known(role));
        identity.entitlements = known.into();
        return unknown;
    }
    let Some(edit) = change.edit_mut() else {
        return Vec::new();
    };
    let (known, unknown): (Vec<Box<str>>, Vec<Box<str>>) = std::mem::take(&mut edit.grant)
        .into_iter()
        .partition(|role| is_known(role));
    edit.grant = known;
    let held = edit
        .identity
        .entitlements
        .iter()
        .filter(|role| !unknown.contains(role));
    edit.identity.entitlements = held.cloned().collect();
    unknown
}

/// Whether an account would be left as it is.
fn is_nothing(change: &Change) -> bool {
    matches!(&change.action, Action::Update(edit) if Edit::is_empty(edit))
}
