//! Searching role grants, v1.

use std::collections::HashSet;
use std::sync::Arc;

use crate::zitadel::access::caller::Level;
use crate::zitadel::control::disorder::interleave;
use crate::zitadel::control::options::Version;
use crate::zitadel::protocol::body::Node;
use crate::zitadel::protocol::call::{Api, Call};
use crate::zitadel::protocol::errors::Failure;
use crate::zitadel::protocol::page::Page;
use crate::zitadel::protocol::validation::Place;
use crate::zitadel::protocol::writer::{Writer, details_size, text_size};
use crate::zitadel::state::{Grant, State, User};

/// One condition on a grant; all of them must hold.
enum Filter {
    Project(String),
    User(String),
    Users(HashSet<String>),
    Role(String),
    ProjectGrant(String),
    /// Shows grants on projects of the organization that other organizations own, too.
    WithGranted(bool),
    UserName(String),
    Email(String),
}

fn read(node: Node<'_>, place: &Place, version: Version) -> Result<Filter, Failure> {
    let text = |key: &str, field: &str| -> Result<Option<String>, Failure> {
        node.object(key)?.map(|query| query.string(field)).transpose()
    };
    if let Some(id) = text("projectIdQuery", "projectId")? {
        return Ok(Filter::Project(id));
    }
    if let Some(id) = text("userIdQuery", "userId")? {
        return Ok(Filter::User(id));
    }
    if let Some(key) = text("roleKeyQuery", "roleKey")? {
        return Ok(Filter::Role(key));
    }
    if let Some(id) = text("projectGrantIdQuery", "projectGrantId")? {
        return Ok(Filter::ProjectGrant(id));
    }
    if let Some(name) = text("userNameQuery", "userName")? {
        return Ok(Filter::UserName(name));
    }
    if let Some(email) = text("emailQuery", "email")? {
        return Ok(Filter::Email(email));
    }
    if let Some(query) = node.object("withGrantedQuery")? {
        return Ok(Filter::WithGranted(
            query.flag("withGranted")?.unwrap_or_default(),
        ));
    }
    if version >= Version::V4
        && let Some(query) = node.object("inUserIdsQuery")?
    {
        return Ok(Filter::Users(query.texts("inUserIds")?.into_iter().collect()));
    }
    Err(place.at("UserGrantQuery", "Query").refuse("value is required"))
}

/// `POST /management/v1/users/grants/_search`: grants of the organization of the call, without an order.
pub(crate) fn search(state: &mut State, call: &Call) -> Result<String, Failure> {
    let page = Page::read(call.body())?;
    let caller = state.authenticate(call, None)?;
    state.require(&caller, &caller.org, "user.grant.read", Level::Endpoint)?;
    let mut filters = Vec::new();
    let place = Place::of("ListUserGrantRequest", "Queries");
    for (index, node) in call.body().list("queries")?.into_iter().enumerate() {
        filters.push(read(node, &place.item(index), state.options.version)?);
    }
    state.count_grant_read();
    let mut rows = state.matching_grants(&caller.org, &filters);
    rows.sort_by_cached_key(|(grant, _)| state.tie(&grant.id));
    interleave(&mut rows, state.shuffles);
    let shown = page.cut(&rows);
    let size = shown
        .iter()
        .map(|(grant, user)| state.grant_size(grant, user))
        .sum();
    call.check_reply(state, size, Api::V1)?;
    let seen = state
        .frozen_grants
        .as_ref()
        .map_or(state.grants_seen, |frozen| frozen.seen);
    let mut writer = Writer::default();
    writer.open();
    writer.open_field("details");
    writer.long(
        "totalResult",
        if shown.is_empty() { 0 } else { rows.len() as u64 },
    );
    writer.time("viewTimestamp", seen);
    writer.close();
    if !shown.is_empty() {
        writer.open_list("result");
        for (grant, user) in shown {
            state.write_grant(&mut writer, grant, user);
        }
        writer.close_list();
    }
    writer.close();
    Ok(writer.finish())
}

impl State {
    /// Grants on the read side with their users; grants of removed users drop out.
    fn matching_grants(&self, org: &str, filters: &[Filter]) -> Vec<(Arc<Grant>, Arc<User>)> {
        let grants = self
            .frozen_grants
            .as_ref()
            .map_or(&self.grants, |frozen| &frozen.grants);
        let others = filters
            .iter()
            .any(|filter| matches!(filter, Filter::WithGranted(true)));
        let own_project = |grant: &Grant| self.projects.get(&grant.project).is_some_and(|p| p.org == org);
        let test = |grant: &Arc<Grant>| {
            let user = self.users.get(&grant.user)?;
            let owned = grant.org == org || others && own_project(grant);
            let holds = owned && filters.iter().all(|filter| holds(filter, grant, user));
            holds.then(|| (grant.clone(), user.clone()))
        };
        let users: Option<Vec<&String>> = filters.iter().find_map(|filter| match filter {
            Filter::Users(ids) => Some(ids.iter().collect()),
            Filter::User(id) => Some(vec![id]),
            _ => None,
        });
        match users {
            Some(users) if self.frozen_grants.is_none() => users
                .into_iter()
                .filter_map(|user| self.grants_of.get(user))
                .flatten()
                .filter_map(|id| grants.get(id).and_then(test))
                .collect(),
            _ => grants.values().filter_map(test).collect(),
        }
    }

    fn write_grant(&self, writer: &mut Writer, grant: &Grant, user: &User) {
        writer.open();
        writer.text("id", &grant.id);
        writer.open_field("details");
        writer.long("sequence", grant.sequence);
        writer.time("creationDate", grant.created);
        writer.time("changeDate", grant.changed);
        writer.text("resourceOwner", &grant.org);
        writer.close();
        writer.texts("roleKeys", grant.roles.iter().map(String::as_str));
        let state = if grant.active {
            "USER_GRANT_STATE_ACTIVE"
        } else {
            "USER_GRANT_STATE_INACTIVE"
        };
        writer.text("state", state);
        writer.text("userId", &grant.user);
        writer.text("userName", &user.username);
        if let Some(human) = user.human() {
            writer.text("firstName", &human.given_name);
            writer.text("lastName", &human.family_name);
            writer.text("email", &human.email);
            writer.text("displayName", &human.display_name);
        }
        self.write_org(writer, &grant.org, ["orgId", "orgName", "orgDomain"]);
        writer.text("projectId", &grant.project);
        let project = self.projects.get(&grant.project);
        writer.text("projectName", project.map_or("", |project| &project.name));
        writer.text("projectGrantId", &grant.project_grant);
        writer.text("preferredLoginName", &user.username);
        writer.text(
            "userType",
            if user.human().is_some() {
                "TYPE_HUMAN"
            } else {
                "TYPE_MACHINE"
            },
        );
        self.write_org(
            writer,
            &user.org,
            ["grantedOrgId", "grantedOrgName", "grantedOrgDomain"],
        );
        writer.close();
    }

    fn write_org(&self, writer: &mut Writer, id: &str, fields: [&str; 3]) {
        let org = self.orgs.get(id);
        writer.text(fields[0], id);
        writer.text(fields[1], org.map_or("", |org| &org.name));
        writer.text(fields[2], org.map_or("", |org| &org.domain));
    }

    /// Protobuf bytes of a grant in a reply.
    fn grant_size(&self, grant: &Grant, user: &User) -> usize {
        let org = |id: &str| {
            text_size(id)
                + self
                    .orgs
                    .get(id)
                    .map_or(0, |org| text_size(&org.name) + text_size(&org.domain))
        };
        let names = user.human().map_or(0, |human| {
            text_size(&human.given_name)
                + text_size(&human.family_name)
                + text_size(&human.email)
                + text_size(&human.display_name)
        });
        let project = self
            .projects
            .get(&grant.project)
            .map_or(0, |project| text_size(&project.name));
        let roles: usize = grant.roles.iter().map(|role| text_size(role)).sum();
        3 + text_size(&grant.id) * 3
            + details_size(&grant.org)
            + roles
            + project
            + names
            + 2 * text_size(&user.username)
            + org(&grant.org)
            + org(&user.org)
            + text_size(&grant.project_grant)
            // Enums, and the second byte of the tags above 15.
            + 11
    }
}

fn holds(filter: &Filter, grant: &Grant, user: &User) -> bool {
    match filter {
        Filter::Project(id) => grant.project == *id,
        Filter::User(id) => grant.user == *id,
        Filter::Users(ids) => ids.contains(&grant.user),
        Filter::Role(key) => grant.roles.contains(key),
        Filter::ProjectGrant(id) => grant.project_grant == *id,
        Filter::WithGranted(_) => true,
        Filter::UserName(name) => user.username == *name,
        Filter::Email(email) => user.human().is_some_and(|human| human.email == *email),
    }
}
