//! Adds and removes roles.

use serde_json::json;

use crate::target::TargetError;
use crate::target::zitadel::client::api::Page;
use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::client::error::{Failure, accept};
use crate::target::zitadel::client::error_ids::id;
use crate::target::zitadel::client::reply::strangers;
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::wire::received::{Done, Grant, GrantState};

impl ZitadelTarget {
    /// Adds roles to a user without known roles. An existing grant, with whatever roles, is extended.
    pub(in crate::target::zitadel) async fn grant(
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
            .write::<Done>(&Call::post("add_grant", &path, &body))
            .await
        {
            Err(failure) if failure.is(id::TAKEN) => {
                if !self.change_grants(user, roles, &[], warnings).await? {
                    // The list can be stale, and is known to lose a grant permanently. The server says that it
                    // exists.
                    warnings.push("the role grant exists, but Zitadel does not list it yet".into());
                }
                Ok(())
            }
            added => Ok(added.map(|done| self.written.grant(&done.details))?),
        }
    }

    /// Adds and removes roles of a user who has some. Other roles stay.
    pub(in crate::target::zitadel) async fn change_roles(
        &self,
        user: &str,
        give: &[Box<str>],
        take: &[Box<str>],
        warnings: &mut Vec<String>,
    ) -> Result<(), TargetError> {
        let nothing = give.is_empty() && take.is_empty();
        if nothing || self.change_grants(user, give, take, warnings).await? {
            return Ok(());
        }
        // It was removed in the meantime.
        self.grant(user, give, warnings).await
    }

    /// Changes the user's grants on the project, usually one; returns `false` if there is none. One call replaces all
    /// roles of a grant, so the user keeps access in between. A grant without roles is removed.
    async fn change_grants(
        &self,
        user: &str,
        give: &[Box<str>],
        take: &[Box<str>],
        warnings: &mut Vec<String>,
    ) -> Result<bool, TargetError> {
        let grants = self.grants_of(user).await?;
        // Several grants have several owners of the project. A role in one of them is enough.
        let stored: Vec<&Box<str>> = grants.iter().flat_map(|grant| &grant.role_keys).collect();
        let missing: Vec<_> = give
            .iter()
            .filter(|role| !stored.contains(role))
            .cloned()
            .collect();
        for (index, grant) in grants.iter().enumerate() {
            if !give.is_empty() && index == 0 && grant.state == GrantState::Inactive {
                warnings.push("the role grant was deactivated by an administrator, and stays so".into());
            }
            let mut keys = grant.role_keys.clone();
            if index == 0 {
                keys.extend_from_slice(&missing);
            }
            keys.retain(|key| !take.contains(key));
            if keys == grant.role_keys {
                continue;
            }
            if keys.is_empty() {
                self.remove_grant(user, &grant.id).await?;
            } else {
                self.set_roles(user, &grant.id, &keys).await?;
            }
        }
        Ok(!grants.is_empty())
    }

    async fn remove_grant(&self, user: &str, grant: &str) -> Result<(), Failure> {
        let path = ["management", "v1", "users", user, "grants", grant];
        let removed = self.api.write::<Done>(&Call::delete("remove_grant", &path)).await;
        accept(removed, &[id::GRANT_GONE]).map(|done| self.written.grant(&done.details))
    }

    async fn set_roles(&self, user: &str, grant: &str, roles: &[Box<str>]) -> Result<(), Failure> {
        let path = ["management", "v1", "users", user, "grants", grant];
        let body = json!({"roleKeys": roles});
        let set = self
            .api
            .write::<Done>(&Call::put("update_grant", &path, &body))
            .await;
        accept(set, &[id::GRANT_UNCHANGED]).map(|done| self.written.grant(&done.details))
    }

    /// All visible grants of a user, on all projects.
    pub(in crate::target::zitadel) async fn all_grants_of(&self, user: &str) -> Result<Vec<Grant>, Failure> {
        let query = json!({"queries": [{"userIdQuery": {"userId": user}}]});
        self.grants_that("keep_grants", user, &query).await
    }

    pub(in crate::target::zitadel) async fn grants_of(&self, user: &str) -> Result<Vec<Grant>, Failure> {
        let query = json!({"queries": [
            {"userIdQuery": {"userId": user}},
            {"projectIdQuery": {"projectId": self.settings.project_id}},
        ]});
        let mut grants = self.grants_that("find_grant", user, &query).await?;
        grants.retain(|grant| *grant.project_id == *self.settings.project_id);
        Ok(grants)
    }

    async fn grants_that(
        &self,
        operation: &'static str,
        user: &str,
        query: &serde_json::Value,
    ) -> Result<Vec<Grant>, Failure> {
        let path = ["management", "v1", "users", "grants", "_search"];
        let page: Page<Grant> = self.api.list(&Call::post(operation, &path, query)).await?;
        if page.items.iter().any(|grant| *grant.user_id != *user) {
            return Err(strangers(operation).into());
        }
        Ok(page.items)
    }
}
