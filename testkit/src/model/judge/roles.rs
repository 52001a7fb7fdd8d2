//! What roles accounts hold, what they may gain and lose in a run, and what others do about them.

use serde_json::{Value, json};

use super::Judge;
use super::role_sets::roles_of;
use super::wanted::Accounts;
use crate::model::random::Random;
use crate::model::source::directory::Person;
use crate::model::source::groups::ALL_ROLES;
use crate::zitadel::{UserView, ZitadelDouble};

impl Judge<'_> {
    /// A role is given to people who are to have it, and removed from others if it is managed.
    pub(in crate::model) fn may_hold(
        &self,
        user: &UserView,
        now: &UserView,
        person: &Person,
    ) -> Result<(), &'static str> {
        let (before, after) = (roles_of(user), roles_of(now));
        let wanted = self.known.roles_of(person);
        if before != after && !self.settings.update && user.nick_name == person.id() {
            return Err("`policy.update` is false, and roles changed");
        }
        if after.difference(&before).any(|role| !wanted.contains(role)) {
            return Err("a role was given to somebody without a right to it");
        }
        let may_go = |role: &&&str| self.settings.owns(role) && !wanted.contains(**role);
        if before.difference(&after).all(|role| may_go(&role)) {
            Ok(())
        } else {
            Err("a role was taken that is the person's, or not the tool's to take")
        }
    }

    /// Whether a change takes all roles that are the tool's business, by what was to be seen.
    pub(in crate::model) fn takes_last_role(&self, change: &Value, view: &Accounts) -> bool {
        let list = |key: &str| change[key].as_array().map_or(&[][..], Vec::as_slice);
        let takes = list("revoke");
        let account = change["target_id"].as_str().and_then(|id| view.get(id));
        let Some(account) = account.filter(|_| change["action"] != "enable" && !takes.is_empty()) else {
            return false;
        };
        let known = self.settings.known_roles();
        let mut held = roles_of(account).into_iter().filter(|role| known.contains(role));
        list("grant").is_empty() && held.all(|role| takes.iter().any(|taken| taken == role))
    }
}

/// Roles that were given by hand before.
pub(in crate::model) fn plant(zitadel: &ZitadelDouble, random: &mut Random) {
    for user in zitadel.users() {
        if random.percent(30) {
            let role = random.pick(&ALL_ROLES);
            set(zitadel, &user, role, true);
        }
    }
}

/// Gives or removes a role by hand; returns a description.
pub(in crate::model) fn change(zitadel: &ZitadelDouble, random: &mut Random) -> String {
    let users = zitadel.users();
    if users.is_empty() {
        return "nobody is there to be given a role".to_owned();
    }
    let (user, role) = (random.pick(&users), *random.pick(&ALL_ROLES));
    let gives = random.percent(70);
    let status = set(zitadel, user, role, gives);
    let deed = if gives { "gives" } else { "takes" };
    format!("somebody {deed} {role}: {}, {status}", user.username)
}

fn set(zitadel: &ZitadelDouble, user: &UserView, role: &str, held: bool) -> u16 {
    let path = format!("/management/v1/users/{}/grants", user.id);
    let project = zitadel.project_id();
    let Some(grant) = user.grants.first() else {
        if !held {
            return 0;
        }
        let body = json!({"projectId": project, "roleKeys": [role]});
        return zitadel.act("POST", &path, &body).0;
    };
    let mut roles = grant.roles.clone();
    roles.retain(|other| other != role);
    if held {
        roles.push(role.to_owned());
    }
    let path = format!("{path}/{}", grant.id);
    let (method, body) = if roles.is_empty() {
        ("DELETE", json!({}))
    } else {
        ("PUT", json!({"roleKeys": roles}))
    };
    zitadel.act(method, &path, &body).0
}
