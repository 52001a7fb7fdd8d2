//! Who calls, for which organization, and what they may do.

use crate::zitadel::control::options::Version;
use crate::zitadel::protocol::call::Call;
use crate::zitadel::protocol::errors::{DENIED, Failure, NOT_FOUND, UNAUTHENTICATED};
use crate::zitadel::state::{Membership, State};

/// A role of the default role mapping, or a list of permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Everything a sync needs in the synced organization.
    OrgUserManager,
    /// Grants, but no `user.write`, in the synced organization.
    OrgUserPermissionEditor,
    /// Everything in the whole instance.
    IamOwner,
    /// All reads in the whole instance, `events.read` among them.
    IamOwnerViewer,
    /// No membership at all: many calls answer 404 instead of 403.
    Nothing,
    /// A membership in the synced organization with exactly these permissions.
    Permissions(Vec<String>),
}

/// In the server's order.
const ORG_USER_MANAGER: &str = "org.read user.read user.global.read user.write user.delete user.grant.read \
    user.grant.write user.grant.delete user.membership.read user.feature.read user.feature.write \
    user.feature.delete policy.read project.read project.role.read session.read session.delete group.read \
    group.user.read";

const ORG_USER_PERMISSION_EDITOR: &str = "org.read org.member.read user.read user.global.read \
    user.grant.read user.grant.write user.grant.delete policy.read project.read project.member.read \
    project.role.read project.app.read project.grant.read project.grant.write project.grant.delete \
    project.grant.member.read";

const IAM_OWNER_VIEWER: &str = "iam.read iam.policy.read iam.member.read iam.idp.read iam.action.read \
    iam.flow.read iam.restrictions.read iam.feature.read iam.web_key.read iam.debug.read org.read \
    org.member.read org.idp.read org.action.read org.flow.read org.feature.read user.read user.global.read \
    user.grant.read user.membership.read user.feature.read policy.read project.read project.member.read \
    project.role.read project.app.read project.grant.read project.grant.member.read events.read \
    milestones.read action.target.read action.execution.read userschema.read session.read group.read \
    group.user.read";

const IAM_OWNER_WRITES: &str = "iam.write org.write user.write user.delete user.grant.write \
    user.grant.delete policy.write project.write project.role.write session.write session.delete";

fn words(list: &str) -> Vec<String> {
    list.split_whitespace().map(str::to_owned).collect()
}

impl Access {
    pub(crate) fn membership(&self, org: &str, version: Version) -> Membership {
        let mut membership = Membership::default();
        let mut in_org = |permissions| membership.orgs.insert(org.to_owned(), permissions);
        match self {
            Self::OrgUserManager => {
                let mut permissions = words(ORG_USER_MANAGER);
                if version == Version::V2_64 {
                    permissions.retain(|name| name != "session.read" && !name.starts_with("group."));
                }
                in_org(permissions);
            }
            Self::OrgUserPermissionEditor => {
                in_org(words(ORG_USER_PERMISSION_EDITOR));
            }
            Self::Permissions(permissions) => {
                in_org(permissions.clone());
            }
            Self::IamOwner => {
                membership.instance = words(IAM_OWNER_VIEWER);
                membership.instance.extend(words(IAM_OWNER_WRITES));
            }
            Self::IamOwnerViewer => membership.instance = words(IAM_OWNER_VIEWER),
            Self::Nothing => {}
        }
        membership
    }
}

/// Where a permission is checked; it shows in the error's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Before the request is validated: creates, v1 calls, admin calls.
    Endpoint,
    /// Inside the command.
    Command,
}

/// The authenticated caller.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) user: String,
    /// The organization of the call: from the body, the header, or the caller's own.
    pub(crate) org: String,
}

impl State {
    /// Checks the token, then the organization of the call. `org` is one that the body names.
    pub(crate) fn authenticate(&self, call: &Call, org: Option<&str>) -> Result<Caller, Failure> {
        let header = call.authorization.as_deref().unwrap_or_default();
        if header.is_empty() {
            return Err(Failure::plain(UNAUTHENTICATED, "auth header missing"));
        }
        let token = header.strip_prefix("Bearer ").map(str::trim).unwrap_or_default();
        if token.is_empty() {
            return Err(Failure::of(UNAUTHENTICATED, "AUTH-toLo1", "invalid auth header"));
        }
        let user = self.token_user(token).ok_or_else(invalid_token)?;
        let org = match org.or(call.organization.as_deref()).filter(|org| !org.is_empty()) {
            Some(org) if self.orgs.contains_key(org) => org.to_owned(),
            Some(_) => return Err(Failure::of(DENIED, "AUTH-Bs7Ds", "Organisation doesn't exist")),
            None => self.user(&user).map(|user| user.org.clone()).unwrap_or_default(),
        };
        Ok(Caller { user, org })
    }

    /// The permissions of a user for an organization, `None` without any membership that covers it.
    pub(crate) fn permissions(&self, user: &str, org: &str) -> Option<Vec<&str>> {
        let membership = self.memberships.get(user)?;
        let of_org = membership.orgs.get(org);
        if of_org.is_none() && membership.instance.is_empty() {
            return None;
        }
        let of_org = of_org.map(Vec::as_slice).unwrap_or_default();
        Some(
            membership
                .instance
                .iter()
                .chain(of_org)
                .map(String::as_str)
                .collect(),
        )
    }

    pub(crate) fn may(&self, user: &str, org: &str, permission: &str) -> bool {
        self.permissions(user, org)
            .is_some_and(|known| known.contains(&permission))
    }

    /// Fails with 404 without a membership, with 403 without the permission.
    pub(crate) fn require(
        &self,
        caller: &Caller,
        org: &str,
        permission: &str,
        level: Level,
    ) -> Result<(), Failure> {
        let Some(known) = self.permissions(&caller.user, org) else {
            return Err(Failure::of(NOT_FOUND, "AUTHZ-cdgFk", "membership not found"));
        };
        if known.contains(&permission) {
            Ok(())
        } else {
            Err(denied(level))
        }
    }

    /// A permission of the instance; a member of an organization alone is refused with 403.
    pub(crate) fn require_instance(
        &self,
        caller: &Caller,
        permission: &str,
        level: Level,
    ) -> Result<(), Failure> {
        let Some(membership) = self.memberships.get(&caller.user) else {
            return Err(Failure::of(NOT_FOUND, "AUTHZ-cdgFk", "membership not found"));
        };
        if membership.instance.is_empty() && membership.orgs.is_empty() {
            return Err(Failure::of(NOT_FOUND, "AUTHZ-cdgFk", "membership not found"));
        }
        // A list of permissions given by a test may hold one of the instance too.
        let mut all = membership
            .instance
            .iter()
            .chain(membership.orgs.values().flatten());
        let known = all.any(|name| name == permission);
        if known { Ok(()) } else { Err(denied(level)) }
    }

    /// Like [`State::require`] inside a command, but all users may act on themselves.
    pub(crate) fn require_for_user(
        &self,
        caller: &Caller,
        user: &str,
        org: &str,
        permission: &str,
    ) -> Result<(), Failure> {
        if caller.user == user {
            return Ok(());
        }
        self.require(caller, org, permission, Level::Command)
    }
}

pub(crate) fn invalid_token() -> Failure {
    Failure::of(UNAUTHENTICATED, "AUTH-7fs1e", "Errors.Token.Invalid")
}

fn denied(level: Level) -> Failure {
    let id = match level {
        Level::Endpoint => "AUTH-5mWD2",
        Level::Command => "AUTH-AWfge",
    };
    Failure::of(DENIED, id, "No matching permissions found")
}

/// `POST /auth/v1/permissions/zitadel/me/_search`: the caller's permissions in the organization of the call.
pub(crate) fn my_permissions(state: &mut State, call: &Call) -> Result<String, Failure> {
    let caller = state.authenticate(call, None)?;
    let mut writer = crate::zitadel::protocol::writer::Writer::default();
    writer.open();
    writer.texts(
        "result",
        state.permissions(&caller.user, &caller.org).unwrap_or_default(),
    );
    writer.close();
    Ok(writer.finish())
}
