//! Accounts that are taken out of use.

use super::ZitadelTarget;
use super::call::Call;
use super::error::{Failure, accept};
use super::meaning::id;
use super::schema::{DISABLED_BY, DISABLED_BY_US, MISSING_RUNS, MISSING_SINCE};
use super::wire::received::{Done, User, UserState};
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

    /// The account of a removal as it is now, and not as the list showed it, which may be minutes behind: it may be another
    /// person's by now.
    async fn look_again(&self, removal: &Removal) -> Result<Found, TargetError> {
        let Some(user) = self.current_user(removal.account.target_id.as_str()).await? else {
            return Ok(Found::Gone);
        };
        if self.is_foreign(&user) {
            return Err(TargetError {
                kind: Kind::Conflict,
                operation: "read_user",
                what: "the account is one of another organization, and was not removed".into(),
                error_id: None,
                hint: Some("check that no proxy before Zitadel mixes up its answers".into()),
            });
        }
        if !is_still(removal, &user) {
            return Err(TargetError {
                kind: Kind::Conflict,
                operation: "read_user",
                what: "the account has changed since the list of accounts was read; it was not removed"
                    .into(),
                error_id: None,
                hint: Some("the next run looks at it anew".into()),
            });
        }
        Ok(match user.state {
            UserState::Inactive => Found::Inactive,
            UserState::Other => Found::Active,
        })
    }
}

/// Whether the account carries the id it was to be removed for. A list of leavers knows people by their address alone, and
/// an undo takes the account for the one that the run made, by both.
fn is_still(removal: &Removal, user: &User) -> bool {
    let account = &removal.account;
    let id = user.human.as_ref().map_or("", |human| &human.profile.nick);
    let by_login = matches!(removal.reason, RemovalReason::Listed | RemovalReason::Undone);
    let renamed = user.username.to_lowercase() != account.login.to_lowercase();
    *id == *account.id_text && (!by_login || !renamed)
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
