//! Carries out a change, call by call. Each is as few calls as Zitadel allows; see `steps` for their order.

use serde_json::json;

use super::create::PHONE_LEFT_OUT;
use super::look::Found;
use super::steps::{Step, is_looked_at_again};
use crate::model::{ActionKind, AttributeChange, AttributeIndex, Change, Detail, Edit, TargetId, Value};
use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::client::error::{Failure, accept};
use crate::target::zitadel::client::error_ids::id;
use crate::target::zitadel::rules::details::Details;
use crate::target::zitadel::rules::metadata::MARK;
use crate::target::zitadel::rules::normalize::NO_LANGUAGE;
use crate::target::zitadel::rules::schema::{
    EMAIL, EXTERNAL_ID, FIRST_NAME, LAST_NAME, LOGIN, PHONE, PREFERRED_LANGUAGE,
};
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::wire::received::{Done, Metadata};
use crate::target::zitadel::wire::sent::{ChangedUser, NewMetadata, NewProfile};
use crate::target::{Applied, TargetError, TargetErrorKind as Kind};

const FORMER_LINK_STAYS: &str =
    "this Zitadel cannot remove the link to the former id, which has a slash; remove it by hand";

/// How far a change has come.
pub(in crate::target::zitadel) struct Progress<'a> {
    change: &'a Change,
    /// The account, once it is known.
    pub(in crate::target::zitadel) target_id: Option<TargetId>,
    pub(in crate::target::zitadel) warnings: Vec<String>,
    /// What the account held in metadata, if that was read.
    held: Option<Vec<Metadata>>,
    /// How an account was found that is to be removed.
    found: Found,
    /// The link of the person, which another account holds.
    link_taken: Option<TargetError>,
}

impl Progress<'_> {
    fn user(&self) -> &str {
        self.target_id.as_ref().map(TargetId::as_str).unwrap_or_default()
    }

    fn details(&self) -> Option<&[Detail]> {
        self.change.restore.as_deref()
    }
}

impl ZitadelTarget {
    /// Carries out one change.
    pub(in crate::target::zitadel) async fn carry_out(
        &self,
        change: &Change,
    ) -> Result<Applied, TargetError> {
        let mut progress = Progress {
            change,
            target_id: change.target_id().cloned(),
            warnings: Vec::new(),
            held: None,
            found: Found::Active,
            link_taken: None,
        };
        for step in self.steps(change) {
            match self.perform(&step, &mut progress).await {
                // An account that was to be removed and is gone needs no more.
                Err(failure)
                    if failure.error.kind == Kind::NotFound && is_content_when_gone(change, &step) =>
                {
                    break;
                }
                done => done?,
            }
            if progress.found == Found::Gone {
                break;
            }
        }
        match progress.link_taken {
            // Nobody's name or address waits for somebody to clear up who may log in as whom. Only the id does: without it
            // the next run tries, and says so, again.
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
            Step::ReadMetadata => progress.held = Some(self.all_metadata(user).await?),
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
            Step::Deactivate if progress.found == Found::Inactive => {}
            Step::Deactivate => self.deactivate(user).await?,
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
                let deleted = self.api.send::<Done>(&Call::delete("delete_user", &path)).await;
                let deleted = accept(deleted, &[id::ALREADY_DELETED])?;
                self.written.user(&deleted.details);
            }
        }
        Ok(())
    }

    /// What is written once is only written where the account itself shows nothing, and only taken back where it shows
    /// what is to be taken back.
    fn may_write(&self, change: &AttributeChange, progress: &mut Progress<'_>) -> bool {
        let Some(held) = progress.held.as_ref().filter(|_| self.is_asked_first(change)) else {
            return true;
        };
        let held = self.keys.held(held, change.attribute);
        let before = change.before.as_ref().map(Value::as_text);
        // What is gone already may go again.
        if held.is_none() || held.as_deref() == before {
            return true;
        }
        let key = self.keys.of(change.attribute).unwrap_or_default();
        progress.warnings.push(stays(key, change));
        false
    }

    async fn write_metadata(
        &self,
        user: &str,
        changes: &[&AttributeChange],
        progress: &mut Progress<'_>,
    ) -> Result<(), Failure> {
        // Somebody else may have deactivated it since; then the mark of a deactivation would be a lie.
        if progress.found == Found::Inactive {
            return Ok(());
        }
        let entries = changes.iter().filter_map(|change| {
            let after = change
                .after
                .as_ref()
                .filter(|_| self.may_write(change, progress))?;
            self.keys.entry(change.attribute, after.as_text())
        });
        let entries: Vec<NewMetadata<'_>> = entries.collect();
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

    async fn drop_metadata(
        &self,
        user: &str,
        changes: &[&AttributeChange],
        progress: &mut Progress<'_>,
    ) -> Result<(), Failure> {
        let keys = changes
            .iter()
            .filter(|change| self.may_write(change, progress))
            .filter_map(|change| self.keys.of(change.attribute));
        let keys: Vec<&str> = keys.collect();
        self.drop_keys(user, &keys).await
    }

    /// Takes entries away; those that are not there are none to take.
    async fn drop_keys(&self, user: &str, keys: &[&str]) -> Result<(), Failure> {
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

    /// Everything that one `PUT` can carry.
    async fn update_user(&self, edit: &Edit, progress: &mut Progress<'_>) -> Result<(), Failure> {
        let mut body = self.changed_user(edit, progress);
        while !body.is_empty() {
            let path = ["v2", "users", "human", edit.target_id.as_str()];
            match self
                .api
                .send::<Done>(&Call::put("update_user", &path, &body))
                .await
            {
                Err(failure) if failure.is(id::PHONE_INVALID) && body.phone.take().is_some() => {
                    progress.warnings.push(PHONE_LEFT_OUT.into());
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

    fn changed_user<'e>(&self, edit: &'e Edit, progress: &Progress<'e>) -> ChangedUser<'e> {
        let after = |attribute: AttributeIndex| {
            let change = edit.change(attribute)?;
            change.after.as_ref().map(Value::as_text)
        };
        let restored = progress.change.restore.as_deref().map(Details);
        // Without the link of the person the id stays away, so that the next run tries again.
        let keeps_id = progress.link_taken.is_some() && restored.is_none();
        ChangedUser {
            username: after(LOGIN),
            profile: changed_profile(edit, keeps_id, restored),
            email: after(EMAIL).map(|email| match restored {
                Some(details) => super::restore::former_email(edit, email, details),
                None => self.email(email),
            }),
            phone: after(PHONE).map(|phone| match restored {
                Some(details) => super::restore::former_phone(phone, details),
                None => self.phone(phone),
            }),
        }
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
        let done: Done = self.api.send(&call).await?;
        self.written.user(&done.details);
        Ok(done)
    }

    /// Gives an account its temporary name, if it has one on its way and still is what the change takes it to be.
    pub(in crate::target::zitadel) async fn rename_aside(&self, edit: &Edit) -> Result<(), TargetError> {
        let Some(name) = edit.temporary_login.as_deref() else {
            return Ok(());
        };
        if super::steps::looks_before(edit) {
            self.look_before(edit).await?;
        }
        self.rename(&edit.target_id, name).await
    }

    /// The user name alone: the address stays, so that nobody gets a mail about a name that does not last.
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
            .send::<Done>(&Call::put("rename_user", &path, &body))
            .await;
        Ok(renamed.map(|done| self.written.user(&done.details))?)
    }
}

/// Zitadel wants both names or none, and derives nothing from them. The name that is shown follows the names, and stays
/// as somebody chose it while they stay.
fn changed_profile<'e>(
    edit: &'e Edit,
    keeps_id: bool,
    restored: Option<Details<'_>>,
) -> Option<NewProfile<'e>> {
    let changes = |attribute: &AttributeIndex| edit.change(*attribute).is_some();
    let renamed = [FIRST_NAME, LAST_NAME].iter().any(changes);
    let id = edit.change(EXTERNAL_ID);
    if !renamed && !changes(&PREFERRED_LANGUAGE) && (id.is_none() || keeps_id) {
        return None;
    }
    let text = |value: &'e Option<Value>| value.as_ref().map_or("", Value::as_text);
    let nick = match (id, edit.before.as_deref()) {
        (Some(id), _) if keeps_id => text(&id.before).to_owned(),
        (Some(id), _) => text(&id.after).to_owned(),
        (None, Some(account)) => account
            .attributes
            .text(EXTERNAL_ID)
            .unwrap_or_default()
            .to_owned(),
        (None, None) => edit.identity.id.to_string(),
    };
    let attributes = &edit.identity.attributes;
    let language = edit.change(PREFERRED_LANGUAGE);
    let language = language.map(|change| change.after.as_ref().map_or(NO_LANGUAGE, Value::as_text));
    Some(match restored {
        Some(details) => super::restore::former_profile(attributes, nick, language, details),
        None => super::create::profile(attributes, nick, language, renamed),
    })
}

/// Whether nothing is left to do once the account is gone.
fn is_content_when_gone(change: &Change, step: &Step<'_>) -> bool {
    let is_removal =
        is_looked_at_again(change).is_some() || change.edit().is_some() && matches!(step, Step::Deactivate);
    is_removal || change.kind == ActionKind::MarkAbsent
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
