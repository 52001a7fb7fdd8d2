//! Role grants, v1: add, change, remove. The search is in `grants_search`.

use std::sync::Arc;

use crate::zitadel::access::caller::{Caller, Level};
use crate::zitadel::control::options::Version;
use crate::zitadel::protocol::call::Call;
use crate::zitadel::protocol::errors::{EXISTS, Failure, NOT_FOUND, PRECONDITION};
use crate::zitadel::protocol::validation::Place;
use crate::zitadel::protocol::writer::Writer;
use crate::zitadel::state::{FrozenGrants, Grant, State};

pub(crate) use super::search::search;

/// A grant to be made.
pub(crate) struct Wanted {
    pub(crate) org: String,
    pub(crate) user: String,
    pub(crate) project: String,
    pub(crate) project_grant: String,
    pub(crate) roles: Vec<String>,
}

/// `POST /management/v1/users/{userId}/grants`; the organization of the call owns the grant.
pub(crate) fn add(state: &mut State, call: &Call) -> Result<String, Failure> {
    let body = call.body();
    let (project, project_grant) = (body.string("projectId")?, body.string("projectGrantId")?);
    let roles = body.texts("roleKeys")?;
    let caller = enter(state, call, "user.grant.write")?;
    Place::of("AddUserGrantRequest", "ProjectId").runes(&project, 1, 200)?;
    let org = caller.org.clone();
    let wanted = Wanted {
        org,
        user: call.param("userId"),
        project,
        project_grant,
        roles,
    };
    let id = state.add_grant(wanted)?;
    let mut writer = Writer::default();
    writer.open();
    writer.text("userGrantId", &id);
    writer.open_field("details");
    writer.long("sequence", 1);
    writer.time("creationDate", state.clock.last());
    writer.text("resourceOwner", &caller.org);
    writer.close();
    writer.close();
    Ok(writer.finish())
}

/// `PUT /management/v1/users/{userId}/grants/{grantId}`: replaces the roles.
pub(crate) fn update(state: &mut State, call: &Call) -> Result<String, Failure> {
    let roles = call.body().texts("roleKeys")?;
    let caller = enter(state, call, "user.grant.write")?;
    let id = call.param("grantId");
    let grant = state.own_grant(&caller, &id, "COMMAND-3M9sd")?.clone();
    if grant.roles == roles {
        let text = "User grant has not been changed";
        return Err(Failure::of(PRECONDITION, "COMMAND-Rs8fy", text));
    }
    state.check_roles(&grant.org, &grant.project, &grant.project_grant, &roles)?;
    state.touch_grant(&id, |grant| grant.roles = roles);
    Ok(changed(state, &caller, &id))
}

/// `POST …/{grantId}/_deactivate`: a second time changes nothing and is no error.
pub(crate) fn deactivate(state: &mut State, call: &Call) -> Result<String, Failure> {
    switch(state, call, Switch::Off)
}

/// `POST …/{grantId}/_reactivate`.
pub(crate) fn reactivate(state: &mut State, call: &Call) -> Result<String, Failure> {
    switch(state, call, Switch::On)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Switch {
    On,
    Off,
}

fn switch(state: &mut State, call: &Call, to: Switch) -> Result<String, Failure> {
    let caller = enter(state, call, "user.grant.write")?;
    let id = call.param("grantId");
    state.own_grant(&caller, &id, "COMMAND-3M9sd")?;
    state.switch_grant(&id, to);
    Ok(changed(state, &caller, &id))
}

/// `DELETE /management/v1/users/{userId}/grants/{grantId}`.
pub(crate) fn remove(state: &mut State, call: &Call) -> Result<String, Failure> {
    let caller = enter(state, call, "user.grant.delete")?;
    let id = call.param("grantId");
    let sequence = state.own_grant(&caller, &id, "COMMAND-1My0t")?.sequence + 1;
    state.drop_grant(&id);
    let mut writer = Writer::default();
    writer.open();
    write_details(&mut writer, sequence, state.clock.last(), &caller.org);
    writer.close();
    Ok(writer.finish())
}

/// `DELETE /management/v1/user_grants/_bulk`.
pub(crate) fn remove_many(state: &mut State, call: &Call) -> Result<String, Failure> {
    let ids = call.body().texts("grantId")?;
    let caller = enter(state, call, "user.grant.delete")?;
    for id in &ids {
        state.own_grant(&caller, id, "COMMAND-1My0t")?;
    }
    for id in &ids {
        state.drop_grant(id);
    }
    Ok("{}".to_owned())
}

fn enter(state: &State, call: &Call, permission: &str) -> Result<Caller, Failure> {
    let caller = state.authenticate(call, None)?;
    state.require(&caller, &caller.org, permission, Level::Endpoint)?;
    Ok(caller)
}

fn changed(state: &State, caller: &Caller, id: &str) -> String {
    let mut writer = Writer::default();
    writer.open();
    if let Some(grant) = state.grants.get(id) {
        write_details(&mut writer, grant.sequence, grant.changed, &caller.org);
    }
    writer.close();
    writer.finish()
}

fn write_details(writer: &mut Writer, sequence: u64, changed: i64, org: &str) {
    writer.open_field("details");
    writer.long("sequence", sequence);
    writer.time("changeDate", changed);
    writer.text("resourceOwner", org);
    writer.close();
}

impl State {
    fn own_grant(&self, caller: &Caller, id: &str, unknown: &'static str) -> Result<&Grant, Failure> {
        let found = self.grants.get(id).filter(|grant| grant.org == caller.org);
        found
            .map(AsRef::as_ref)
            .ok_or_else(|| Failure::of(NOT_FOUND, unknown, "User grant not found"))
    }

    /// Makes a grant: user, project, roles, uniqueness, in this order.
    pub(crate) fn add_grant(&mut self, mut wanted: Wanted) -> Result<String, Failure> {
        if self.user(&wanted.user).is_none() {
            return Err(Failure::user_not_found(PRECONDITION, "COMMAND-4f8sg"));
        }
        let owned = self
            .projects
            .get(&wanted.project)
            .is_some_and(|project| project.org == wanted.org);
        if !owned && wanted.project_grant.is_empty() && self.options.version != Version::V2_64 {
            wanted.project_grant = self
                .project_grant_of(&wanted.project, &wanted.org)
                .unwrap_or_default();
        }
        self.check_roles(&wanted.org, &wanted.project, &wanted.project_grant, &wanted.roles)?;
        let at = self.clock.now();
        let mut grant = Grant {
            id: String::new(),
            org: wanted.org,
            user: wanted.user,
            project: wanted.project,
            project_grant: wanted.project_grant,
            roles: wanted.roles,
            active: true,
            sequence: 1,
            created: at,
            changed: at,
        };
        if self.grant_keys.contains_key(&grant.key()) {
            return Err(Failure::of(EXISTS, "V3-DKcYh", "User grant already exists"));
        }
        // The real read side stops for minutes on a project grant that does not exist.
        if owned && !grant.project_grant.is_empty() && self.frozen_grants.is_none() {
            self.freeze_grants(None);
        }
        grant.id = self.new_id();
        let at = self.clock.tick();
        (grant.created, grant.changed, self.grants_seen) = (at, at, at);
        let id = grant.id.clone();
        self.grant_keys.insert(grant.key(), id.clone());
        self.grants_of
            .entry(grant.user.clone())
            .or_default()
            .push(id.clone());
        self.grants.insert(id.clone(), Arc::new(grant));
        Ok(id)
    }

    fn project_grant_of(&self, project: &str, org: &str) -> Option<String> {
        let grants = &self.projects.get(project)?.grants;
        grants
            .iter()
            .find(|(_, grant)| grant.org == org)
            .map(|(id, _)| id.clone())
    }

    /// The roles must exist on the project, or be part of the project grant.
    pub(crate) fn check_roles(
        &self,
        org: &str,
        project: &str,
        project_grant: &str,
        roles: &[String],
    ) -> Result<(), Failure> {
        let unknown = || Failure::of(PRECONDITION, "COMMAND-4m9ff", "Grant not found");
        let project = self.projects.get(project).ok_or_else(unknown)?;
        let known = |role: &String| {
            if project.org == org {
                project.roles.contains_key(role)
            } else {
                project
                    .grants
                    .get(project_grant)
                    .is_some_and(|grant| grant.roles.contains(role))
            }
        };
        let granted = || {
            project
                .grants
                .get(project_grant)
                .is_some_and(|grant| grant.org == org)
        };
        if project.org != org && !granted() {
            return Err(unknown());
        }
        if roles.iter().all(known) {
            return Ok(());
        }
        Err(Failure::of(
            PRECONDITION,
            "COMMAND-mm9F4",
            "Errors.Project.Role.NotFound",
        ))
    }

    /// Changes a grant as one event.
    pub(crate) fn touch_grant(&mut self, id: &str, change: impl FnOnce(&mut Grant)) {
        let at = self.clock.tick();
        self.grants_seen = at;
        if let Some(grant) = self.grant_mut(id) {
            change(grant);
            grant.sequence += 1;
            grant.changed = at;
        }
    }

    pub(crate) fn switch_grant(&mut self, id: &str, to: Switch) {
        let active = to == Switch::On;
        if self.grants.get(id).is_some_and(|grant| grant.active != active) {
            self.touch_grant(id, |grant| grant.active = active);
        }
    }

    pub(crate) fn drop_grant(&mut self, id: &str) {
        self.grants_seen = self.clock.tick();
        self.remove_grant(id);
    }

    /// From now on the searches show the grants as they are now.
    pub(crate) fn freeze_grants(&mut self, reads: Option<u64>) {
        self.frozen_grants = Some(FrozenGrants {
            grants: self.grants.clone(),
            seen: self.grants_seen,
            reads,
        });
    }

    /// Counts a search; a frozen list catches up when its searches are used up.
    pub(crate) fn count_grant_read(&mut self) {
        self.shuffles += 1;
        if self
            .frozen_grants
            .as_ref()
            .is_some_and(|frozen| frozen.reads == Some(0))
        {
            self.frozen_grants = None;
        }
        if let Some(left) = self
            .frozen_grants
            .as_mut()
            .and_then(|frozen| frozen.reads.as_mut())
        {
            *left -= 1;
        }
    }
}
