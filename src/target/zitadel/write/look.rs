//! Looks at an account right before a rare write: lists are minutes old by then, and a filter may have answered wrongly.

use crate::model::{AttributeIndex, Edit, Existing, Lifecycle, Removal, RemovalReason, Required, Value};
use crate::target::zitadel::client::error::Failure;
use crate::target::zitadel::rules::schema::{
    EMAIL, EXTERNAL_ID, FIRST_NAME, LAST_NAME, LOCALPART, LOGIN, PROVIDER,
};
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::wire::received::{Metadata, User, UserState};
use crate::target::{TargetError, TargetErrorKind as Kind, Wrote};

/// How an account is that is to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::target::zitadel) enum Found {
    Gone,
    Inactive,
    Active,
}

impl ZitadelTarget {
    /// The account of a removal as it is now, and not as the lists showed it, which may be minutes behind: it may be another
    /// person's by now, or somebody may have taken it out of this tool's hands.
    pub(in crate::target::zitadel) async fn look_again(
        &self,
        account: &Existing,
        removal: &Removal,
    ) -> Result<Found, Failure> {
        let Some(user) = self.current_user(account.target_id.as_str()).await? else {
            return Ok(Found::Gone);
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
            None if user.state == UserState::Inactive => Ok(Found::Inactive),
            None => Ok(Found::Active),
        }
    }

    /// What the account itself does not hold of what the removal rests on, and no list shows.
    async fn what_is_missing(
        &self,
        account: &Existing,
        removal: &Removal,
    ) -> Result<Option<&'static str>, TargetError> {
        if removal.requires.is_empty() {
            return Ok(None);
        }
        let held = self.all_metadata(account.target_id.as_str()).await?;
        let is_unmet = |required: &&Required| {
            let held = self.keys.held(&held, required.attribute);
            match &required.value {
                Some(value) => held.as_deref() != Some(value.as_text()),
                None => held.is_none(),
            }
        };
        let mismatches = removal.requires.iter().find(is_unmet);
        Ok(match mismatches.map(|required| required.attribute) {
            Some(LOCALPART) => Some("it has no `localpart`, so it may not be ours"),
            Some(_) => Some("its person was not missing all the time"),
            None if removal.reason == RemovalReason::Absent && !self.is_looked_after(&held) => {
                Some("another configuration looks after it")
            }
            None => None,
        })
    }

    /// Whether the account says of no other configuration that it looks after it.
    fn is_looked_after(&self, held: &[Metadata]) -> bool {
        let providers = &self.providers;
        let is_ours = |name: String| providers.iter().any(|ours| ours.as_text() == name);
        providers.is_empty() || self.keys.held(held, PROVIDER).is_none_or(is_ours)
    }

    /// Looks at an account before it gets an id, names, a login name, a link, or is let in again: it may have been given to
    /// somebody else since the list was read. What the change writes may be there already.
    pub(in crate::target::zitadel) async fn look_before(&self, edit: &Edit) -> Result<(), TargetError> {
        let Some(before) = edit.before.as_deref() else {
            return Ok(());
        };
        // Who is gone is told by the write.
        let Some(user) = self.current_user(edit.target_id.as_str()).await? else {
            return Ok(());
        };
        let is_blocked = user.state == UserState::Inactive && before.lifecycle == Lifecycle::Active;
        let changed = if edit.change(EXTERNAL_ID).is_some() && is_blocked {
            Some("somebody has deactivated it")
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

    /// What tells that the account is not the one that the list showed, or that somebody has changed it since.
    pub(in crate::target::zitadel) fn what_changed(
        &self,
        account: &Existing,
        user: &User,
    ) -> Option<&'static str> {
        let listed = |attribute| account.attributes.text(attribute).unwrap_or_default();
        if *user.details.resource_owner != *self.settings.organization_id {
            Some("it is of another organization")
        } else if current(user, EXTERNAL_ID) != listed(EXTERNAL_ID) {
            Some("it carries another id")
        } else if !is_same_name(&user.username, listed(LOGIN)) {
            Some("it has another login name")
        } else if !is_same_name(current(user, EMAIL), listed(EMAIL)) {
            Some("it has another address")
        } else {
            None
        }
    }
}

/// What the user holds now of what identifies a person.
fn current(user: &User, attribute: AttributeIndex) -> &str {
    let Some(human) = &user.human else { return "" };
    match attribute {
        EXTERNAL_ID => &human.profile.nick,
        EMAIL => &human.email.email,
        LOGIN => &user.username,
        _ => "",
    }
}

/// The account as the change takes it to be, but for what is there already that the change writes.
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

/// Names that are neither what they were nor what they become are somebody else's.
fn other_names(edit: &Edit, before: &Existing, user: &User) -> Option<&'static str> {
    let profile = &user.human.as_ref()?.profile;
    let is_known = |(attribute, now): (AttributeIndex, &str)| {
        let known = [&before.attributes, &edit.desired.attributes];
        known
            .iter()
            .any(|known| known.text(attribute).unwrap_or_default() == now)
    };
    let names = [(FIRST_NAME, &*profile.given), (LAST_NAME, &*profile.family)];
    (!names.into_iter().all(is_known)).then_some("it has other names")
}

/// Login names and addresses are the same ignoring case.
fn is_same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// The account is not as it was when the plan was made; `what` says what follows and why.
pub(in crate::target::zitadel) fn changed_since(what: &str) -> TargetError {
    TargetError {
        kind: Kind::Conflict,
        operation: "read_user",
        what: format!("the account has changed since the list of accounts was read; {what}"),
        error_id: None,
        hint: Some("the next run looks at it anew".into()),
        wrote: Wrote::Unknown,
    }
}
