//! The limits and proofs of the guard.

use std::borrow::Cow;

use serde_json::Value;

use super::alike::alike;
use super::judge::{Judge, Said};
use super::roles::{has_role, lost_last_role};
use super::rules::is_removal;
use super::settings::Limit;
use super::wanted::{Accounts, is_ours_to_see};
use crate::zitadel::{UserState, UserView};

impl Judge<'_> {
    /// The exit code 4 and the limits and proofs of the configuration go together.
    pub(super) fn refused_rightly(&self, said: &Said) -> Result<(), String> {
        let Some(plan) = &said.plan else { return Ok(()) };
        let changes = plan["changes"].as_array().map_or(&[][..], Vec::as_slice);
        let count = |wanted: &dyn Fn(&Value) -> bool| changes.iter().filter(|change| wanted(change)).count();
        let removals = |view: &Accounts| {
            count(&|change| {
                change["action"] == "delete"
                    || change["action"] == "disable"
                    || self.takes_last_role(change, view)
            })
        };
        let renames = count(&|change| {
            let attributes = change["attributes"].as_array();
            change["action"] != "create"
                && attributes.is_some_and(|all| all.iter().any(|one| one["name"] == "email"))
        });
        let settings = self.settings;
        let too_much = |view: &Cow<'_, Accounts>| {
            let whole = self.whole(view);
            settings.max_removals.forbids(removals(view), whole)
                || settings.max_logins_changed.forbids(renames, whole)
                || settings.max_changes.forbids(changes.len(), whole)
        };
        let views = self.views();
        let refused = said.exit == 4;
        let must = self.lacks_proof() || views.iter().all(too_much);
        let may = must || views.iter().any(too_much);
        if (must && !refused) || (refused && !may) {
            let what = if refused { "refused" } else { "not refused" };
            let changes = changes.len();
            let removals: Vec<usize> = views.iter().map(|view| removals(view)).collect();
            let wholes = self.wholes();
            return Err(format!(
                "{what}: {removals:?} removals, {renames} renames, {changes} changes of {wholes:?}"
            ));
        }
        Ok(())
    }

    fn lacks_proof(&self) -> bool {
        let canary = self.settings.canary.as_ref();
        let is_there = |canary: &String| {
            let mut people = self.known.people.values();
            people.any(|person| alike(&person.email, canary))
        };
        (self.known.empty_file && !self.settings.allow_empty)
            || self.known.people.len() < self.settings.min_users
            || canary.is_some_and(|canary| !is_there(canary))
    }

    /// The accounts as they are, and as lists showed them that were behind: users and grants are lists of their own, and of
    /// somebody who is gone the one may be shown without the other.
    fn views(&self) -> Vec<Cow<'_, Accounts>> {
        let mut views = vec![Cow::Borrowed(&self.before)];
        if let Some(visible) = &self.visible {
            let mut without_role = visible.clone();
            for (id, user) in &mut without_role {
                if !self.before.contains_key(id) {
                    user.grants.clear();
                }
            }
            views.extend([Cow::Borrowed(visible), Cow::Owned(without_role)]);
        }
        views
    }

    /// How many active managed accounts there are in each view.
    fn wholes(&self) -> Vec<usize> {
        self.views().iter().map(|view| self.whole(view)).collect()
    }

    fn whole(&self, view: &Accounts) -> usize {
        let counts = |user: &&UserView| {
            is_ours_to_see(user)
                && !user.nick_name.is_empty()
                && has_role(user, self.settings)
                && user.state != UserState::Inactive
        };
        view.values().filter(counts).count()
    }

    pub(super) fn limits_hold(&self, after: &Accounts) -> Result<(), String> {
        let wholes = self.wholes();
        let removed = self
            .before
            .values()
            .filter(|user| {
                let now = after.get(&user.id);
                is_removal(user, now) || lost_last_role(user, now, self.settings)
            })
            .count();
        let renamed = self.before.values().filter(|user| {
            after
                .get(&user.id)
                .is_some_and(|now| now.username != user.username)
        });
        let renamed = renamed.count();
        let check = |limit: Limit, count: usize, what: &str| {
            if wholes.iter().all(|whole| limit.forbids(count, *whole)) {
                Err(format!("{count} of {wholes:?} accounts {what}, limit {limit:?}"))
            } else {
                Ok(())
            }
        };
        check(self.settings.max_removals, removed, "removed")?;
        check(self.settings.max_logins_changed, renamed, "renamed")
    }
}
