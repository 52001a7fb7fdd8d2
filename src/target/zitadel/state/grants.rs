//! Who holds which role, as far as it was read.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use crate::config::ZitadelSettings;
use crate::model::Roles;
use crate::target::zitadel::rules::ids::Ids;
use crate::target::zitadel::wire::received::{Grant, GrantState, UserType};

/// Who holds which of the roles that are this tool's business. Other roles are not looked at.
pub(in crate::target::zitadel) struct Grants {
    pub(in crate::target::zitadel) way: Way,
    /// How many there were.
    pub(in crate::target::zitadel) total: u64,
    /// All pages were read.
    pub(in crate::target::zitadel) walked: Cell<bool>,
    pub(in crate::target::zitadel) held: RefCell<Held>,
    /// The same roles are the same list: most users hold the same.
    shared: RefCell<HashMap<Vec<bool>, Roles>>,
}

/// By which way the grants of an account are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::target::zitadel) enum Way {
    /// All of them are known.
    Known,
    /// The server answers for the accounts that it is asked about.
    ByIds,
    /// Pages were read; whom none of them showed is asked about alone.
    OneByOne,
}

/// The grants that were seen so far.
pub(in crate::target::zitadel) struct Held {
    /// Each role with the users that hold it, in order of the roles.
    pub(in crate::target::zitadel) roles: Vec<(Box<str>, Ids)>,
    /// Those that an administrator deactivated.
    pub(in crate::target::zitadel) inactive: Ids,
    /// Users of whom a grant was seen, whatever role it gives.
    pub(in crate::target::zitadel) shown: Ids,
    /// Those of them whom the list of accounts has not shown so far.
    pub(in crate::target::zitadel) unlisted: Ids,
    /// Grants of accounts that the server was asked about.
    pub(in crate::target::zitadel) answered: u64,
}

impl Held {
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

    /// Takes in what was asked about a listed account.
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
            held: RefCell::new(Held {
                roles: roles.collect(),
                inactive: Ids::default(),
                shown: Ids::default(),
                unlisted: Ids::default(),
                answered: 0,
            }),
            shared: RefCell::default(),
        }
    }

    /// Whether nobody has to be asked about.
    pub(in crate::target::zitadel) fn are_known(&self) -> bool {
        self.way == Way::Known
    }

    /// How many grants of these roles an administrator deactivated, as far as they were seen.
    pub(in crate::target::zitadel) fn inactive(&self) -> usize {
        self.held.borrow().inactive.len()
    }

    /// Takes note that the list of accounts shows this one.
    pub(in crate::target::zitadel) fn is_listed(&self, user: &str) {
        self.held.borrow_mut().unlisted.remove(user);
    }

    /// The roles of one user, in order, as far as they were seen.
    pub(in crate::target::zitadel) fn roles(&self, user: &str) -> Roles {
        let seen = self.held.borrow();
        let held = seen.roles.iter().map(|(_, users)| users.contains(user));
        let held: Vec<bool> = held.collect();
        let mut shared = self.shared.borrow_mut();
        if let Some(roles) = shared.get(&held) {
            return Arc::clone(roles);
        }
        let roles = seen.roles.iter().zip(&held).filter(|(_, held)| **held);
        let roles: Roles = roles.map(|((role, _), _)| role.clone()).collect();
        shared.insert(held, Arc::clone(&roles));
        roles
    }

    pub(in crate::target::zitadel) fn take_page(&self, page: &[Grant], organization: &str) {
        let mut held = self.held.borrow_mut();
        for grant in page {
            let elsewhere = !grant.granted_org_id.is_empty() && *grant.granted_org_id != *organization;
            let is_new = held.shown.insert(&grant.user_id);
            if is_new && !elsewhere && grant.user_type != UserType::Machine {
                held.unlisted.insert(&grant.user_id);
            }
            held.add(grant);
        }
    }
}

impl ZitadelSettings {
    /// The keys of all roles that this tool gives or takes away; sorted, each once.
    pub(in crate::target::zitadel) fn roles(&self) -> Vec<&str> {
        let further = self.further_roles.iter().chain(&self.owned_roles);
        let mut roles: Vec<&str> = further.map(String::as_str).chain([self.role.as_str()]).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }
}
