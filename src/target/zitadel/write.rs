//! Changes to accounts that exist. Each is as few calls as Zitadel allows, one after the other.

use jiff::Timestamp;
use serde_json::json;

use super::ZitadelTarget;
use super::call::Call;
use super::create::{Shown, profile};
use super::details::Details;
use super::error::{Failure, accept};
use super::meaning::id;
use super::remove::{gone_is_fine, notes};
use super::restore::{former_email, former_phone, former_profile, role_calls};
use super::schema::{DISABLED_BY, EMAIL, FIRST_NAME, LAST_NAME, MISSING_RUNS, MISSING_SINCE, PHONE};
use super::wire::received::Done;
use super::wire::sent::{ChangedUser, NewMetadata};
use crate::model::{Absence, Action, Change, Edit, Note, Restore, TargetId};
use crate::target::{Applied, TargetError, TargetErrorKind as Kind};

pub(super) const PHONE_LEFT_OUT: &str = "Zitadel refuses the phone number; it was left out";
const FORMER_LINK_STAYS: &str =
    "this Zitadel cannot remove the link to the former id, which has a slash; remove it by hand";

impl ZitadelTarget {
    /// Carries out one change.
    pub(super) async fn carry_out(&self, change: &Change) -> Result<Applied, TargetError> {
        let restore = change.restore.as_deref();
        match &change.action {
            Action::Create { identity, attributes } => match restore {
                Some(restore) => self.remake(identity, attributes, restore).await,
                None => self.create(identity, attributes).await,
            },
            Action::Adopt(edit) | Action::Update(edit) | Action::Enable(edit) => {
                self.edit(edit, restore).await
            }
            Action::Disable(removal) => {
                let edited = match change.edit() {
                    Some(edit) => self.edit(edit, restore).await?,
                    None => Applied::default(),
                };
                let mark = restore.is_none_or(|restore| restore.mark);
                let disabled = self.disable(removal, mark).await?;
                Ok(Applied {
                    warnings: edited.warnings,
                    ..disabled
                })
            }
            Action::Delete(removal) => self.delete(removal).await,
            Action::Note(note) => self.note(note).await,
        }
    }

    /// `restore` is what an undo puts back beside the edit.
    async fn edit(&self, edit: &Edit, restore: Option<&Restore>) -> Result<Applied, TargetError> {
        let user = edit.target_id.as_str();
        let mut warnings = Vec::new();
        // First: whatever fails after it, an absence that is over does not count for another one.
        self.remove_metadata(user, notes(edit.returned)).await?;
        self.look_before(edit, restore).await?;
        // Before the new one: with that in place, the next run would find nothing to replace, and leave the former one there.
        if !self.unlink(edit).await? {
            warnings.push(FORMER_LINK_STAYS.into());
        }
        // Then: with our id in place, the next run would take the account for one that was linked when it was made.
        let taken = self.link(edit, restore).await?;
        if edit.enable {
            let reactivated = self.state(user, "reactivate_user", "reactivate").await;
            accept(reactivated, &[id::NOT_INACTIVE])?;
        }
        // Whoever looked after the account until now would remove it once it has the id of a person whom they do not know.
        let metadata = self.metadata_writes(edit, &mut warnings).await?;
        let (before_id, after_id) = match (&edit.id_before, restore) {
            (Some(_), None) => (&metadata.set[..], &[][..]),
            _ => (&[][..], &metadata.set[..]),
        };
        self.set_metadata(user, before_id).await?;
        let id_before = edit.id_before.as_deref();
        let id_kept = id_before.filter(|_| taken.is_some() && restore.is_none());
        self.update_user(edit, id_kept, restore, &mut warnings).await?;
        if edit
            .attributes
            .iter()
            .any(|change| change.attribute == PHONE && change.after.is_none())
        {
            self.remove_phone(user).await?;
        }
        self.set_metadata(user, after_id).await?;
        self.remove_metadata(user, &metadata.lost).await?;
        match restore {
            Some(restore) if role_calls(restore) > 0 => {
                self.give_roles_again(user, restore, &mut warnings).await?;
            }
            _ if has_roles(edit) => {
                self.change_roles(user, &edit.grant, &edit.revoke, &mut warnings)
                    .await?;
            }
            _ => self.grant(user, &edit.grant, &mut warnings).await?,
        }
        if edit.enable {
            // Last: should anything before have failed, the next run still knows whose doing the state was.
            self.remove_metadata(user, &[DISABLED_BY]).await?;
        }
        match taken {
            // Nobody's name or address waits for somebody to clear up who may log in as whom. Only the id does: without it
            // the next run tries, and says so, again.
            Some(taken) => Err(taken),
            None => Ok(Applied {
                target_id: Some(edit.target_id.clone()),
                warnings,
                was_unlisted: false,
            }),
        }
    }

    /// Everything that one `PUT` can carry; nothing is sent if there is nothing. `id_kept` is what stays in the place of the id.
    async fn update_user(
        &self,
        edit: &Edit,
        id_kept: Option<&str>,
        restore: Option<&Restore>,
        warnings: &mut Vec<String>,
    ) -> Result<(), Failure> {
        let mut body = self.changed_user(edit, id_kept, restore);
        while !body.is_empty() {
            let path = ["v2", "users", "human", edit.target_id.as_str()];
            match self
                .api
                .send::<Done>(&Call::put("update_user", &path, &body))
                .await
            {
                Err(failure) if failure.is(id::PHONE_INVALID) && body.phone.take().is_some() => {
                    warnings.push(PHONE_LEFT_OUT.into());
                }
                Err(failure) if failure.is(id::TAKEN) => {
                    let name = body.username.unwrap_or_default();
                    return Err(self.name_taken(name, failure).await.into());
                }
                updated => return updated.map(|done| self.written.user(&done.details)),
            }
        }
        Ok(())
    }

    /// Gives an account its temporary name, if it has one on its way and still is what the change takes it to be.
    pub(super) async fn rename_aside(&self, edit: &Edit) -> Result<(), TargetError> {
        let Some(name) = edit.detour.as_deref() else {
            return Ok(());
        };
        self.look_before(edit, None).await?;
        self.rename(&edit.target_id, name).await
    }

    /// The user name alone: the address stays, so that nobody gets a mail about a name that does not last.
    pub(super) async fn rename(&self, account: &TargetId, login: &str) -> Result<(), TargetError> {
        let body = ChangedUser {
            username: Some(login),
            ..ChangedUser::default()
        };
        let path = ["v2", "users", "human", account.as_str()];
        let renamed = self
            .api
            .send::<Done>(&Call::put("rename_user", &path, &body))
            .await;
        Ok(renamed.map(|done| self.written.user(&done.details))?)
    }

    fn changed_user<'a>(
        &self,
        edit: &'a Edit,
        id_kept: Option<&str>,
        restore: Option<&'a Restore>,
    ) -> ChangedUser<'a> {
        let details = restore.map(|restore| Details(&restore.details));
        let mut body = ChangedUser::default();
        let mut renamed = false;
        for change in &edit.attributes {
            let after = change.after.as_ref().map(crate::model::Value::as_text);
            match change.attribute {
                FIRST_NAME | LAST_NAME => renamed = true,
                EMAIL => {
                    body.username = restore.map(|restore| &*restore.login).or(after);
                    body.email = after.map(|email| match details {
                        Some(details) => former_email(edit, email, details),
                        None => self.email(email),
                    });
                }
                PHONE => {
                    body.phone = after.map(|phone| match details {
                        Some(details) => former_phone(phone, details),
                        None => self.phone(phone),
                    });
                }
                _ => {}
            }
        }
        // Zitadel wants both names or none, and derives nothing from them. The name that is shown follows the names, and
        // stays as somebody chose it while they stay.
        let shown = if renamed { Shown::Written } else { Shown::LeftAlone };
        let written = renamed || edit.id_before.is_some() && id_kept.is_none();
        body.profile = written.then(|| match restore {
            Some(restore) => former_profile(&edit.identity.attributes, restore),
            None => profile(&edit.identity.id, &edit.identity.attributes, shown),
        });
        if let (Some(profile), Some(id)) = (&mut body.profile, id_kept) {
            id.clone_into(&mut profile.nick);
        }
        body
    }

    async fn remove_phone(&self, user: &str) -> Result<(), Failure> {
        let removed = self
            .api
            .send::<Done>(&Call::delete("remove_phone", &["v2", "users", user, "phone"]))
            .await;
        match removed {
            // With 404 the same id says that the user is gone.
            Err(failure) if failure.is(id::NO_PHONE) && failure.error.kind != Kind::NotFound => Ok(()),
            removed => removed.map(|done| self.written.user(&done.details)),
        }
    }

    pub(super) async fn set_metadata(&self, user: &str, entries: &[NewMetadata<'_>]) -> Result<(), Failure> {
        if entries.is_empty() {
            return Ok(());
        }
        let path = ["management", "v1", "users", user, "metadata", "_bulk"];
        let body = json!({"metadata": entries});
        self.api
            .send::<Done>(&Call::post("set_metadata", &path, &body))
            .await
            .map(drop)
    }

    pub(super) async fn remove_metadata(&self, user: &str, keys: &[&str]) -> Result<(), Failure> {
        if keys.is_empty() {
            return Ok(());
        }
        let path = ["management", "v1", "users", user, "metadata", "_bulk"];
        let body = json!({"keys": keys});
        let removed = self
            .api
            .send::<Done>(&Call::delete_with("remove_metadata", &path, &body))
            .await;
        match removed {
            Err(failure) if failure.is(id::NO_METADATA) => {}
            removed => return removed.map(drop),
        }
        if keys.len() == 1 {
            return Ok(());
        }
        // One key was missing, and so none was removed.
        for key in keys {
            let path = ["management", "v1", "users", user, "metadata", key];
            let removed = self
                .api
                .send::<Done>(&Call::delete("remove_metadata", &path))
                .await;
            accept(removed, &[id::NO_METADATA_KEY])?;
        }
        Ok(())
    }

    /// Writes down that the account's person is missing.
    async fn note(&self, note: &Note) -> Result<Applied, TargetError> {
        let Absence { since, runs } = note.absence;
        let since = Timestamp::from_second(since)
            .unwrap_or(Timestamp::MAX)
            .to_string();
        let runs = runs.to_string();
        let entries = [
            NewMetadata::new(MISSING_SINCE, &since),
            NewMetadata::new(MISSING_RUNS, &runs),
        ];
        let account = &note.account.target_id;
        gone_is_fine(account, self.set_metadata(account.as_str(), &entries).await)
    }

    pub(super) async fn state(
        &self,
        user: &str,
        operation: &'static str,
        verb: &str,
    ) -> Result<Done, Failure> {
        let call = Call::post(operation, &["v2", "users", user, verb], &json!({}));
        let done: Done = self.api.send(&call).await?;
        self.written.user(&done.details);
        Ok(done)
    }
}

/// Whether the account holds a role by a grant that is there, as far as is known.
pub(super) fn has_roles(edit: &Edit) -> bool {
    let listed = edit.before.as_deref();
    !edit.revoke.is_empty() || listed.is_some_and(|account| !account.entitlements.is_empty())
}
