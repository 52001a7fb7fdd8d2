//! Accounts that the run made are deleted, and those that it deleted are made again.

use super::edit::{Reversal, person};
use super::{CHANGED_SINCE, Now, Past, Undone, Unheld};
use crate::model::{Account, Action, Change, Lifecycle, Removal, RemovalReason, Restore, Schema};

const TWICE: &str = "several accounts carry its id or login name, so nobody knows which of them the run made";
const TAKEN: &str = "another account carries its id or login name since";
const LACKS: &str = "the account was made again since without all that it had: links, roles in other projects or metadata \
                     are left in the file (`kept`) to be given by hand";

/// The account, if there is only one.
pub(super) fn only<'a>(accounts: &[&'a Account]) -> Option<&'a Account> {
    match accounts {
        [account] => Some(account),
        _ => None,
    }
}

/// Deletes an account that the run made, if it is as the run made it.
pub(super) fn unmake(
    schema: &Schema,
    past: &Past,
    now: &Now<'_>,
    unheld: &[Unheld<'_>],
) -> Result<Undone, &'static str> {
    if past.made.is_none() && now.namesakes.len() > 1 {
        return Err(TWICE);
    }
    let Some(account) = past.account(now) else {
        return Ok(Undone::Already);
    };
    if !unheld.is_empty() || !is_as_made(schema, past, account) {
        return Err(CHANGED_SINCE);
    }
    let removal = Removal {
        account: account.clone(),
        reason: RemovalReason::Undone,
        returned: false,
        missing_since: None,
    };
    Ok(Undone::Change(Box::new(Action::Delete(removal).into())))
}

/// A run that was interrupted may have left out the roles and the deactivation; a phone number may have been refused.
fn is_as_made(schema: &Schema, past: &Past, account: &Account) -> bool {
    let Action::Create { identity, attributes } = &past.change.action else {
        return false;
    };
    let values = schema
        .iter()
        .filter(|(_, spec)| spec.listed)
        .all(
            |(index, spec)| match (account.attributes.get(index), attributes.get(index)) {
                (Some(held), Some(made)) => held.equals(made, spec.equality),
                (None, Some(_)) => !spec.required,
                (None, None) => true,
                (Some(_), None) => false,
            },
        );
    let roles = account
        .entitlements
        .iter()
        .all(|role| identity.entitlements.contains(role));
    let interrupted = past.made.is_none() && identity.lifecycle == Lifecycle::Disabled;
    values
        && roles
        && account.id_text == past.change.id_text()
        && past
            .change
            .login(schema)
            .is_some_and(|login| login == account.login)
        && (account.lifecycle == identity.lifecycle || interrupted)
}

/// Makes an account again that the run deleted, or completes one that an earlier undo has begun to make.
pub(super) fn remake(
    schema: &Schema,
    past: &Past,
    removal: &Removal,
    now: &Now<'_>,
) -> Result<Undone, &'static str> {
    let before = &removal.account;
    if now.account.is_some() {
        return Ok(Undone::Already);
    }
    match now.namesakes[..] {
        [] => Ok(Undone::Change(Box::new(made_again(past, before)))),
        [account] if is_made_again(schema, before, account) => match completed(past, before, account) {
            Undone::Already if now.lacks => Err(LACKS),
            undone => Ok(undone),
        },
        _ => Err(TAKEN),
    }
}

fn made_again(past: &Past, before: &Account) -> Change {
    let identity = person(before, &before.attributes);
    let restore = Restore {
        id_text: before.id_text.clone(),
        login: before.login.clone(),
        details: past.details.clone(),
        mark: false,
        edit: None,
    };
    Change {
        action: Action::Create {
            identity,
            attributes: before.attributes.clone(),
        },
        restore: Some(Box::new(restore)),
    }
}

fn is_made_again(schema: &Schema, before: &Account, account: &Account) -> bool {
    let listed = schema.iter().filter(|(_, spec)| spec.listed);
    let mut values = listed.map(|(index, _)| (before.attributes.get(index), account.attributes.get(index)));
    values.all(|(before, held)| before == held || held.is_none())
        && account.id_text == before.id_text
        && account.login == before.login
}

/// The last steps of making an account are its deactivation and its roles.
fn completed(past: &Past, before: &Account, account: &Account) -> Undone {
    let mut reversal = Reversal::nothing(past, account, person(before, &before.attributes));
    reversal.restore.details.clone_from(&past.details);
    let missing = before
        .entitlements
        .iter()
        .filter(|role| !account.entitlements.contains(role));
    reversal.edit.grant = missing.cloned().collect();
    if before.lifecycle == Lifecycle::Disabled && account.lifecycle == Lifecycle::Active {
        reversal.restore.mark = false;
        return reversal.disabled(account);
    }
    if reversal.edit.is_empty() {
        return Undone::Already;
    }
    reversal.updated()
}
