//! Who holds which role, and how roles are given and taken away.

use std::cell::RefCell;
use std::collections::HashMap;
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
use super::wire::received::{Done, Grant, GrantState};
use crate::config::ZitadelSettings;
use crate::model::Entitlements;
use crate::target::{TargetError, TargetErrorKind as Kind};

/// How often a list whose pages do not add up is read before it is given up.
const READS: usize = 3;

/// Who holds which of the roles that are this tool's business. Other roles are not looked at.
pub(super) struct Grants {
    /// Each role with the users that hold it, in order of the roles.
    roles: Vec<(Box<str>, Ids)>,
    /// How many grants of these roles an administrator deactivated.
    pub(super) inactive: usize,
    /// The same roles are the same list: most users hold the same.
    shared: RefCell<HashMap<Vec<bool>, Entitlements>>,
}

impl Grants {
    fn of(roles: &[&str]) -> Self {
        let roles = roles.iter().map(|role| (Box::from(*role), Ids::default()));
        Self {
            roles: roles.collect(),
            inactive: 0,
            shared: RefCell::default(),
        }
    }

    fn add(&mut self, grant: &Grant) {
        let mut is_ours = false;
        for (role, users) in &mut self.roles {
            if grant.role_keys.contains(role) {
                users.insert(&grant.user_id);
                is_ours = true;
            }
        }
        self.inactive += usize::from(is_ours && grant.state == GrantState::Inactive);
    }

    /// The roles of one user, in order.
    pub(super) fn entitlements(&self, user: &str) -> Entitlements {
        let held = self.roles.iter().map(|(_, users)| users.contains(user));
        let held: Vec<bool> = held.collect();
        let mut shared = self.shared.borrow_mut();
        if let Some(roles) = shared.get(&held) {
            return Arc::clone(roles);
        }
        let roles = self.roles.iter().zip(&held).filter(|(_, held)| **held);
        let roles: Entitlements = roles.map(|((role, _), _)| role.clone()).collect();
        shared.insert(held, Arc::clone(&roles));
        roles
    }
}

impl ZitadelSettings {
    /// The keys of all roles that this tool gives or takes away; sorted, each once.
    pub(super) fn roles(&self) -> Vec<&str> {
        let further = self.further_roles.iter().chain(&self.owned_roles);
        let mut roles: Vec<&str> = further.map(String::as_str).chain([self.role.as_str()]).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }
}

impl ZitadelTarget {
    /// Reads who holds which role, in pages without any order; so their sum is checked, and read again if it is wrong.
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
        let mut grants = Grants::of(&self.settings.roles());
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
                if seen.insert(&grant.id) {
                    grants.add(&grant);
                }
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

    /// A grant carries all of a user's roles on the project. With one role the others' grants need not come; several
    /// cannot be asked for at once, and one by one the same grants would come again.
    async fn grant_page(&self, from: u64) -> Result<(Page<Grant>, u64), Failure> {
        let mut queries = vec![json!({"projectIdQuery": {"projectId": self.settings.project_id}})];
        if let [role] = self.settings.roles()[..] {
            queries.push(json!({"roleKeyQuery": {"roleKey": role}}));
        }
        loop {
            let limit = self.lists.grants.get();
            let query = json!({
                "query": {"offset": from.to_string(), "limit": limit},
                "queries": queries,
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

    /// Gives roles to a user who is not known to have any. A grant that is there already, with whatever roles, is widened.
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
            Err(failure) if failure.is(id::TAKEN) => {
                if !self.change_grants(user, roles, &[], warnings).await? {
                    // The list can lag behind, and is known to lose a grant for good; the server says that it exists.
                    warnings.push("the role grant exists, but Zitadel does not list it yet".into());
                }
                Ok(())
            }
            added => Ok(added.map(|done| self.written.grant(&done.details))?),
        }
    }

    /// Gives roles to a user who has some, and takes others away. Roles that are neither stay.
    pub(super) async fn change_roles(
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
        // Somebody removed it meanwhile.
        self.grant(user, give, warnings).await
    }

    /// Changes the grants a user has on the project, as a rule one; `false` if there is none. One call replaces all roles
    /// of a grant, so that nobody is without any in between. A grant without any left is removed.
    async fn change_grants(
        &self,
        user: &str,
        give: &[Box<str>],
        take: &[Box<str>],
        warnings: &mut Vec<String>,
    ) -> Result<bool, TargetError> {
        let grants = self.grants_of(user).await?;
        // Several grants are of several owners of the project; a role of one of them is enough.
        let held: Vec<&Box<str>> = grants.iter().flat_map(|grant| &grant.role_keys).collect();
        let missing: Vec<_> = give.iter().filter(|role| !held.contains(role)).cloned().collect();
        for (place, grant) in grants.iter().enumerate() {
            if !give.is_empty() && place == 0 && grant.state == GrantState::Inactive {
                warnings.push("the role grant was deactivated by an administrator, and stays so".into());
            }
            let mut keys = grant.role_keys.clone();
            if place == 0 {
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
        let removed = self.api.send::<Done>(&Call::delete("remove_grant", &path)).await;
        accept(removed, &[id::GRANT_GONE]).map(|done| self.written.grant(&done.details))
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

    /// All grants of a user that can be seen, on whatever project.
    pub(super) async fn all_grants_of(&self, user: &str) -> Result<Vec<Grant>, Failure> {
        let query = json!({"queries": [{"userIdQuery": {"userId": user}}]});
        let path = ["management", "v1", "users", "grants", "_search"];
        let page: Page<Grant> = self.api.list(&Call::post("keep_grants", &path, &query)).await?;
        Ok(page.items)
    }

    /// The roles of one user that are this tool's business, as they are now.
    pub(super) async fn roles_of(&self, user: &str) -> Result<Entitlements, TargetError> {
        let mut grants = Grants::of(&self.settings.roles());
        for grant in self.grants_of(user).await? {
            grants.add(&grant);
        }
        Ok(grants.entitlements(user))
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
