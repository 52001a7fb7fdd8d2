//! The paths the double answers.

use super::call::{Call, Transport};
use super::errors::Failure;
use crate::zitadel::access::{caller, organization};
use crate::zitadel::control::options::Version;
use crate::zitadel::state::State;
use crate::zitadel::state::events_search;
use crate::zitadel::users::write::{contacts, create, edit, lifecycle, links};
use crate::zitadel::users::{read, sessions};
use crate::zitadel::{grants, metadata};

pub(crate) type Handler = fn(&mut State, &Call) -> Result<String, Failure>;

/// Whether a request changes anything, if it succeeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Read,
    Write,
}

/// One path of one method.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) pattern: &'static str,
    pub(crate) effect: Effect,
    since: Version,
    /// The HTTP status of a success.
    pub(crate) status: u16,
    pub(crate) handler: Handler,
}

const fn read(method: &'static str, pattern: &'static str, handler: Handler) -> Route {
    Route {
        method,
        pattern,
        effect: Effect::Read,
        since: Version::V2_64,
        status: 200,
        handler,
    }
}

const fn write(method: &'static str, pattern: &'static str, handler: Handler) -> Route {
    Route {
        method,
        pattern,
        effect: Effect::Write,
        since: Version::V2_64,
        status: 200,
        handler,
    }
}

/// The same route, where success makes something.
const fn makes(route: Route) -> Route {
    Route { status: 201, ..route }
}

/// The same route, but not in the oldest version.
const fn new(route: Route) -> Route {
    Route {
        since: Version::V4_2,
        ..route
    }
}

/// REST paths; literal segments come before parameters in the same place.
#[rustfmt::skip]
const REST: &[Route] = &[
    read("POST", "/v2/users", read::list::list),
    write("POST", "/v2/users/human", create::add_human),
    new(write("POST", "/v2/users/new", create::create_user)),
    write("PUT", "/v2/users/human/{userId}", edit::update_human),
    read("GET", "/v2/users/{userId}", read::list::by_id),
    new(write("PATCH", "/v2/users/{userId}", edit::update_user)),
    write("DELETE", "/v2/users/{userId}", lifecycle::delete),
    write("POST", "/v2/users/{userId}/email", contacts::set_email),
    write("POST", "/v2/users/{userId}/phone", contacts::set_phone),
    write("DELETE", "/v2/users/{userId}/phone", contacts::remove_phone),
    write("POST", "/v2/users/{userId}/deactivate", lifecycle::deactivate),
    write("POST", "/v2/users/{userId}/reactivate", lifecycle::reactivate),
    write("POST", "/v2/users/{userId}/lock", lifecycle::lock),
    write("POST", "/v2/users/{userId}/unlock", lifecycle::unlock),
    write("POST", "/v2/users/{userId}/links", links::add),
    read("POST", "/v2/users/{userId}/links/_search", links::list),
    write("DELETE", "/v2/users/{userId}/links/{idpId}/{linkedUserId}", links::remove),
    new(write("POST", "/v2/users/{userId}/metadata", metadata::user::set)),
    new(write("DELETE", "/v2/users/{userId}/metadata", metadata::user::delete)),
    new(read("POST", "/v2/users/{userId}/metadata/search", metadata::user::list)),
    makes(write("POST", "/v2/sessions", sessions::create)),
    read("POST", "/v2/sessions/search", sessions::list),
    write("DELETE", "/v2/sessions/{sessionId}", sessions::delete),
    read("POST", "/management/v1/users/_search", read::list_v1::list),
    read("POST", "/management/v1/users/grants/_search", grants::change::search),
    read("POST", "/management/v1/users/{userId}/metadata/_search", metadata::user_v1::list),
    write("POST", "/management/v1/users/{userId}/metadata/_bulk", metadata::user_v1::set_many),
    write("DELETE", "/management/v1/users/{userId}/metadata/_bulk", metadata::user_v1::delete_many),
    write("POST", "/management/v1/users/{userId}/metadata/{key}", metadata::user_v1::set),
    read("GET", "/management/v1/users/{userId}/metadata/{key}", metadata::user_v1::get),
    write("DELETE", "/management/v1/users/{userId}/metadata/{key}", metadata::user_v1::delete),
    write("POST", "/management/v1/users/{userId}/grants", grants::change::add),
    write("PUT", "/management/v1/users/{userId}/grants/{grantId}", grants::change::update),
    write("DELETE", "/management/v1/users/{userId}/grants/{grantId}", grants::change::remove),
    write("POST", "/management/v1/users/{userId}/grants/{grantId}/_deactivate", grants::change::deactivate),
    write("POST", "/management/v1/users/{userId}/grants/{grantId}/_reactivate", grants::change::reactivate),
    write("DELETE", "/management/v1/user_grants/_bulk", grants::change::remove_many),
    read("GET", "/management/v1/orgs/me", organization::mine),
    read("POST", "/management/v1/metadata/_search", metadata::organization::list),
    read("GET", "/management/v1/metadata/{key}", metadata::organization::get),
    write("POST", "/management/v1/metadata/{key}", metadata::organization::set),
    write("DELETE", "/management/v1/metadata/{key}", metadata::organization::delete),
    read("GET", "/management/v1/projects/{projectId}", organization::project),
    read("POST", "/management/v1/projects/{projectId}/roles/_search", organization::roles),
    read("POST", "/management/v1/granted_projects/_search", organization::granted_projects),
    read("GET", "/management/v1/policies/domain", organization::domain_policy),
    read("GET", "/management/v1/healthz", organization::healthz),
    read("POST", "/auth/v1/permissions/zitadel/me/_search", caller::my_permissions),
    read("GET", "/auth/v1/users/me", read::list_v1::me),
    read("POST", "/admin/v1/events/_search", events_search::search),
];

/// Connect methods, by their path.
#[rustfmt::skip]
const CONNECT: &[Route] = &[
    read("POST", "/zitadel.user.v2.UserService/ListUsers", read::list::list),
    read("POST", "/zitadel.user.v2.UserService/GetUserByID", read::list::by_id),
    write("POST", "/zitadel.user.v2.UserService/AddHumanUser", create::add_human),
    write("POST", "/zitadel.user.v2.UserService/CreateUser", create::create_user),
    write("POST", "/zitadel.user.v2.UserService/UpdateHumanUser", edit::update_human),
    write("POST", "/zitadel.user.v2.UserService/UpdateUser", edit::update_user),
    write("POST", "/zitadel.user.v2.UserService/SetEmail", contacts::set_email),
    write("POST", "/zitadel.user.v2.UserService/SetPhone", contacts::set_phone),
    write("POST", "/zitadel.user.v2.UserService/RemovePhone", contacts::remove_phone),
    write("POST", "/zitadel.user.v2.UserService/DeactivateUser", lifecycle::deactivate),
    write("POST", "/zitadel.user.v2.UserService/ReactivateUser", lifecycle::reactivate),
    write("POST", "/zitadel.user.v2.UserService/LockUser", lifecycle::lock),
    write("POST", "/zitadel.user.v2.UserService/UnlockUser", lifecycle::unlock),
    write("POST", "/zitadel.user.v2.UserService/DeleteUser", lifecycle::delete),
    write("POST", "/zitadel.user.v2.UserService/AddIDPLink", links::add),
    read("POST", "/zitadel.user.v2.UserService/ListIDPLinks", links::list),
    write("POST", "/zitadel.user.v2.UserService/RemoveIDPLink", links::remove),
    write("POST", "/zitadel.user.v2.UserService/SetUserMetadata", metadata::user::set),
    write("POST", "/zitadel.user.v2.UserService/DeleteUserMetadata", metadata::user::delete),
    read("POST", "/zitadel.user.v2.UserService/ListUserMetadata", metadata::user::list),
    read("POST", "/zitadel.authorization.v2.AuthorizationService/ListAuthorizations", grants::authorizations::list),
    write("POST", "/zitadel.authorization.v2.AuthorizationService/CreateAuthorization", grants::authorizations::create),
    write("POST", "/zitadel.authorization.v2.AuthorizationService/UpdateAuthorization", grants::authorizations::update),
    write("POST", "/zitadel.authorization.v2.AuthorizationService/DeleteAuthorization", grants::authorizations::delete),
    write("POST", "/zitadel.authorization.v2.AuthorizationService/ActivateAuthorization",
        grants::authorizations::activate),
    write("POST", "/zitadel.authorization.v2.AuthorizationService/DeactivateAuthorization",
        grants::authorizations::deactivate),
];

/// What a path leads to.
#[derive(Debug)]
pub(crate) enum Found {
    Rest(&'static Route, Vec<(&'static str, String)>),
    Connect(&'static Route),
    /// Known path, other method.
    WrongMethod(Transport),
    /// A known Connect service without that method.
    NoConnectMethod,
    Nothing,
}

/// Finds the route of a decoded path.
pub(crate) fn find(version: Version, method: &str, path: &str) -> Found {
    if version != Version::V2_64 {
        if let Some(route) = CONNECT.iter().find(|route| route.pattern == path) {
            return if method == "POST" {
                Found::Connect(route)
            } else {
                Found::WrongMethod(Transport::Connect)
            };
        }
        let service = path.rsplit_once('/').map_or(path, |(service, _)| service);
        let serves = |route: &Route| {
            route
                .pattern
                .strip_prefix(service)
                .is_some_and(|m| m.starts_with('/'))
        };
        if service.len() > 1 && service.starts_with("/zitadel.") && CONNECT.iter().any(serves) {
            return Found::NoConnectMethod;
        }
    }
    let mut wrong_method = false;
    for route in REST.iter().filter(|route| version >= route.since) {
        let Some(params) = match_pattern(route.pattern, path) else {
            continue;
        };
        if route.method == method {
            return Found::Rest(route, params);
        }
        wrong_method = true;
    }
    if wrong_method {
        Found::WrongMethod(Transport::Rest)
    } else {
        Found::Nothing
    }
}

/// An empty last segment counts as one, so `/v2/users/` is a path of one user.
fn match_pattern(pattern: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
    let mut params = Vec::new();
    let mut wanted = pattern.split('/');
    let mut given = path.split('/');
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(params),
            (Some(segment), Some(value)) => {
                match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                    Some(name) => params.push((name, value.to_owned())),
                    None if segment == value => {}
                    None => return None,
                }
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests;
