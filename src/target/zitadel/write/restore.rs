//! Writes of an undo: accounts as they were, which may differ from what this tool would create.

use serde_json::json;

use super::create::profile;
use crate::model::{Attributes, Creation, Detail, Edit, TargetId};
use crate::target::TargetError;
use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::client::error_ids::id;
use crate::target::zitadel::rules::details::{
    DISPLAY_NAME, Details, EMAIL_VERIFIED, GENDER, LANGUAGE, PHONE_VERIFIED,
};
use crate::target::zitadel::schema::{
    EMAIL, EXTERNAL_ID, LOGIN, NO_LANGUAGE, PHONE, PREFERRED_LANGUAGE, VERIFIED_EMAIL,
};
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::wire::profile::{Fields, NewProfile, fields};
use crate::target::zitadel::wire::received::Done;
use crate::target::zitadel::wire::sent::{Empty, NewEmail, NewLink, NewMetadata, NewPhone, NewUser, OrgId};

impl ZitadelTarget {
    /// Recreates an account, without its roles.
    pub(in crate::target::zitadel) async fn recreate(
        &self,
        creation: &Creation,
        details: &[Detail],
        warnings: &mut Vec<String>,
    ) -> Result<TargetId, TargetError> {
        let details = Details(details);
        let body = |links| self.former_user(&creation.attributes, details, links);
        let made = self.create_user(body(true), warnings).await;
        let is_of_link = |error: &TargetError| {
            let known = [id::TAKEN, id::NO_PROVIDER].iter();
            known
                .into_iter()
                .any(|known| error.error_id.as_deref() == Some(known))
        };
        match made {
            // Either the name or the link is taken. A try without the links shows which.
            Err(error) if details.links().next().is_some() && is_of_link(&error) => {
                let made = self.create_user(body(false), warnings).await?;
                warnings.push("its links to the identity provider could not be restored".into());
                Ok(made)
            }
            made => made,
        }
    }

    fn former_user<'a>(
        &'a self,
        attributes: &'a Attributes,
        details: Details<'a>,
        with_links: bool,
    ) -> NewUser<'a> {
        let text = |attribute| attributes.text(attribute).unwrap_or_default();
        let links = details.links().filter(|_| with_links);
        NewUser {
            organization: OrgId {
                org_id: &self.settings.organization_id,
            },
            username: text(LOGIN),
            profile: NewProfile {
                gender: details.text(GENDER).filter(|gender| !gender.is_empty()),
                ..former_profile(
                    attributes,
                    text(EXTERNAL_ID).to_owned(),
                    former_fields(attributes, details),
                    details,
                )
            },
            email: NewEmail {
                email: text(EMAIL),
                // Here, `false` sends no message.
                is_verified: Some(details.is(EMAIL_VERIFIED).unwrap_or(false)),
                send_code: None,
                return_code: None,
            },
            phone: attributes.text(PHONE).map(|phone| former_phone(phone, details)),
            metadata: details
                .metadata()
                .map(|(key, value)| NewMetadata {
                    key,
                    value: value.to_owned(),
                })
                .collect(),
            idp_links: links
                .map(|[idp_id, user_id, user_name]| NewLink {
                    idp_id,
                    user_id,
                    user_name,
                })
                .collect(),
        }
    }

    /// The roles of this tool's project are written last: an account without them shows that this step has to be
    /// repeated.
    pub(in crate::target::zitadel) async fn give_roles_again(
        &self,
        user: &str,
        details: Details<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<(), TargetError> {
        let ours = |project: &str| project == self.settings.project_id;
        for (project, roles) in details.roles().filter(|(project, _)| !ours(project)) {
            let body = json!({"projectId": project, "roleKeys": roles});
            let path = ["management", "v1", "users", user, "grants"];
            let call = Call::post("add_grant", &path, &body);
            match self.api.write::<Done>(&call).await {
                Ok(_) => {}
                Err(failure) if failure.is(id::TAKEN) => {}
                Err(failure) => warnings.push(format!(
                    "its roles in project {project} could not be restored: {}",
                    failure.error
                )),
            }
        }
        let given = self.given_again.borrow().clone();
        for (_, roles) in details.roles().filter(|(project, _)| ours(project)) {
            let known = roles
                .iter()
                .filter(|role| given.iter().any(|given| **given == ***role));
            self.grant(user, &known.cloned().collect::<Vec<_>>(), warnings)
                .await?;
        }
        Ok(())
    }
}

/// The name of the person in the former link, if there was one.
pub(in crate::target::zitadel) fn former_link_name<'a>(
    details: Details<'a>,
    linked: &str,
) -> Option<&'a str> {
    let mut links = details.links();
    links
        .find(|[_, user, _]| *user == linked)
        .map(|[_, _, shown]| shown)
}

/// The fields of a deleted user.
fn former_fields<'a>(attributes: &'a Attributes, details: Details<'a>) -> Fields<'a> {
    let language = details
        .text(LANGUAGE)
        .filter(|tag| !matches!(*tag, "" | NO_LANGUAGE));
    fields(attributes, |attribute, _| match attribute {
        // Undo files have it as a detail, also those of earlier versions.
        PREFERRED_LANGUAGE => language,
        _ => attributes.text(attribute),
    })
}

/// Fields, external id and display name.
pub(in crate::target::zitadel) fn former_profile<'a>(
    attributes: &Attributes,
    nick: String,
    fields: Fields<'a>,
    details: Details<'_>,
) -> NewProfile<'a> {
    NewProfile {
        // Unknown if it was not changed.
        display: details.text(DISPLAY_NAME).map(str::to_owned),
        ..profile(attributes, nick, fields, false)
    }
}

/// A former address, without a message to the person.
pub(in crate::target::zitadel) fn former_email<'a>(
    edit: &'a Edit,
    email: &'a str,
    details: Details<'_>,
) -> NewEmail<'a> {
    let verified = details.is(EMAIL_VERIFIED).or_else(|| {
        edit.before
            .as_ref()
            .map(|account| account.attributes.get(VERIFIED_EMAIL).is_some())
    });
    let is_verified = verified.unwrap_or(false);
    NewEmail {
        email,
        is_verified: is_verified.then_some(true),
        send_code: None,
        return_code: (!is_verified).then_some(Empty {}),
    }
}

/// A former phone number, without a message to the person.
pub(in crate::target::zitadel) fn former_phone<'a>(phone: &'a str, details: Details<'_>) -> NewPhone<'a> {
    let is_verified = details.is(PHONE_VERIFIED).unwrap_or(false);
    NewPhone {
        phone,
        is_verified: is_verified.then_some(true),
        return_code: (!is_verified).then_some(Empty {}),
    }
}
