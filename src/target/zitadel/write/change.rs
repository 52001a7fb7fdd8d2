//! Applies a change call by call, with as few calls as Zitadel allows. See `steps` for their order.

use serde_json::json;

use super::look::AccountState;
use super::steps::{Step, is_looked_at_again};
use crate::model::{ActionKind, AttributeChange, Change, Detail, Edit, TargetId};
use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::client::error::{Failure, accept};
use crate::target::zitadel::client::error_ids::id;
use crate::target::zitadel::rules::details::Details;
use crate::target::zitadel::schema::MARK;
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::wire::received::{Done, Metadata};
use crate::target::zitadel::wire::sent::ChangedUser;
use crate::target::{Applied, TargetError, TargetErrorKind as Kind};

const FORMER_LINK_STAYS: &str =
    "this Zitadel cannot remove the link to the former id, which has a slash; remove it by hand";

/// Progress of a change.
pub(in crate::target::zitadel) struct Progress<'a> {
    pub(in crate::target::zitadel) change: &'a Change,
    /// The account, once known.
    pub(in crate::target::zitadel) target_id: Option<TargetId>,
    pub(in crate::target::zitadel) warnings: Vec<String>,
    /// The account's metadata, if it was read.
    pub(in crate::target::zitadel) stored: Option<Vec<Metadata>>,
    /// State of an account that is to be removed.
    pub(in crate::target::zitadel) found: AccountState,
    /// The error if another account has the person's link.
    pub(in crate::target::zitadel) link_taken: Option<TargetError>,
}

impl Progress<'_> {
    pub(in crate::target::zitadel) fn user(&self) -> &str {
        self.target_id.as_ref().map(TargetId::as_str).unwrap_or_default()
    }

    fn details(&self) -> Option<&[Detail]> {
        self.change.restore.as_deref()
    }
}

impl ZitadelTarget {
    /// Applies one change.
    pub(in crate::target::zitadel) async fn apply_change(
        &self,
        change: &Change,
    ) -> Result<Applied, TargetError> {
        let mut progress = Progress {
            change,
            target_id: change.target_id().cloned(),
            warnings: Vec::new(),
            stored: None,
            found: AccountState::Active,
            link_taken: None,
        };
        for step in self.steps(change) {
            match self.perform(&step, &mut progress).await {
                // An account that was to be removed and no longer exists needs no more steps.
                Err(failure)
                    if failure.error.kind == Kind::NotFound && is_content_when_gone(change, &step) =>
                {
                    break;
                }
                done => done?,
            }
            if progress.found == AccountState::Gone {
                break;
            }
        }
        match progress.link_taken {
            // A link conflict does not delay names and addresses. Only the id is left out, so that the next run tries
            // again and reports it again.
            Some(taken) => Err(taken),
            None => Ok(Applied {
                target_id: progress.target_id,
                warnings: progress.warnings,
                list_was_stale: false,
            }),
        }
    }

    async fn perform(&self, step: &Step<'_>, progress: &mut Progress<'_>) -> Result<(), Failure> {
        let user = progress.user().to_owned();
        let user = user.as_str();
        match step {
            Step::LookAgain(account, removal) => progress.found = self.look_again(account, removal).await?,
            Step::LookBefore(edit) => self.look_before(edit).await?,
            Step::ReadMetadata => progress.stored = Some(self.all_metadata(user).await?),
            Step::SetMetadata(changes) => self.write_metadata(user, changes, progress).await?,
            Step::RemoveMetadata(changes) => self.drop_metadata(user, changes, progress).await?,
            Step::Unlink(link) => {
                if !self.unlink(user, link).await? {
                    progress.warnings.push(FORMER_LINK_STAYS.into());
                }
            }
            Step::Link(edit) => progress.link_taken = self.link(edit, progress.details()).await?,
            Step::Reactivate => {
                let reactivated = self.state(user, "reactivate_user", "reactivate").await;
                accept(reactivated, &[id::NOT_INACTIVE])?;
            }
            Step::Deactivate if progress.found == AccountState::Inactive => {}
            Step::Deactivate => self.deactivate(user).await?,
            Step::EndSessions => self.end_sessions(user).await?,
            Step::UpdateUser(edit) => self.update_user(edit, progress).await?,
            Step::RemovePhone => self.remove_phone(user).await?,
            Step::ChangeRoles(roles) => self.write_roles(user, roles, progress).await?,
            Step::GiveRoles(roles) => self.grant(user, roles, &mut progress.warnings).await?,
            Step::GiveRolesAgain => {
                let details = Details(progress.change.restore.as_deref().unwrap_or_default());
                self.give_roles_again(user, details, &mut progress.warnings)
                    .await?;
            }
            Step::Create(creation) => {
                let restore = progress.change.restore.as_deref();
                let made = match restore {
                    Some(details) => self.recreate(creation, details, &mut progress.warnings).await?,
                    None => self.create(creation, &mut progress.warnings).await?,
                };
                progress.target_id = Some(made);
            }
            Step::FinishCreation => self.drop_keys(user, &[MARK]).await?,
            Step::Delete(account) => {
                let path = ["v2", "users", account.as_str()];
                let deleted = self.api.write::<Done>(&Call::delete("delete_user", &path)).await;
                let deleted = accept(deleted, &[id::ALREADY_DELETED])?;
                self.written.user(&deleted.details);
            }
        }
        Ok(())
    }

    async fn write_roles(
        &self,
        user: &str,
        roles: &AttributeChange,
        progress: &mut Progress<'_>,
    ) -> Result<(), TargetError> {
        let (give, take) = (roles.added(), roles.removed());
        if roles.before.is_some() {
            self.change_roles(user, &give, &take, &mut progress.warnings)
                .await
        } else {
            self.grant(user, &give, &mut progress.warnings).await
        }
    }

    async fn deactivate(&self, user: &str) -> Result<(), Failure> {
        let deactivated = self.state(user, "deactivate_user", "deactivate").await;
        accept(deactivated, &[id::ALREADY_INACTIVE]).map(drop)
    }

    async fn state(&self, user: &str, operation: &'static str, verb: &str) -> Result<Done, Failure> {
        let call = Call::post(operation, &["v2", "users", user, verb], &json!({}));
        let done: Done = self.api.write(&call).await?;
        self.written.user(&done.details);
        Ok(done)
    }

    /// Sets the temporary login name of an edit, if it has one and the account has not changed since the plan was
    /// made.
    pub(in crate::target::zitadel) async fn rename_aside(&self, edit: &Edit) -> Result<(), TargetError> {
        let Some(name) = edit.temporary_login.as_deref() else {
            return Ok(());
        };
        if super::steps::looks_before(edit) {
            self.look_before(edit).await?;
        }
        self.rename(&edit.target_id, name).await
    }

    /// Changes only the user name. The address stays, so that no mail is sent about a temporary name.
    pub(in crate::target::zitadel) async fn rename(
        &self,
        account: &TargetId,
        login: &str,
    ) -> Result<(), TargetError> {
        let body = ChangedUser {
            username: Some(login),
            ..ChangedUser::default()
        };
        let path = ["v2", "users", "human", account.as_str()];
        let renamed = self
            .api
            .write::<Done>(&Call::put("rename_user", &path, &body))
            .await;
        Ok(renamed.map(|done| self.written.user(&done.details))?)
    }
}

/// Returns whether a step is complete if the account no longer exists.
fn is_content_when_gone(change: &Change, step: &Step<'_>) -> bool {
    let is_removal = is_looked_at_again(change).is_some()
        || change.edit().is_some() && matches!(step, Step::Deactivate | Step::EndSessions);
    is_removal || change.kind == ActionKind::MarkAbsent
}
