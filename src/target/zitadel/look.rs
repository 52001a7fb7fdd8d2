//! Looks at an account right before a rare write: lists are minutes old by then, and a filter may have answered wrongly.

use super::ZitadelTarget;
use super::schema::{EMAIL, FIRST_NAME, IDP_LINK, LAST_NAME, metadata_key};
use super::wire::received::{Metadata, User, UserState};
use super::wire::sent::NewMetadata;
use crate::config::MetadataCheck;
use crate::model::{Account, AttributeChange, AttributeIndex, Edit, Lifecycle, Mutability, Restore, Value};
use crate::target::{TargetError, TargetErrorKind as Kind};

/// The metadata that a change of an account writes, and the keys that it removes.
pub(super) struct MetadataWrites<'a> {
    pub(super) set: Vec<NewMetadata<'a>>,
    pub(super) lost: Vec<&'static str>,
}

impl ZitadelTarget {
    /// What is written once is only written where the account itself shows nothing, and only taken back where it shows
    /// what is to be taken back. One request for such a change, none for others.
    pub(super) async fn metadata_writes<'a>(
        &self,
        edit: &'a Edit,
        warnings: &mut Vec<String>,
    ) -> Result<MetadataWrites<'a>, TargetError> {
        let mut writes = MetadataWrites {
            set: Vec::new(),
            lost: Vec::new(),
        };
        let held = if self.looks_at_metadata(edit) {
            self.all_metadata(edit.target_id.as_str()).await?
        } else {
            Vec::new()
        };
        for change in &edit.attributes {
            let Some(key) = metadata_key(change.attribute) else {
                continue;
            };
            if self.is_asked_first(change) && !is_as_planned(change, value(&held, key)) {
                warnings.push(stays(key, change));
                continue;
            }
            match &change.after {
                Some(after) => writes.set.push(NewMetadata::new(key, after.as_text())),
                None => writes.lost.push(key),
            }
        }
        Ok(writes)
    }

    /// Whether the metadata of the account is read before the change.
    pub(super) fn looks_at_metadata(&self, edit: &Edit) -> bool {
        edit.attributes.iter().any(|change| self.is_asked_first(change))
    }

    /// Whether the account itself is asked before the change: its value may have been overlooked, and must not be lost.
    fn is_asked_first(&self, change: &AttributeChange) -> bool {
        if metadata_key(change.attribute).is_none() {
            return false;
        }
        let is_new = change.before.is_none() && change.after.is_some();
        let by_key_alone = self.settings.metadata == MetadataCheck::Presence && is_new;
        self.schema.spec(change.attribute).mutability == Mutability::SetOnce || by_key_alone
    }

    /// What tells that the account is not the one that the list showed, or that somebody has changed it since.
    pub(super) fn what_changed(&self, account: &Account, user: &User) -> Option<&'static str> {
        let human = user.human.as_ref();
        let id = human.map_or("", |human| &human.profile.nick);
        let address = human.map_or("", |human| &human.email.email);
        let listed = account.attributes.text(EMAIL).unwrap_or_default();
        if *user.details.resource_owner != *self.settings.organization_id {
            Some("it is of another organization")
        } else if *id != *account.id_text {
            Some("it carries another id")
        } else if !is_same_name(&user.username, &account.login) {
            Some("it has another login name")
        } else if !is_same_name(address, listed) {
            Some("it has another address")
        } else {
            None
        }
    }

    /// Looks at an account before it gets an id, names, a login name, a link, or is let in again: it may have been given to
    /// somebody else since the list was read. What the change writes may be there already.
    pub(super) async fn look_before(
        &self,
        edit: &Edit,
        restore: Option<&Restore>,
    ) -> Result<(), TargetError> {
        let Some(before) = edit.before.as_deref().filter(|_| looks_before(edit)) else {
            return Ok(());
        };
        // Who is gone is told by the write.
        let Some(user) = self.current_user(edit.target_id.as_str()).await? else {
            return Ok(());
        };
        let is_blocked = user.state == UserState::Inactive && before.lifecycle == Lifecycle::Active;
        let changed = if edit.id_before.is_some() && is_blocked {
            Some("somebody has deactivated it")
        } else {
            self.what_changed(before, &user)
                .filter(|_| {
                    self.what_changed(&as_written(edit, restore, before, &user), &user)
                        .is_some()
                })
                .or_else(|| other_names(edit, before, &user))
        };
        changed.map_or(Ok(()), |what| {
            Err(changed_since(&format!("it was left as it is: {what}")))
        })
    }
}

/// Whether the account is looked at before the change, since that says whose account it is, or who may log in.
pub(super) fn looks_before(edit: &Edit) -> bool {
    let personal = [FIRST_NAME, LAST_NAME, EMAIL, IDP_LINK];
    let mut changed = edit.attributes.iter();
    let is_about_person =
        edit.id_before.is_some() || edit.enable || changed.any(|change| personal.contains(&change.attribute));
    is_about_person && edit.before.is_some()
}

/// The account as the change takes it to be, but for what is there already that the change writes.
fn as_written(edit: &Edit, restore: Option<&Restore>, before: &Account, user: &User) -> Account {
    let mut account = before.clone();
    let human = user.human.as_ref();
    let id = restore.map_or_else(
        || edit.identity.id.to_string().into(),
        |restore| restore.id_text.clone(),
    );
    if edit.id_before.is_some() && human.is_some_and(|human| human.profile.nick == id) {
        account.id_text = id;
    }
    let address = edit.identity.attributes.text(EMAIL).unwrap_or_default();
    if edit.attributes.iter().any(|change| change.renames) {
        let login = restore.map_or(address, |restore| &restore.login);
        let names = [Some(login), edit.detour.as_deref()];
        if let Some(name) = names
            .into_iter()
            .flatten()
            .find(|name| is_same_name(name, &user.username))
        {
            account.login = name.into();
        }
        if human.is_some_and(|human| is_same_name(&human.email.email, address)) {
            account.attributes.set(EMAIL, Some(Value::text(address)));
        }
    }
    account
}

/// Names that are neither what they were nor what they become are somebody else's.
fn other_names(edit: &Edit, before: &Account, user: &User) -> Option<&'static str> {
    let profile = &user.human.as_ref()?.profile;
    let is_known = |(attribute, now): (AttributeIndex, &str)| {
        let known = [&before.attributes, &edit.identity.attributes];
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
pub(super) fn changed_since(what: &str) -> TargetError {
    TargetError {
        kind: Kind::Conflict,
        operation: "read_user",
        what: format!("the account has changed since the list of accounts was read; {what}"),
        error_id: None,
        hint: Some("the next run looks at it anew".into()),
    }
}

/// What is held under a key; an empty value is none.
pub(super) fn value<'m>(held: &'m [Metadata], key: &str) -> Option<&'m [u8]> {
    let entry = held.iter().find(|entry| *entry.key == *key)?;
    Some(&*entry.value).filter(|value| !value.is_empty())
}

/// Whether the account holds what the change takes it to hold. What is gone already may go again.
fn is_as_planned(change: &AttributeChange, held: Option<&[u8]>) -> bool {
    let before = change.before.as_ref().map(|value| value.as_text().as_bytes());
    held == before || held.is_none()
}

fn stays(key: &str, change: &AttributeChange) -> String {
    if change.before.is_none() {
        format!(
            "`{key}` was not written: the account has one, which the list of accounts filtered by metadata did not show; it stays"
        )
    } else {
        format!("`{key}` was left as it is: it is not what it was when everything was read")
    }
}
