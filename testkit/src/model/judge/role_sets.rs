//! What roles accounts hold.

use std::collections::BTreeSet;

use crate::model::settings::Settings;
use crate::model::source::groups::RoleSet;
use crate::zitadel::{UserState, UserView};

/// All roles of an account.
pub(in crate::model) fn roles_of(user: &UserView) -> BTreeSet<&str> {
    let roles = user.grants.iter().flat_map(|grant| &grant.roles);
    roles.map(String::as_str).collect()
}

/// Whether the account holds a role that is the tool's business.
pub(in crate::model) fn has_role(user: &UserView, settings: &Settings) -> bool {
    let known = settings.known_roles();
    roles_of(user).iter().any(|role| known.contains(role))
}

/// Whether an account that was in use has lost what made it the tool's.
pub(in crate::model) fn lost_last_role(user: &UserView, now: Option<&UserView>, settings: &Settings) -> bool {
    let lost = |now: &UserView| has_role(user, settings) && !has_role(now, settings);
    user.state != UserState::Inactive && now.is_some_and(lost)
}

/// Which role is missing, or is one too many.
pub(in crate::model) fn role_lacks(user: &UserView, wanted: &RoleSet, settings: &Settings) -> Option<String> {
    let held = roles_of(user);
    if let Some(role) = wanted.iter().find(|role| !held.contains(*role)) {
        return Some(format!("no role {role}"));
    }
    let surplus = held
        .iter()
        .find(|role| settings.owns(role) && !wanted.contains(*role));
    surplus.map(|role| format!("the role {role} without a right to it"))
}
