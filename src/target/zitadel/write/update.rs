//! Updates names, address and phone number of a user.

use crate::model::{AttributeIndex, Edit, Value};
use crate::target::TargetErrorKind as Kind;
use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::client::error::Failure;
use crate::target::zitadel::client::error_ids::id;
use crate::target::zitadel::rules::details::Details;
use crate::target::zitadel::schema::{EMAIL, EXTERNAL_ID, LOGIN, PHONE, Part, part};
use crate::target::zitadel::wire::profile::{NewProfile, fields};
use crate::target::zitadel::wire::received::Done;
use crate::target::zitadel::wire::sent::ChangedUser;
use crate::target::zitadel::write::create::PHONE_LEFT_OUT;

use super::change::Progress;
use crate::target::zitadel::state::ZitadelTarget;

impl ZitadelTarget {
    /// Writes all values that one `PUT` can contain.
    pub(in crate::target::zitadel) async fn update_user(
        &self,
        edit: &Edit,
        progress: &mut Progress<'_>,
    ) -> Result<(), Failure> {
        let mut body = self.changed_user(edit, progress);
        while !body.is_empty() {
            let path = ["v2", "users", "human", edit.target_id.as_str()];
            match self
                .api
                .write::<Done>(&Call::put("update_user", &path, &body))
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
        // Without the person's link, the id is left out, so that the next run tries again.
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

    pub(in crate::target::zitadel) async fn remove_phone(&self, user: &str) -> Result<(), Failure> {
        let removed = self
            .api
            .write::<Done>(&Call::delete("remove_phone", &["v2", "users", user, "phone"]))
            .await;
        match removed {
            // With 404, the same id means that the user does not exist.
            Err(failure) if failure.is(id::NO_PHONE) && failure.error.kind != Kind::NotFound => Ok(()),
            removed => removed.map(|done| self.written.user(&done.details)),
        }
    }
}

/// Zitadel requires both names or none, and derives nothing from them. The display name follows changed names;
/// otherwise it stays as it was set.
fn changed_profile<'e>(
    edit: &'e Edit,
    keeps_id: bool,
    restored: Option<Details<'_>>,
) -> Option<NewProfile<'e>> {
    let mut parts = edit.changes.iter().map(|change| part(change.attribute));
    let renamed = parts.clone().any(|part| matches!(part, Part::Name(_)));
    let has_others = parts.any(|part| matches!(part, Part::Profile { .. }));
    let id = edit.change(EXTERNAL_ID);
    if !renamed && !has_others && (id.is_none() || keeps_id) {
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
        (None, None) => edit.desired.id.hex(),
    };
    let attributes = &edit.desired.attributes;
    let fields = fields(attributes, |attribute, none| {
        let change = edit.change(attribute)?;
        Some(change.after.as_ref().map_or(none, Value::as_text))
    });
    Some(match restored {
        Some(details) => super::restore::former_profile(attributes, nick, fields, details),
        None => super::create::profile(attributes, nick, fields, renamed),
    })
}
