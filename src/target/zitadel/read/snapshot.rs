//! Snapshots of users before they are changed or deleted, for an undo.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::model::{ActionKind, Change, Detail, Edit, Snapshot, TargetId, Value, Write};
use crate::target::zitadel::rules::details::{
    DISPLAY_NAME, Details, EMAIL_VERIFIED, GENDER, LANGUAGE, LINK, METADATA, PHONE_VERIFIED, ROLES, detail,
    flag,
};
use crate::target::zitadel::rules::metadata::decoded;
use crate::target::zitadel::schema::{IDP_LINK, Part, part};
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::state::pages::smaller_page;
use crate::target::zitadel::wire::received::GrantState;
use crate::target::zitadel::wire::snapshot::{FullLink, FullUser};
use crate::target::{Cost, TargetError};

/// Users per request. Their profiles are far below the size limit of a reply.
const USERS: usize = 5_000;

impl ZitadelTarget {
    /// Returns one snapshot per change.
    pub(in crate::target::zitadel) async fn snapshots(
        &self,
        changes: &[Change],
    ) -> Result<Vec<Snapshot>, TargetError> {
        let listed: Vec<&str> = changes.iter().filter_map(profile_lost).collect();
        let mut users: HashMap<Box<str>, FullUser> = HashMap::new();
        let mut waiting = &listed[..];
        while !waiting.is_empty() {
            let most = usize::try_from(self.lists.named.get())
                .unwrap_or(USERS)
                .min(USERS);
            let (part, rest) = waiting.split_at(most.min(waiting.len()));
            let query = json!({
                "query": {"limit": part.len(), "asc": true},
                "queries": [
                    {"organizationIdQuery": {"organizationId": self.settings.organization_id}},
                    {"inUserIdsQuery": {"userIds": part}},
                ],
            });
            let asked = u32::try_from(part.len()).unwrap_or(u32::MAX);
            match self.users_of::<FullUser>("keep_users", &query, part.len()).await {
                Err(failure) if smaller_page(&self.lists.named, asked, &failure) => continue,
                page => users.extend(page?.items.into_iter().map(|user| (user.id.clone(), user))),
            }
            waiting = rest;
        }
        let mut snapshots: Vec<Snapshot> = Vec::with_capacity(changes.len());
        for change in changes {
            let user = profile_lost(change).and_then(|user| users.get(user));
            snapshots.push(Snapshot {
                details: user.map_or_else(Vec::new, |user| profile_details(user, change)),
                ..Snapshot::default()
            });
        }
        let single = changes
            .iter()
            .enumerate()
            .filter(|(_, change)| single_reads(change) > 0);
        let read = async |(index, change)| Ok((index, self.snapshot_of(change).await?));
        self.paced(single, read, |(index, snapshot): (usize, Snapshot)| {
            snapshots[index].details.extend(snapshot.details);
            snapshots[index].values = snapshot.values;
        })
        .await?;
        Ok(snapshots)
    }

    /// Reads what needs a request per user.
    async fn snapshot_of(&self, change: &Change) -> Result<Snapshot, TargetError> {
        let mut snapshot = Snapshot::default();
        let user = change.target_id().map(TargetId::as_str).unwrap_or_default();
        if change.kind == ActionKind::Delete {
            self.keep_metadata(user, &mut snapshot).await?;
            self.keep_roles(user, &mut snapshot.details).await?;
        }
        for link in self.all_links::<FullLink>(user).await? {
            let texts = [&*link.idp_id, &*link.user_id, &*link.user_name];
            snapshot.details.push(detail(LINK, texts));
        }
        Ok(snapshot)
    }

    async fn keep_metadata(&self, user: &str, snapshot: &mut Snapshot) -> Result<(), TargetError> {
        let mut stored = self.all_metadata(user).await?;
        stored.sort_by(|one, other| one.key.cmp(&other.key));
        for (index, _) in self.schema().iter() {
            let key = self.keys.of(index).unwrap_or_default();
            let value = stored
                .iter()
                .find(|entry| *entry.key == *key && !entry.value.is_empty());
            if let Some(entry) = value {
                let value = Value::text(decoded(index, &entry.value));
                snapshot.values.push((index, value));
            }
        }
        let details = stored
            .iter()
            .map(|entry| detail(METADATA, [&*entry.key, &STANDARD.encode(&entry.value)]));
        snapshot.details.extend(details);
        Ok(())
    }

    /// A grant that an administrator has deactivated has no effect and is not stored.
    async fn keep_roles(&self, user: &str, details: &mut Vec<Detail>) -> Result<(), TargetError> {
        let grants = self.all_grants_of(user).await?;
        let active = grants.iter().filter(|grant| grant.state != GrantState::Inactive);
        details.extend(active.map(|grant| {
            let roles = grant.role_keys.iter().map(AsRef::as_ref);
            detail(ROLES, [&*grant.project_id].into_iter().chain(roles))
        }));
        Ok(())
    }
}

impl ZitadelTarget {
    /// Returns which recreated users lack something that they had before.
    pub(in crate::target::zitadel) async fn who_lacks(
        &self,
        remade: &[(&TargetId, &[Detail])],
    ) -> Result<Vec<usize>, TargetError> {
        let mut lacking = Vec::new();
        let look = async |(index, (user, details)): (usize, (&TargetId, &[Detail]))| {
            Ok((index, self.lacks(user.as_str(), Details(details)).await?))
        };
        self.paced(remade.iter().copied().enumerate(), look, |(index, lacks)| {
            if lacks {
                lacking.push(index);
            }
        })
        .await?;
        Ok(lacking)
    }

    /// Returns whether the user lacks a link, a role in another project, or metadata that this tool does not write.
    /// Reads only what the user had.
    async fn lacks(&self, user: &str, details: Details<'_>) -> Result<bool, TargetError> {
        let keys = details.metadata().map(|(key, _)| key);
        let keys: Vec<&str> = keys.filter(|key| self.keys.attribute(key).is_none()).collect();
        if !keys.is_empty() {
            let stored = self.all_metadata(user).await?;
            if keys
                .iter()
                .any(|key| !stored.iter().any(|entry| *entry.key == **key))
            {
                return Ok(true);
            }
        }
        if details.links().next().is_some() {
            let stored = self.all_links::<FullLink>(user).await?;
            let is_stored = |[idp, linked, _]: [&str; 3]| {
                let mut stored = stored.iter();
                stored.any(|link| *link.idp_id == *idp && *link.user_id == *linked)
            };
            if !details.links().all(is_stored) {
                return Ok(true);
            }
        }
        let elsewhere = |(project, _): &(&str, &[Box<str>])| *project != self.settings.project_id;
        if details.roles().any(|roles| elsewhere(&roles)) {
            let stored = self.all_grants_of(user).await?;
            let is_stored = |(project, roles): (&str, &[Box<str>])| {
                let mut stored = stored.iter().filter(|grant| *grant.project_id == *project);
                stored.any(|grant| roles.iter().all(|role| grant.role_keys.contains(role)))
            };
            return Ok(!details.roles().filter(elsewhere).all(is_stored));
        }
        Ok(false)
    }
}

pub(in crate::target::zitadel) fn foresee_snapshots(changes: &[Change]) -> Cost {
    let listed = changes.iter().filter_map(profile_lost).count();
    let single = changes.iter().map(single_reads);
    let requests = listed.div_ceil(USERS) + single.sum::<usize>();
    Cost {
        requests: u64::try_from(requests).unwrap_or(u64::MAX),
        ..Cost::default()
    }
}

/// Number of requests for one change.
fn single_reads(change: &Change) -> usize {
    let replaces_link = |edit: &Edit| {
        let link = edit.change(IDP_LINK);
        link.is_some_and(|link| link.before.is_some())
    };
    match &change.write {
        Write::Delete(_) => 3,
        Write::Edit(edit) => usize::from(replaces_link(edit)),
        Write::Create(_) => 0,
    }
}

/// The user whose profile is overwritten or lost.
fn profile_lost(change: &Change) -> Option<&str> {
    let lost = match &change.write {
        Write::Edit(edit) => {
            let mut parts = edit.changes.iter().map(|change| part(change.attribute));
            parts.any(Part::needs_snapshot)
        }
        Write::Delete(_) => true,
        Write::Create(_) => false,
    };
    change.target_id().filter(|_| lost).map(TargetId::as_str)
}

fn profile_details(user: &FullUser, change: &Change) -> Vec<Detail> {
    let human = &user.human;
    let mut details = vec![
        detail(DISPLAY_NAME, [&*human.profile.display]),
        flag(EMAIL_VERIFIED, human.email.is_verified),
        flag(PHONE_VERIFIED, human.phone.is_verified),
    ];
    if change.edit().is_none() {
        // An update does not change these two.
        details.push(detail(LANGUAGE, [&*human.profile.language]));
        details.push(detail(GENDER, [&*human.profile.gender]));
    }
    details
}
