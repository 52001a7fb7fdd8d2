//! The role grants that were read.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use crate::config::ZitadelSettings;
use crate::model::Roles;
use crate::target::zitadel::rules::ids::Ids;
use crate::target::zitadel::wire::received::{Grant, GrantState, UserType};

/// The users of each managed role. Other roles are ignored.
pub(in crate::target::zitadel) struct Grants {
    pub(in crate::target::zitadel) way: Way,
    /// Total number of grants.
    pub(in crate::target::zitadel) total: u64,
    /// All pages were read.
    pub(in crate::target::zitadel) walked: Cell<bool>,
    pub(in crate::target::zitadel) seen: RefCell<SeenGrants>,
    /// Users with the same roles share one list.
    shared: RefCell<HashMap<Vec<bool>, Roles>>,
}

/// How the grants of an account are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::target::zitadel) enum Way {
    /// All are known.
    Known,
    /// The server is asked for the grants of given accounts.
    ByIds,
    /// All pages were read. Users in none of them are asked for one by one.
    OneByOne,
}

/// The grants seen so far.
pub(in crate::target::zitadel) struct SeenGrants {
    /// Each role with its users, in the order of the roles.
    pub(in crate::target::zitadel) roles: Vec<(Box<str>, Ids)>,
    /// Users whose grant an administrator has deactivated.
    pub(in crate::target::zitadel) inactive: Ids,
    /// Users with any grant.
    pub(in crate::target::zitadel) shown: Ids,
    /// Users with a grant who are missing in the account list so far.
    pub(in crate::target::zitadel) not_listed: Ids,
    /// Number of grants in answers about given accounts.
    pub(in crate::target::zitadel) answered: u64,
}

impl SeenGrants {
    pub(in crate::target::zitadel) fn add(&mut self, grant: &Grant) {
        let mut is_ours = false;
        for (role, users) in &mut self.roles {
            if grant.role_keys.contains(role) {
                users.insert(&grant.user_id);
                is_ours = true;
            }
        }
        if is_ours && grant.state == GrantState::Inactive {
            self.inactive.insert(&grant.id);
        }
    }

    /// Adds a grant of a listed account.
    pub(in crate::target::zitadel) fn answer(&mut self, grant: &Grant) {
        self.shown.insert(&grant.user_id);
        self.answered += 1;
        self.add(grant);
    }
}

impl Grants {
    pub(in crate::target::zitadel) fn of(roles: &[&str]) -> Self {
        let roles = roles.iter().map(|role| (Box::from(*role), Ids::default()));
        Self {
            way: Way::Known,
            total: 0,
            walked: Cell::new(false),
            seen: RefCell::new(SeenGrants {
                roles: roles.collect(),
                inactive: Ids::default(),
                shown: Ids::default(),
                not_listed: Ids::default(),
                answered: 0,
            }),
            shared: RefCell::default(),
        }
    }

    /// Returns whether no more requests are needed.
    pub(in crate::target::zitadel) fn are_known(&self) -> bool {
        self.way == Way::Known
    }

    /// Number of grants of these roles that an administrator has deactivated, as far as seen.
    pub(in crate::target::zitadel) fn inactive(&self) -> usize {
        self.seen.borrow().inactive.len()
    }

    /// Records that the account list contains this user.
    pub(in crate::target::zitadel) fn is_listed(&self, user: &str) {
        self.seen.borrow_mut().not_listed.remove(user);
    }

    /// The roles of one user, in order, as far as seen.
    pub(in crate::target::zitadel) fn roles(&self, user: &str) -> Roles {
        let seen = self.seen.borrow();
        let has_role = seen.roles.iter().map(|(_, users)| users.contains(user));
        let has_role: Vec<bool> = has_role.collect();
        let mut shared = self.shared.borrow_mut();
        if let Some(roles) = shared.get(&has_role) {
            return Arc::clone(roles);
        }
        let roles = seen
            .roles
            .iter()
            .zip(&has_role)
            .filter(|(_, has_role)| **has_role);
        let roles: Roles = roles.map(|((role, _), _)| role.clone()).collect();
        shared.insert(has_role, Arc::clone(&roles));
        roles
    }

    pub(in crate::target::zitadel) fn take_page(&self, page: &[Grant], organization: &str) {
        let mut seen = self.seen.borrow_mut();
        for grant in page {
            let elsewhere = !grant.granted_org_id.is_empty() && *grant.granted_org_id != *organization;
            let is_new = seen.shown.insert(&grant.user_id);
            if is_new && !elsewhere && grant.user_type != UserType::Machine {
                seen.not_listed.insert(&grant.user_id);
            }
            seen.add(grant);
        }
    }
}

impl ZitadelSettings {
    /// The keys of all managed roles, sorted, each once.
    pub(in crate::target::zitadel) fn roles(&self) -> Vec<&str> {
        let further = self.further_roles.iter().chain(&self.owned_roles);
        let mut roles: Vec<&str> = further.map(String::as_str).chain([self.role.as_str()]).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }
}
