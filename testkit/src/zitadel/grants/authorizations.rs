//! Role grants, v2: `zitadel.authorization.v2.AuthorizationService`, Connect only.

use std::sync::Arc;

use super::change::{Switch, Wanted};
use crate::zitadel::access::caller::{Caller, Level};
use crate::zitadel::control::disorder::interleave;
use crate::zitadel::protocol::body::Node;
use crate::zitadel::protocol::call::Call;
use crate::zitadel::protocol::errors::{Failure, NOT_FOUND};
use crate::zitadel::protocol::page::Pagination;
use crate::zitadel::protocol::validation::Place;
use crate::zitadel::protocol::writer::Writer;
use crate::zitadel::state::{Grant, State};

enum Filter {
    Ids(Vec<String>),
    Organization(String),
    Users(Vec<String>),
    Project(String),
    Role(String),
    Active(bool),
}

fn read(node: Node<'_>, place: &Place) -> Result<Filter, Failure> {
    if let Some(query) = node.object("authorizationIds")? {
        return Ok(Filter::Ids(query.texts("ids")?));
    }
    if let Some(query) = node.object("organizationId")? {
        return Ok(Filter::Organization(query.string("id")?));
    }
    if let Some(query) = node.object("inUserIds")? {
        return Ok(Filter::Users(query.texts("ids")?));
    }
    if let Some(query) = node.object("projectId")? {
        return Ok(Filter::Project(query.string("id")?));
    }
    if let Some(query) = node.object("roleKey")? {
        return Ok(Filter::Role(query.string("key")?));
    }
    if let Some(query) = node.object("state")? {
        let names = ["STATE_UNSPECIFIED", "STATE_ACTIVE", "STATE_INACTIVE"];
        return Ok(Filter::Active(query.choice("state", &names) == 1));
    }
    Err(place
        .at("AuthorizationsSearchFilter", "Filter")
        .refuse("value is required"))
}

/// `ListAuthorizations`: newest first; rows the caller may not see drop out after the page is cut.
pub(crate) fn list(state: &mut State, call: &Call) -> Result<String, Failure> {
    let page = Pagination::read(call.body())?;
    let caller = state.authenticate(call, None)?;
    let mut filters = Vec::new();
    let place = Place::of("ListAuthorizationsRequest", "Filters");
    for (index, node) in call.body().list("filters")?.into_iter().enumerate() {
        filters.push(read(node, &place.item(index))?);
    }
    page.check()?;
    state.count_grant_read();
    let grants = state
        .frozen_grants
        .as_ref()
        .map_or(&state.grants, |frozen| &frozen.grants);
    let matches = |grant: &&Arc<Grant>| {
        state.users.contains_key(&grant.user) && filters.iter().all(|filter| holds(filter, grant))
    };
    let mut rows: Vec<Arc<Grant>> = grants.values().filter(matches).cloned().collect();
    interleave(&mut rows, state.shuffles);
    rows.sort_by_key(|grant| if page.asc { grant.created } else { -grant.created });
    let visible = |grant: &&Arc<Grant>| state.may(&caller.user, &grant.org, "user.grant.read");
    let shown: Vec<&Arc<Grant>> = page.cut(&rows).iter().filter(visible).collect();
    let mut writer = Writer::default();
    writer.open();
    page.write(
        &mut writer,
        if page.cut(&rows).is_empty() { 0 } else { rows.len() },
    );
    if !shown.is_empty() {
        writer.open_list("authorizations");
        for grant in shown {
            state.write_authorization(&mut writer, grant);
        }
        writer.close_list();
    }
    writer.close();
    Ok(writer.finish())
}

fn holds(filter: &Filter, grant: &Grant) -> bool {
    match filter {
        Filter::Ids(ids) => ids.contains(&grant.id),
        Filter::Organization(id) => grant.org == *id,
        Filter::Users(ids) => ids.contains(&grant.user),
        Filter::Project(id) => grant.project == *id,
        Filter::Role(key) => grant.roles.contains(key),
        Filter::Active(active) => grant.active == *active,
    }
}

/// `CreateAuthorization`.
pub(crate) fn create(state: &mut State, call: &Call) -> Result<String, Failure> {
    let body = call.body();
    let (user, project) = (body.string("userId")?, body.string("projectId")?);
    let (org, roles) = (body.string("organizationId")?, body.texts("roleKeys")?);
    let caller = state.authenticate(call, None)?;
    Place::of("CreateAuthorizationRequest", "UserId").runes(&user, 1, 200)?;
    Place::of("CreateAuthorizationRequest", "ProjectId").runes(&project, 1, 200)?;
    let unique = roles
        .iter()
        .enumerate()
        .all(|(at, role)| !roles[..at].contains(role));
    if !unique {
        let place = Place::of("CreateAuthorizationRequest", "RoleKeys").item(1);
        return Err(place.refuse("repeated value must contain unique items"));
    }
    let org = if org.is_empty() { caller.org.clone() } else { org };
    let wanted = Wanted {
        org: org.clone(),
        user,
        project,
        project_grant: String::new(),
        roles,
    };
    // The recorded server looks at the project before it looks at the permission.
    if state.user(&wanted.user).is_some() {
        let grant = state.projects.get(&wanted.project).and_then(|project| {
            project
                .grants
                .iter()
                .find(|(_, grant)| grant.org == org)
                .map(|(id, _)| id.clone())
        });
        state.check_roles(&org, &wanted.project, &grant.unwrap_or_default(), &wanted.roles)?;
    }
    state.require(&caller, &org, "user.grant.write", Level::Command)?;
    let id = state.add_grant(wanted)?;
    let mut writer = Writer::default();
    writer.open();
    writer.text("id", &id);
    writer.time("creationDate", state.clock.last());
    writer.close();
    Ok(writer.finish())
}

/// `UpdateAuthorization`: replaces the roles, the same roles again are no error.
pub(crate) fn update(state: &mut State, call: &Call) -> Result<String, Failure> {
    let roles = call.body().texts("roleKeys")?;
    let (_, grant) = known(state, call)?;
    state.check_roles(&grant.org, &grant.project, &grant.project_grant, &roles)?;
    if grant.roles != roles {
        state.touch_grant(&grant.id, |grant| grant.roles = roles);
    }
    Ok(changed(state, &grant.id))
}

/// `ActivateAuthorization`.
pub(crate) fn activate(state: &mut State, call: &Call) -> Result<String, Failure> {
    let (_, grant) = known(state, call)?;
    state.switch_grant(&grant.id, Switch::On);
    Ok(changed(state, &grant.id))
}

/// `DeactivateAuthorization`.
pub(crate) fn deactivate(state: &mut State, call: &Call) -> Result<String, Failure> {
    let (_, grant) = known(state, call)?;
    state.switch_grant(&grant.id, Switch::Off);
    Ok(changed(state, &grant.id))
}

/// `DeleteAuthorization`: one that is gone is no error.
pub(crate) fn delete(state: &mut State, call: &Call) -> Result<String, Failure> {
    let caller = state.authenticate(call, None)?;
    let id = call.param("id");
    if let Some(org) = state.grants.get(&id).map(|grant| grant.org.clone()) {
        state.require(&caller, &org, "user.grant.delete", Level::Command)?;
        state.drop_grant(&id);
    }
    let mut writer = Writer::default();
    writer.open();
    writer.time("deletionDate", state.clock.last());
    writer.close();
    Ok(writer.finish())
}

fn known(state: &State, call: &Call) -> Result<(Caller, Grant), Failure> {
    let caller = state.authenticate(call, None)?;
    let missing = || Failure::of(NOT_FOUND, "COMMAND-3M9sd", "User grant not found");
    let grant = state.grants.get(&call.param("id")).ok_or_else(missing)?;
    state.require(&caller, &grant.org, "user.grant.write", Level::Command)?;
    Ok((caller, grant.as_ref().clone()))
}

fn changed(state: &State, id: &str) -> String {
    let mut writer = Writer::default();
    writer.open();
    writer.time(
        "changeDate",
        state.grants.get(id).map_or(0, |grant| grant.changed),
    );
    writer.close();
    writer.finish()
}

impl State {
    fn write_authorization(&self, writer: &mut Writer, grant: &Grant) {
        let project = self.projects.get(&grant.project);
        writer.open();
        writer.text("id", &grant.id);
        writer.time("creationDate", grant.created);
        writer.time("changeDate", grant.changed);
        writer.open_field("project");
        writer.text("id", &grant.project);
        writer.text("name", project.map_or("", |project| &project.name));
        writer.text("organizationId", project.map_or("", |project| &project.org));
        writer.close();
        writer.open_field("organization");
        writer.text("id", &grant.org);
        writer.text("name", self.orgs.get(&grant.org).map_or("", |org| &org.name));
        writer.close();
        if let Some(user) = self.user(&grant.user) {
            writer.open_field("user");
            writer.text("id", &user.id);
            writer.text("preferredLoginName", &user.username);
            writer.text("displayName", user.display_name());
            writer.text("organizationId", &user.org);
            writer.close();
        }
        writer.text(
            "state",
            if grant.active {
                "STATE_ACTIVE"
            } else {
                "STATE_INACTIVE"
            },
        );
        if !grant.roles.is_empty() {
            writer.open_list("roles");
            for key in &grant.roles {
                let role = project.and_then(|project| project.roles.get(key));
                writer.open();
                writer.text("key", key);
                writer.text("displayName", role.map_or("", |role| &role.display_name));
                writer.close();
            }
            writer.close_list();
        }
        writer.close();
    }
}
