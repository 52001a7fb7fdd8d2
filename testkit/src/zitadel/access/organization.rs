//! What a sync asks before it reads: its organization, the project's roles, the domain policy.

use super::caller::{Caller, Level};
use crate::zitadel::protocol::call::Call;
use crate::zitadel::protocol::errors::{Failure, NOT_FOUND};
use crate::zitadel::protocol::page::Page;
use crate::zitadel::protocol::validation::Place;
use crate::zitadel::protocol::writer::Writer;
use crate::zitadel::state::{ProjectGrant, State};
use crate::zitadel::values::compare::Compare;

fn enter(state: &State, call: &Call, permission: &str) -> Result<Caller, Failure> {
    let caller = state.authenticate(call, None)?;
    state.require(&caller, &caller.org, permission, Level::Endpoint)?;
    Ok(caller)
}

/// v1 details of something that never changed.
fn write_details(writer: &mut Writer, created: i64, owner: &str) {
    writer.open_field("details");
    writer.long("sequence", 1);
    writer.time("creationDate", created);
    writer.time("changeDate", created);
    writer.text("resourceOwner", owner);
    writer.close();
}

/// `GET /management/v1/orgs/me`: the organization of the call.
pub(crate) fn mine(state: &mut State, call: &Call) -> Result<String, Failure> {
    let caller = enter(state, call, "org.read")?;
    let mut writer = Writer::default();
    writer.open();
    if let Some(org) = state.orgs.get(&caller.org) {
        writer.open_field("org");
        writer.text("id", &caller.org);
        write_details(&mut writer, org.created, &caller.org);
        writer.text("state", "ORG_STATE_ACTIVE");
        writer.text("name", &org.name);
        writer.text("primaryDomain", &org.domain);
        writer.close();
    }
    writer.close();
    Ok(writer.finish())
}

/// `GET /management/v1/projects/{projectId}`.
pub(crate) fn project(state: &mut State, call: &Call) -> Result<String, Failure> {
    let caller = enter(state, call, "project.read")?;
    let id = call.param("projectId");
    let own = state
        .projects
        .get(&id)
        .filter(|project| project.org == caller.org);
    let project = own.ok_or_else(|| Failure::of(NOT_FOUND, "QUERY-fk2fs", "Project not found"))?;
    let mut writer = Writer::default();
    writer.open();
    writer.open_field("project");
    writer.text("id", &id);
    write_details(&mut writer, project.created, &project.org);
    writer.text("name", &project.name);
    writer.text("state", "PROJECT_STATE_ACTIVE");
    writer.close();
    writer.close();
    Ok(writer.finish())
}

/// `POST /management/v1/projects/{projectId}/roles/_search`: empty for an unknown, foreign or granted project.
pub(crate) fn roles(state: &mut State, call: &Call) -> Result<String, Failure> {
    let page = Page::read(call.body())?;
    let caller = enter(state, call, "project.role.read")?;
    let mut keys = Vec::new();
    for (index, query) in call.body().list("queries")?.into_iter().enumerate() {
        let place = Place::of("ListProjectRolesRequest", "Queries").item(index);
        let missing = || place.at("RoleQuery", "Query").refuse("value is required");
        let node = query.object("keyQuery")?.ok_or_else(missing)?;
        let compare = Compare::read(node);
        keys.push((compare, compare.prepare(&node.string("key")?)));
    }
    let own = state
        .projects
        .get(&call.param("projectId"))
        .filter(|project| project.org == caller.org);
    let all = own
        .map(|project| project.roles.iter().collect::<Vec<_>>())
        .unwrap_or_default();
    let matches = |key: &str| keys.iter().all(|(compare, wanted)| compare.matches(key, wanted));
    let rows: Vec<_> = all.into_iter().filter(|(key, _)| matches(key)).collect();
    let shown = page.cut(&rows);
    let mut writer = Writer::default();
    open_list(
        &mut writer,
        if shown.is_empty() { 0 } else { rows.len() },
        state.clock.last(),
    );
    if !shown.is_empty() {
        writer.open_list("result");
        for (key, role) in shown {
            writer.open();
            writer.text("key", key);
            write_details(&mut writer, role.created, &caller.org);
            writer.text("displayName", &role.display_name);
            writer.close();
        }
        writer.close_list();
    }
    writer.close();
    Ok(writer.finish())
}

fn open_list(writer: &mut Writer, total: usize, seen: i64) {
    writer.open();
    writer.open_field("details");
    writer.long("totalResult", total as u64);
    writer.time("viewTimestamp", seen);
    writer.close();
}

/// `POST /management/v1/granted_projects/_search`: projects of others that may be used here.
pub(crate) fn granted_projects(state: &mut State, call: &Call) -> Result<String, Failure> {
    let page = Page::read(call.body())?;
    let caller = enter(state, call, "project.read")?;
    let mut rows: Vec<(&str, &str, &ProjectGrant)> = Vec::new();
    for (project_id, project) in &state.projects {
        for (grant_id, grant) in project.grants.iter().filter(|(_, grant)| grant.org == caller.org) {
            rows.push((project_id, grant_id, grant));
        }
    }
    let shown = page.cut(&rows);
    let mut writer = Writer::default();
    open_list(
        &mut writer,
        if shown.is_empty() { 0 } else { rows.len() },
        state.clock.last(),
    );
    if !shown.is_empty() {
        writer.open_list("result");
        for (project_id, grant_id, grant) in shown {
            let Some(project) = state.projects.get(*project_id) else {
                continue;
            };
            let name = |id: &str| state.orgs.get(id).map_or("", |org| &org.name);
            writer.open();
            writer.text("grantId", grant_id);
            writer.text("grantedOrgId", &grant.org);
            writer.text("grantedOrgName", name(&grant.org));
            writer.texts("grantedRoleKeys", grant.roles.iter().map(String::as_str));
            writer.text("state", "PROJECT_GRANT_STATE_ACTIVE");
            writer.text("projectId", project_id);
            writer.text("projectName", &project.name);
            writer.text("projectOwnerId", &project.org);
            writer.text("projectOwnerName", name(&project.org));
            write_details(&mut writer, grant.created, &project.org);
            writer.close();
        }
        writer.close_list();
    }
    writer.close();
    Ok(writer.finish())
}

/// `GET /management/v1/policies/domain`: the default one of the instance, readable for all.
pub(crate) fn domain_policy(state: &mut State, call: &Call) -> Result<String, Failure> {
    state.authenticate(call, None)?;
    let created = state
        .orgs
        .values()
        .map(|org| org.created)
        .min()
        .unwrap_or_default();
    let mut writer = Writer::default();
    writer.open();
    writer.open_field("policy");
    write_details(&mut writer, created, &state.fixtures.instance);
    writer.flag("userLoginMustBeDomain", state.options.user_names_per_organization);
    writer.flag("isDefault", true);
    writer.close();
    writer.close();
    Ok(writer.finish())
}

/// `GET /management/v1/healthz`.
#[expect(clippy::unnecessary_wraps, reason = "all handlers look the same")]
pub(crate) fn healthz(_: &mut State, _: &Call) -> Result<String, Failure> {
    Ok("{}".to_owned())
}
