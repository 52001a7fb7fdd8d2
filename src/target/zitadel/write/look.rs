//! Reads an account again right before a rare write. Lists are minutes old by then, and a filter may have been wrong.

use crate::model::{AttributeIndex, Edit, Existing, Lifecycle, Removal, RemovalReason, Required, Value};
use crate::target::zitadel::client::error::Failure;
use crate::target::zitadel::schema::{EMAIL, EXTERNAL_ID, LOCALPART, LOGIN, PROVIDER, Part, parts};
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::wire::received::{Metadata, User, UserState};
use crate::target::{TargetError, TargetErrorKind as Kind};

/// State of an account that is to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::target::zitadel) enum AccountState {
    Gone,
    Inactive,
    Active,
}

impl ZitadelTarget {
    /// Reads the account of a removal again, because the lists may be minutes old. It may belong to another person
    /// now, or may no longer be managed.
    pub(in crate::target::zitadel) async fn look_again(
        &self,
        account: &Existing,
        removal: &Removal,
    ) -> Result<AccountState, Failure> {
        let Some(user) = self.current_user(account.target_id.as_str()).await? else {
            return Ok(AccountState::Gone);
        };
        let changed = if let Some(what) = self.what_changed(account, &user) {
            Some(what)
        } else if *self.roles_of(account.target_id.as_str()).await? != *account.roles(self.schema()) {
            Some("it holds other roles")
        } else {
            self.what_is_missing(account, removal).await?
        };
        match changed {
            Some(what) => Err(changed_since(&format!("it was not removed: {what}")).into()),
            None if user.state == UserState::Inactive => Ok(AccountState::Inactive),
            None => Ok(AccountState::Active),
        }
    }

    /// Which required values, not shown by any list, are missing in the account.
    async fn what_is_missing(
        &self,
        account: &Existing,
        removal: &Removal,
    ) -> Result<Option<&'static str>, TargetError> {
        if removal.requires.is_empty() {
            return Ok(None);
        }
        let stored = self.all_metadata(account.target_id.as_str()).await?;
        let is_mismatch = |required: &&Required| {
            let stored = self.keys.stored(&stored, required.attribute);
            match &required.value {
                Some(value) => stored.as_deref() != Some(value.as_text()),
                None => stored.is_none(),
            }
        };
        let mismatches = removal.requires.iter().find(is_mismatch);
        Ok(match mismatches.map(|required| required.attribute) {
            Some(LOCALPART) => Some("it has no `localpart`, so it may not be ours"),
            Some(_) => Some("its person was not missing all the time"),
            None if removal.reason == RemovalReason::Absent && !self.is_looked_after(&stored) => {
                Some("another configuration manages it")
            }
            None => None,
        })
    }

    /// Returns whether the account names no other configuration as its provider.
    fn is_looked_after(&self, stored: &[Metadata]) -> bool {
        let providers = &self.providers;
        let is_ours = |name: String| providers.iter().any(|ours| ours.as_text() == name);
        providers.is_empty() || self.keys.stored(stored, PROVIDER).is_none_or(is_ours)
    }

    /// Reads an account before it gets an id, names, a login name or a link, or is reactivated. It may have been
    /// given to another person since the list was read. Values that the change writes may already be there.
    pub(in crate::target::zitadel) async fn look_before(&self, edit: &Edit) -> Result<(), TargetError> {
        let Some(before) = edit.before.as_deref() else {
            return Ok(());
        };
        // A missing account is reported by the write.
        let Some(user) = self.current_user(edit.target_id.as_str()).await? else {
            return Ok(());
        };
        let is_blocked = user.state == UserState::Inactive && before.lifecycle == Lifecycle::Active;
        let changed = if edit.change(EXTERNAL_ID).is_some() && is_blocked {
            Some("it was deactivated in the meantime")
        } else {
            self.what_changed(before, &user)
                .filter(|_| {
                    self.what_changed(&as_written(edit, before, &user), &user)
                        .is_some()
                })
                .or_else(|| other_names(edit, before, &user))
        };
        changed.map_or(Ok(()), |what| {
            Err(changed_since(&format!("it was left unchanged: {what}")))
        })
    }

    /// Describes what shows that the account is not the listed one, or has changed since.
    pub(in crate::target::zitadel) fn what_changed(
        &self,
        account: &Existing,
        user: &User,
    ) -> Option<&'static str> {
        let listed = |attribute| account.attributes.text(attribute).unwrap_or_default();
        if *user.details.resource_owner != *self.settings.organization_id {
            Some("it is of another organization")
        } else if current(user, EXTERNAL_ID) != listed(EXTERNAL_ID) {
            Some("it has another id")
        } else if !is_same_name(&user.username, listed(LOGIN)) {
            Some("it has another login name")
        } else if !is_same_name(current(user, EMAIL), listed(EMAIL)) {
            Some("it has another address")
        } else {
            None
        }
    }
}

/// The user's current value of an identifying attribute.
fn current(user: &User, attribute: AttributeIndex) -> &str {
    let Some(human) = &user.human else { return "" };
    match attribute {
        EXTERNAL_ID => &human.profile.nick,
        EMAIL => &human.email.email,
        LOGIN => &user.username,
        _ => "",
    }
}

/// The account as the change expects it, except values that the change writes and that are already there.
fn as_written(edit: &Edit, before: &Existing, user: &User) -> Existing {
    let mut account = before.clone();
    for attribute in [EXTERNAL_ID, LOGIN, EMAIL] {
        let Some(change) = edit.change(attribute) else {
            continue;
        };
        let after = change.after.as_ref().map(Value::as_text);
        let temporary = edit.temporary_login.as_deref().filter(|_| attribute == LOGIN);
        let now = current(user, attribute);
        let is_there = |text: &str| match attribute {
            EXTERNAL_ID => text == now,
            _ => is_same_name(text, now),
        };
        if after.into_iter().chain(temporary).any(is_there) {
            account.attributes.set(attribute, Some(Value::text(now)));
        }
    }
    account
}

/// Names that are neither the former nor the new ones belong to another person.
fn other_names(edit: &Edit, before: &Existing, user: &User) -> Option<&'static str> {
    let profile = &user.human.as_ref()?.profile;
    let is_known = |attribute: AttributeIndex| {
        let now = profile.attributes.text(attribute).unwrap_or_default();
        let known = [&before.attributes, &edit.desired.attributes];
        known
            .iter()
            .any(|known| known.text(attribute).unwrap_or_default() == now)
    };
    let is_name = |(attribute, part)| matches!(part, Part::Name(_)).then_some(attribute);
    let mut names = parts().filter_map(is_name);
    (!names.all(is_known)).then_some("it has other names")
}

/// Compares login names and addresses ignoring case.
fn is_same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// Error for an account that has changed since the plan was made. `what` contains the consequence and the reason.
pub(in crate::target::zitadel) fn changed_since(what: &str) -> TargetError {
    TargetError::new(
        Kind::Conflict,
        "read_user",
        format!("the account has changed since the list of accounts was read; {what}"),
    )
    .hint("the next run checks it again")
}
