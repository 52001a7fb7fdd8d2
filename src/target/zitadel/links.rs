//! The link by which a person of the identity provider is the account's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::ZitadelTarget;
use super::api::Page;
use super::call::Call;
use super::error::accept;
use super::lists::SERVICE;
use super::meaning::id;
use super::schema::EMAIL;
use super::wire::{Done, Link, NewLink};
use crate::model::{ExternalId, Identity};
use crate::target::TargetError;

impl ZitadelTarget {
    /// The link that a new account is made with, if people log in through an identity provider.
    pub(super) fn new_link<'a>(&'a self, id: &ExternalId, email: &'a str) -> Option<NewLink<'a>> {
        let idp_id = self
            .settings
            .idp_id
            .as_deref()
            .filter(|_| self.settings.sso_login)?;
        Some(NewLink {
            idp_id,
            user_id: linked_id(id),
            user_name: email,
        })
    }

    /// Links an account that was made by others, so that its person can log in like everybody else.
    pub(super) async fn link(
        &self,
        user: &str,
        identity: &Identity,
        warnings: &mut Vec<String>,
    ) -> Result<(), TargetError> {
        let email = identity.attributes.text(EMAIL).unwrap_or_default();
        let Some(link) = self.new_link(&identity.id, email) else {
            return Ok(());
        };
        self.add_link(user, &link, warnings).await
    }

    pub(super) async fn add_link(
        &self,
        user: &str,
        link: &NewLink<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<(), TargetError> {
        let body = json!({"idpLink": link});
        let call = Call::post("add_link", &["v2", "users", user, "links"], &body);
        match self.api.send::<Done>(&call).await {
            Err(failure) if failure.is(id::TAKEN) => {
                if !self.is_linked(user, link).await? {
                    warnings.push("another account holds the link to the identity provider".into());
                }
                Ok(())
            }
            linked => Ok(linked.map(drop)?),
        }
    }

    /// Whether the account itself holds the link.
    async fn is_linked(&self, user: &str, link: &NewLink<'_>) -> Result<bool, TargetError> {
        let held = self.links_of(user).await?;
        Ok(held.iter().any(|held| is_same(held, link.idp_id, &link.user_id)))
    }

    /// Every link that an account holds; none of an account that is gone.
    pub(super) async fn links_of(&self, user: &str) -> Result<Vec<Link>, TargetError> {
        let path = ["v2", "users", user, "links", "_search"];
        let page: Page<Link> = self.api.list(&Call::post("find_link", &path, &json!({}))).await?;
        Ok(page.items)
    }

    /// Takes a link away. REST has no way to name an id that holds a slash.
    pub(super) async fn unlink(&self, user: &str, idp: &str, linked: &str) -> Result<(), TargetError> {
        let body = json!({"userId": user, "idpId": idp, "linkedUserId": linked});
        let call = if linked.contains('/') {
            Call::connect("remove_link", SERVICE, "RemoveIDPLink", &body)
        } else {
            Call::delete("remove_link", &["v2", "users", user, "links", idp, linked])
        };
        let removed = self.api.send::<Done>(&call).await;
        Ok(accept(removed, &[id::NO_LINK]).map(drop)?)
    }
}

/// Zitadel tells links apart ignoring letter case.
pub(super) fn is_same(held: &Link, idp: &str, linked: &str) -> bool {
    *held.idp_id == *idp && held.user_id.to_lowercase() == linked.to_lowercase()
}

/// How the identity provider knows a person: by the id's text, or by its bytes in base64.
pub(super) fn linked_id(id: &ExternalId) -> String {
    match std::str::from_utf8(id.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => STANDARD.encode(id.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The identity provider knows a person by the id's text, or by its bytes in base64 with padding.
    #[test]
    fn links_carry_the_id_as_text_or_base64() {
        for (hex, user_id) in [
            ("616461", "ada"),
            ("c3bc736572", "üser"),
            ("a1a2", "oaI="),
            ("8f14e45fceea167a5a36dedd4bea2543", "jxTkX87qFnpaNt7dS+olQw=="),
        ] {
            assert_eq!(linked_id(&ExternalId::from_hex(hex).unwrap()), user_id);
        }
    }
}
