//! The link between an account and a person of the identity provider.

use serde::de::DeserializeOwned;
use serde_json::json;

use super::restore::former_link_name;
use crate::model::{AttributeChange, Attributes, Detail, Edit};
use crate::target::zitadel::client::api::Page;
use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::client::error::{Failure, Sign, accept};
use crate::target::zitadel::client::error_ids::{FREE_THE_LINK, LINK_TAKEN, id};
use crate::target::zitadel::read::lists::SERVICE;
use crate::target::zitadel::rules::details::Details;
use crate::target::zitadel::schema::{EMAIL, IDP_LINK};
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::wire::received::{Done, Link};
use crate::target::zitadel::wire::sent::NewLink;
use crate::target::{TargetError, TargetErrorKind as Kind};

impl ZitadelTarget {
    /// The link of a person, if an identity provider is configured.
    pub(in crate::target::zitadel) fn link_of<'a>(
        &'a self,
        attributes: &'a Attributes,
    ) -> Option<NewLink<'a>> {
        let idp_id = self.idp()?;
        Some(NewLink {
            idp_id,
            user_id: attributes.text(IDP_LINK)?,
            user_name: attributes.text(EMAIL).unwrap_or_default(),
        })
    }

    fn idp(&self) -> Option<&str> {
        self.settings
            .idp_id
            .as_deref()
            .filter(|_| self.settings.sso_login)
    }

    /// Writes the link that an edit adds. Returns the error if another account has it.
    pub(in crate::target::zitadel) async fn link(
        &self,
        edit: &Edit,
        restore: Option<&[Detail]>,
    ) -> Result<Option<TargetError>, TargetError> {
        let Some(mut link) = self.link_of(&edit.desired.attributes) else {
            return Ok(None);
        };
        let former = restore.and_then(|details| former_link_name(Details(details), link.user_id));
        link.user_name = former.unwrap_or(link.user_name);
        let (user, body) = (edit.target_id.as_str(), json!({"idpLink": link}));
        let call = Call::post("add_link", &["v2", "users", user, "links"], &body);
        match self.api.write::<Done>(&call).await {
            Err(failure) if failure.is(id::TAKEN) => {
                let stored = self.links(user).await?;
                let own = stored.iter().any(|stored| stored.is_of(link.user_id));
                Ok((!own).then(|| link_taken(failure.error)))
            }
            linked => {
                linked?;
                Ok(None)
            }
        }
    }

    /// Removes the link that an edit replaces, so that the former id cannot sign in. Returns whether it was removed.
    pub(in crate::target::zitadel) async fn unlink(
        &self,
        user: &str,
        link: &AttributeChange,
    ) -> Result<bool, TargetError> {
        let Some((former, idp_id)) = link.before.as_ref().zip(self.idp()) else {
            return Ok(true);
        };
        let former = former.as_text();
        // The gateway treats a slash as the end of the id. Connect has the id in the body.
        let call = if former.contains('/') {
            let body = json!({"userId": user, "idpId": idp_id, "linkedUserId": former});
            Call::connect("remove_link", SERVICE, "RemoveIDPLink", &body)
        } else {
            Call::delete("remove_link", &["v2", "users", user, "links", idp_id, former])
        };
        match self.api.write::<Done>(&call).await {
            Err(failure) if failure.sign == Some(Sign::NoConnect) => Ok(false),
            removed => {
                accept(removed, &[id::NO_LINK])?;
                Ok(true)
            }
        }
    }

    /// The links of an account to the configured identity provider.
    pub(in crate::target::zitadel) async fn links(&self, user: &str) -> Result<Vec<Link>, Failure> {
        let mut links: Vec<Link> = self.all_links(user).await?;
        links.retain(|link| Some(&*link.idp_id) == self.idp());
        Ok(links)
    }

    /// The links of an account to all identity providers.
    pub(in crate::target::zitadel) async fn all_links<T: DeserializeOwned>(
        &self,
        user: &str,
    ) -> Result<Vec<T>, Failure> {
        let path = ["v2", "users", user, "links", "_search"];
        let page: Page<T> = self.api.list(&Call::post("find_link", &path, &json!({}))).await?;
        Ok(page.items)
    }
}

fn link_taken(error: TargetError) -> TargetError {
    error
        .of_kind(Kind::Conflict)
        .adding(LINK_TAKEN)
        .hint(FREE_THE_LINK)
}
