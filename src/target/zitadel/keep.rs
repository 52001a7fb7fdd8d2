//! What is kept of users before they are changed or deleted, so that an undo can put it back.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;
use serde_json::json;

use super::ZitadelTarget;
use super::details::{
    ADDED_LINK, DISPLAY_NAME, Details, EMAIL_VERIFIED, GENDER, LANGUAGE, LINK, METADATA, PHONE_VERIFIED,
    ROLES, detail, flag,
};
use super::links::is_same;
use super::schema::{EMAIL, FIRST_NAME, LAST_NAME, PHONE, metadata_key};
use super::wire::{GrantState, KeptUser};
use crate::model::{Action, Change, Detail, Edit, Keepsake, TargetId, Value};
use crate::target::{Effort, TargetError};

/// Users of one request: their profiles are far below what a reply may hold.
const USERS: usize = 5_000;
/// These reads take turns on the server, as those of metadata do.
const WORKERS: usize = 4;

impl ZitadelTarget {
    /// One for each change.
    pub(super) async fn keepsakes(&self, changes: &[Change]) -> Result<Vec<Keepsake>, TargetError> {
        let listed: Vec<&str> = changes.iter().filter_map(profile_lost).collect();
        let mut users: HashMap<Box<str>, KeptUser> = HashMap::new();
        for part in listed.chunks(USERS) {
            let query = json!({
                "query": {"limit": part.len(), "asc": true},
                "queries": [
                    {"organizationIdQuery": {"organizationId": self.settings.organization_id}},
                    {"inUserIdsQuery": {"userIds": part}},
                ],
            });
            let page = self.users::<KeptUser>("keep_users", &query).await?;
            users.extend(page.items.into_iter().map(|user| (user.id.clone(), user)));
        }
        let users = &users;
        let mut reads = futures::stream::iter(changes)
            .map(|change| async move {
                let mut keepsake = self.keepsake(change).await?;
                if let Some(user) = profile_lost(change).and_then(|user| users.get(user)) {
                    keepsake.details.splice(0..0, profile_details(user, change));
                }
                Ok::<_, TargetError>(keepsake)
            })
            .buffered(WORKERS);
        let mut keepsakes = Vec::with_capacity(changes.len());
        while let Some(keepsake) = reads.next().await {
            keepsakes.push(keepsake?);
        }
        Ok(keepsakes)
    }

    /// What has to be read user by user.
    async fn keepsake(&self, change: &Change) -> Result<Keepsake, TargetError> {
        let mut keepsake = Keepsake::default();
        match &change.action {
            Action::Delete(removal) => {
                let user = removal.account.target_id.as_str();
                self.keep_metadata(user, &mut keepsake).await?;
                for link in self.links_of(user).await? {
                    let texts = [&*link.idp_id, &*link.user_id, &*link.user_name];
                    keepsake.details.push(detail(LINK, texts));
                }
                self.keep_roles(user, &mut keepsake.details).await?;
            }
            Action::Adopt(edit) => keepsake.details.extend(self.link_to_come(edit).await?),
            _ => {}
        }
        if let (Some(restore), Some(_)) = (&change.restore, change.edit()) {
            // An undo that takes a link away is undone by giving it again, and the other way round.
            let details = Details(&restore.details);
            let removed = details.links(ADDED_LINK).map(|link| detail(LINK, link));
            let added = details.links(LINK).map(|link| detail(ADDED_LINK, link));
            keepsake.details.extend(removed.chain(added));
        }
        Ok(keepsake)
    }

    async fn keep_metadata(&self, user: &str, keepsake: &mut Keepsake) -> Result<(), TargetError> {
        let mut held: Vec<(Box<str>, Vec<u8>)> = self.metadata(user).await?.into_iter().collect();
        held.sort();
        for (index, _) in self.schema.iter() {
            let key = metadata_key(index).unwrap_or_default();
            let value = held
                .iter()
                .find(|(name, value)| **name == *key && !value.is_empty());
            if let Some((_, value)) = value {
                let value = Value::text(String::from_utf8_lossy(value));
                keepsake.values.push((index, value));
            }
        }
        let details = held
            .iter()
            .map(|(key, value)| detail(METADATA, [&**key, &STANDARD.encode(value)]));
        keepsake.details.extend(details);
        Ok(())
    }

    /// A grant that an administrator deactivated gives nothing, and so is not kept.
    async fn keep_roles(&self, user: &str, details: &mut Vec<Detail>) -> Result<(), TargetError> {
        let grants = self.all_grants_of(user).await?;
        let active = grants.iter().filter(|grant| grant.state != GrantState::Inactive);
        details.extend(active.map(|grant| {
            let roles = grant.role_keys.iter().map(AsRef::as_ref);
            detail(ROLES, [&*grant.project_id].into_iter().chain(roles))
        }));
        Ok(())
    }

    /// The link that an adoption is going to add.
    async fn link_to_come(&self, edit: &Edit) -> Result<Option<Detail>, TargetError> {
        let email = edit.identity.attributes.text(EMAIL).unwrap_or_default();
        let Some(link) = self.new_link(&edit.identity.id, email) else {
            return Ok(None);
        };
        let held = self.links_of(edit.target_id.as_str()).await?;
        let is_held = held.iter().any(|held| is_same(held, link.idp_id, &link.user_id));
        Ok((!is_held).then(|| detail(ADDED_LINK, [link.idp_id, &link.user_id, link.user_name])))
    }

    /// What [`Self::keepsakes`] costs.
    pub(super) fn foresee_keepsakes(&self, changes: &[Change]) -> Effort {
        let listed = changes.iter().filter_map(profile_lost).count();
        let single = changes.iter().map(|change| match &change.action {
            Action::Delete(_) => 3,
            Action::Adopt(_) => usize::from(self.settings.sso_login && self.settings.idp_id.is_some()),
            _ => 0,
        });
        let requests = listed.div_ceil(USERS) + single.sum::<usize>();
        Effort {
            requests: u64::try_from(requests).unwrap_or(u64::MAX),
            ..Effort::default()
        }
    }

    /// Whether the account holds a link that the run added.
    pub(super) async fn holds_added_link(
        &self,
        account: &TargetId,
        details: &[Detail],
    ) -> Result<bool, TargetError> {
        let added: Vec<_> = Details(details).links(ADDED_LINK).collect();
        if added.is_empty() {
            return Ok(false);
        }
        let held = self.links_of(account.as_str()).await?;
        let is_held = |[idp, user, _]: &[&str; 3]| held.iter().any(|held| is_same(held, idp, user));
        Ok(added.iter().any(is_held))
    }
}

/// The user whose profile is overwritten or lost.
fn profile_lost(change: &Change) -> Option<&str> {
    let lost = match change.edit() {
        Some(edit) => edit.id_before.is_some() || edit.attributes.iter().any(is_in_profile),
        None => matches!(change.action, Action::Delete(_)),
    };
    change.target_id().filter(|_| lost).map(TargetId::as_str)
}

fn is_in_profile(change: &crate::model::AttributeChange) -> bool {
    matches!(change.attribute, FIRST_NAME | LAST_NAME | EMAIL | PHONE)
}

fn profile_details(user: &KeptUser, change: &Change) -> Vec<Detail> {
    let human = &user.human;
    let mut details = vec![
        detail(DISPLAY_NAME, [&*human.profile.display]),
        flag(EMAIL_VERIFIED, human.email.is_verified),
        flag(PHONE_VERIFIED, human.phone.is_verified),
    ];
    if change.edit().is_none() {
        // An update leaves these two alone.
        details.push(detail(LANGUAGE, [&*human.profile.language]));
        details.push(detail(GENDER, [&*human.profile.gender]));
    }
    details
}
