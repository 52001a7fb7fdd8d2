//! Who holds the role, and how it is given and taken away.

use std::sync::Arc;

use serde_json::json;

use super::ZitadelTarget;
use super::api::Page;
use super::call::Call;
use super::error::{Failure, accept};
use super::ids::Ids;
use super::lists::{bound, smaller_page};
use super::meaning::id;
use super::reply::endless;
use super::wire::{Done, Grant, GrantState};
use crate::model::Entitlements;
use crate::target::{TargetError, TargetErrorKind as Kind};

/// How often a list whose pages do not add up is read before it is given up.
const READS: usize = 3;

/// The users that hold the role.
pub(super) struct Grants {
    users: Ids,
    /// How many of them hold it by a grant that an administrator deactivated.
    pub(super) inactive: usize,
    role: Entitlements,
    none: Entitlements,
}

impl Grants {
    /// The roles of one user.
    pub(super) fn entitlements(&self, user: &str) -> Entitlements {
        Arc::clone(if self.users.contains(user) {
            &self.role
        } else {
            &self.none
        })
    }
}

impl ZitadelTarget {
    /// Reads who holds the role, in pages without any order; so their sum is checked, and read again if it is wrong.
    pub(super) async fn read_grants(&self) -> Result<Grants, TargetError> {
        for _ in 0..READS {
            if let Some(grants) = self.walk_grants().await? {
                return Ok(grants);
            }
            tracing::info!("the pages of the role grants do not add up; reading them again");
        }
        Err(TargetError {
            kind: Kind::Unreachable,
            operation: "list_grants",
            what: format!("the pages of the role grants did not add up in {READS} attempts"),
            error_id: None,
            hint: Some("run again when nobody else changes role grants".into()),
        })
    }

    /// `None` when a grant was repeated, and so another one left out.
    async fn walk_grants(&self) -> Result<Option<Grants>, Failure> {
        let mut grants = Grants {
            users: Ids::default(),
            inactive: 0,
            role: [Box::from(self.settings.role.as_str())].into(),
            none: [].into(),
        };
        let mut seen = Ids::default();
        let (mut from, mut total) = (0, 0);
        let mut first_total = None;
        loop {
            let (page, limit) = self.grant_page(from).await?;
            if page.items.is_empty() {
                break;
            }
            total = page.total;
            let known = seen.len();
            for grant in page.items {
                if !seen.insert(&grant.id) {
                    continue;
                }
                grants.inactive += usize::from(grant.state == GrantState::Inactive);
                grants.users.insert(&grant.user_id);
            }
            if seen.len() == known {
                return Ok(None);
            }
            if seen.len() as u64 > bound(*first_total.get_or_insert(total)) {
                return Err(endless("list_grants", "Zitadel counts more role grants with every page").into());
            }
            from += limit;
            if from >= total {
                break;
            }
        }
        Ok((seen.len() as u64 == total).then_some(grants))
    }

    async fn grant_page(&self, from: u64) -> Result<(Page<Grant>, u64), Failure> {
        loop {
            let limit = self.lists.grants.get();
            let query = json!({
                "query": {"offset": from.to_string(), "limit": limit},
                "queries": [
                    {"projectIdQuery": {"projectId": self.settings.project_id}},
                    {"roleKeyQuery": {"roleKey": self.settings.role}},
                ],
            });
            let path = ["management", "v1", "users", "grants", "_search"];
            let most = usize::try_from(limit).unwrap_or(usize::MAX);
            let call = Call::post("list_grants", &path, &query).patient().at_most(most);
            match self.api.list(&call).await {
                Err(failure) if smaller_page(&self.lists.grants, &failure) => {}
                page => return Ok((page?, limit.into())),
            }
        }
    }

    /// Gives a user roles. A grant that is there already, with whatever roles, is widened.
    pub(super) async fn grant(
        &self,
        user: &str,
        roles: &[Box<str>],
        warnings: &mut Vec<String>,
    ) -> Result<(), TargetError> {
        if roles.is_empty() {
            return Ok(());
        }
        let body = json!({"projectId": self.settings.project_id, "roleKeys": roles});
        let path = ["management", "v1", "users", user, "grants"];
        match self
            .api
            .send::<Done>(&Call::post("add_grant", &path, &body))
            .await
        {
            Err(failure) if failure.is(id::TAKEN) => self.widen_grant(user, roles, warnings).await,
            added => Ok(added.map(|done| self.written.grant(&done.details))?),
        }
    }

    async fn widen_grant(
        &self,
        user: &str,
        roles: &[Box<str>],
        warnings: &mut Vec<String>,
    ) -> Result<(), TargetError> {
        let Some(grant) = self.grants_of(user).await?.into_iter().next() else {
            // The list can lag behind, and is known to lose a grant for good; the server says that it exists.
            warnings.push("the role grant exists, but Zitadel does not list it yet".into());
            return Ok(());
        };
        if grant.state == GrantState::Inactive {
            warnings.push("the role grant was deactivated by an administrator, and stays so".into());
        }
        let mut keys = grant.role_keys.clone();
        keys.extend(
            roles
                .iter()
                .filter(|role| !grant.role_keys.contains(role))
                .cloned(),
        );
        if keys.len() == grant.role_keys.len() {
            return Ok(());
        }
        Ok(self.set_roles(user, &grant.id, &keys).await?)
    }

    /// Takes roles away from a user; a grant without any left is removed.
    pub(super) async fn revoke(&self, user: &str, roles: &[Box<str>]) -> Result<(), TargetError> {
        if roles.is_empty() {
            return Ok(());
        }
        for grant in self.grants_of(user).await? {
            let left: Vec<_> = grant
                .role_keys
                .iter()
                .filter(|key| !roles.contains(key))
                .cloned()
                .collect();
            if left.is_empty() {
                let path = ["management", "v1", "users", user, "grants", &grant.id];
                let removed = self.api.send::<Done>(&Call::delete("remove_grant", &path)).await;
                self.written.grant(&accept(removed, &[id::GRANT_GONE])?.details);
            } else if left.len() < grant.role_keys.len() {
                self.set_roles(user, &grant.id, &left).await?;
            }
        }
        Ok(())
    }

    async fn set_roles(&self, user: &str, grant: &str, roles: &[Box<str>]) -> Result<(), Failure> {
        let path = ["management", "v1", "users", user, "grants", grant];
        let body = json!({"roleKeys": roles});
        let set = self
            .api
            .send::<Done>(&Call::put("update_grant", &path, &body))
            .await;
        accept(set, &[id::GRANT_UNCHANGED]).map(|done| self.written.grant(&done.details))
    }

    /// The user's grants on the project.
    async fn grants_of(&self, user: &str) -> Result<Vec<Grant>, Failure> {
        let query = json!({"queries": [
            {"userIdQuery": {"userId": user}},
            {"projectIdQuery": {"projectId": self.settings.project_id}},
        ]});
        let path = ["management", "v1", "users", "grants", "_search"];
        let page: Page<Grant> = self.api.list(&Call::post("find_grant", &path, &query)).await?;
        let ours = |grant: &Grant| *grant.project_id == *self.settings.project_id;
        Ok(page.items.into_iter().filter(ours).collect())
    }
}
