//! Accounts that are taken out of use.

use super::ZitadelTarget;
use super::call::Call;
use super::error::{Failure, accept};
use super::held::second;
use super::look::{changed_since, value};
use super::meaning::id;
use super::schema::{DISABLED_BY, DISABLED_BY_US, MISSING_RUNS, MISSING_SINCE, PROVIDER, metadata_key};
use super::wire::received::{Done, Metadata, UserState};
use super::wire::sent::NewMetadata;
use crate::model::{Removal, RemovalReason, TargetId};
use crate::target::{Applied, TargetError, TargetErrorKind as Kind};

/// How an account is that is to be removed.
enum Found {
    Gone,
    Inactive,
    Active,
}

impl ZitadelTarget {
    /// Marks the account as deactivated by this tool, if that is wanted, and deactivates it.
    pub(super) async fn disable(&self, removal: &Removal, mark: bool) -> Result<Applied, TargetError> {
        let account = &removal.account.target_id;
        let user = account.as_str();
        let found = match removal.reason {
            // An undo has compared more than this, and may have changed it itself.
            RemovalReason::Undone => Found::Active,
            _ => self.look_again(removal).await?,
        };
        if let Found::Gone = found {
            return gone_is_fine(account, Ok(()));
        }
        let mut done = self.remove_metadata(user, notes(removal.returned)).await;
        // Somebody else may have deactivated it since; then the mark would be a lie.
        if let (Ok(()), Found::Active) = (&done, found) {
            let marks = [NewMetadata::new(DISABLED_BY, DISABLED_BY_US)];
            done = self.set_metadata(user, &marks[..usize::from(mark)]).await;
            if done.is_ok() {
                done = self.deactivate(user).await;
            }
        }
        gone_is_fine(account, done)
    }

    pub(super) async fn deactivate(&self, user: &str) -> Result<(), Failure> {
        let deactivated = self.state(user, "deactivate_user", "deactivate").await;
        accept(deactivated, &[id::ALREADY_INACTIVE]).map(drop)
    }

    pub(super) async fn delete(&self, removal: &Removal) -> Result<Applied, TargetError> {
        let account = &removal.account.target_id;
        if let Found::Gone = self.look_again(removal).await? {
            return gone_is_fine(account, Ok(()));
        }
        let path = ["v2", "users", account.as_str()];
        let deleted = self.api.send::<Done>(&Call::delete("delete_user", &path)).await;
        let deleted = accept(deleted, &[id::ALREADY_DELETED]);
        gone_is_fine(account, deleted.map(|done| self.written.user(&done.details)))
    }

    /// The account of a removal as it is now, and not as the lists showed it, which may be minutes behind: it may be another
    /// person's by now, or somebody may have taken it out of this tool's hands.
    async fn look_again(&self, removal: &Removal) -> Result<Found, TargetError> {
        let account = &removal.account;
        let Some(user) = self.current_user(account.target_id.as_str()).await? else {
            return Ok(Found::Gone);
        };
        let changed = if let Some(what) = self.what_changed(account, &user) {
            Some(what)
        } else if self.roles_of(account.target_id.as_str()).await? != account.entitlements {
            Some("it holds other roles")
        } else {
            self.is_proved_ours(removal).await?
        };
        match changed {
            Some(what) => Err(changed_since(&format!("it was not removed: {what}"))),
            None if user.state == UserState::Inactive => Ok(Found::Inactive),
            None => Ok(Found::Active),
        }
    }

    /// Whether the account itself holds what the removal rests on, and no list shows; else what it lacks.
    async fn is_proved_ours(&self, removal: &Removal) -> Result<Option<&'static str>, TargetError> {
        if !rests_on_mark(removal) {
            return Ok(None);
        }
        let held = self.all_metadata(removal.account.target_id.as_str()).await?;
        if value(&held, MARK).is_none() {
            return Ok(Some("it has no `localpart`, so it may not be ours"));
        }
        if removal.reason == RemovalReason::Absent && !self.is_looked_after(&held) {
            return Ok(Some("another configuration looks after it"));
        }
        let noted = value(&held, MISSING_SINCE).and_then(second);
        let is_noted = removal.missing_since.is_none_or(|since| noted == Some(since));
        Ok((!is_noted).then_some("its person was not missing all the time"))
    }

    /// Whether the account says of no other configuration that it looks after it.
    fn is_looked_after(&self, held: &[Metadata]) -> bool {
        let providers = self.providers.borrow();
        let key = metadata_key(PROVIDER).unwrap_or_default();
        let is_ours = |name: &[u8]| providers.iter().any(|ours| ours.as_text().as_bytes() == name);
        providers.is_empty() || value(held, key).is_none_or(is_ours)
    }
}

/// What tells an account that this tool made from others.
const MARK: &str = "localpart";

/// Whether the account has to show that this tool made it.
fn rests_on_mark(removal: &Removal) -> bool {
    match removal.reason {
        RemovalReason::Absent => true,
        RemovalReason::Listed => removal.account.entitlements.is_empty(),
        RemovalReason::Disabled | RemovalReason::Undone => false,
    }
}

/// How many requests look at an account before it is removed: at itself, its roles, and its metadata if that matters.
pub(super) fn looks_before_removal(removal: &Removal) -> u64 {
    2 + u64::from(rests_on_mark(removal))
}

/// Who was to be removed and is gone needs no more.
pub(super) fn gone_is_fine(account: &TargetId, done: Result<(), Failure>) -> Result<Applied, TargetError> {
    match done {
        Err(failure) if failure.error.kind != Kind::NotFound => Err(failure.error),
        _ => Ok(Applied {
            target_id: Some(account.clone()),
            ..Applied::default()
        }),
    }
}

/// What is noted of the absence of somebody who is back.
pub(super) fn notes(returned: bool) -> &'static [&'static str] {
    if returned {
        &[MISSING_SINCE, MISSING_RUNS]
    } else {
        &[]
    }
}
