//! The limits and proofs of the guard.

use std::borrow::Cow;

use serde_json::Value;

use super::role_sets::{has_role, lost_last_role};
use super::rules::is_removal;
use super::wanted::{Accounts, is_ours_to_see};
use super::{Judge, Said};
use crate::model::settings::Limit;
use crate::model::source::alike::alike;
use crate::zitadel::{UserState, UserView};

impl Judge<'_> {
    /// The exit code 4 and the limits and proofs of the configuration go together.
    pub(in crate::model) fn refused_rightly(&self, said: &Said) -> Result<(), String> {
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
        let renames = |view: &Accounts| count(&|change| changes_login(change, view));
        let strangers = |view: &Accounts| count(&|change| adopts_for_another(change, view));
        let settings = self.settings;
        let too_much = |view: &Cow<'_, Accounts>| {
            let forbids = |whole: usize| {
                settings.max_removals.forbids(removals(view), whole)
                    || settings.max_logins_changed.forbids(renames(view), whole)
                    || settings.max_adoptions_renaming.forbids(strangers(view), whole)
                    || settings.max_changes.forbids(changes.len(), whole)
            };
            self.wholes_of(view).map(forbids)
        };
        let views = self.views();
        let refused = said.exit == 4;
        let must = self.lacks_proof() || views.iter().flat_map(too_much).all(|forbids| forbids);
        let may = must || views.iter().flat_map(too_much).any(|forbids| forbids);
        if (must && !refused) || (refused && !may) {
            let what = if refused { "refused" } else { "not refused" };
            let changes = changes.len();
            let removals: Vec<usize> = views.iter().map(|view| removals(view)).collect();
            let renames: Vec<usize> = views.iter().map(|view| renames(view)).collect();
            let strangers: Vec<usize> = views.iter().map(|view| strangers(view)).collect();
            let wholes = self.wholes();
            return Err(format!(
                "{what}: {removals:?} removals, {renames:?} renames, {strangers:?} adoptions for others, {changes} changes \
                 of {wholes:?}"
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

    /// The accounts as they are, and as stale lists showed them. Users and grants are separate lists, so a deleted
    /// user may be in one of them.
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
        let views = self.views();
        views.iter().flat_map(|view| self.wholes_of(view)).collect()
    }

    /// With the accounts of other providers and without, because only some of them are known.
    fn wholes_of(&self, view: &Accounts) -> [usize; 2] {
        let counts = |user: &&UserView| {
            is_ours_to_see(user)
                && !user.nick_name.is_empty()
                && has_role(user, self.settings)
                && user.state != UserState::Inactive
        };
        let of_others = |user: &&UserView| {
            !self.settings.looks_after(user) && !self.known.people.contains_key(&user.nick_name)
        };
        let all = view.values().filter(counts);
        let theirs = all.clone().filter(of_others).count();
        let all = all.count();
        [all, all - theirs]
    }

    pub(in crate::model) fn limits_hold(&self, after: &Accounts) -> Result<(), String> {
        let wholes = self.wholes();
        let removed = self
            .before
            .values()
            .filter(|user| {
                let now = after.get(&user.id);
                is_removal(user, now) || lost_last_role(user, now, self.settings)
            })
            .count();
        let both: Vec<(&UserView, &UserView)> = self
            .before
            .values()
            .filter_map(|user| Some((user, after.get(&user.id)?)))
            .collect();
        let renamed = both.iter().filter(|(user, now)| {
            // Whose account it was not before has lost no name.
            user.nick_name == now.nick_name && is_other_name(user, &now.username, &now.email)
        });
        let renamed = renamed.count();
        let given_away = both.iter().filter(|(user, now)| {
            user.nick_name.is_empty()
                && !now.nick_name.is_empty()
                && !looks_like(&user.given_name, &now.given_name)
                && !looks_like(&user.family_name, &now.family_name)
        });
        let given_away = given_away.count();
        let check = |limit: Limit, count: usize, what: &str| {
            if wholes.iter().all(|whole| limit.forbids(count, *whole)) {
                Err(format!("{count} of {wholes:?} accounts {what}, limit {limit:?}"))
            } else {
                Ok(())
            }
        };
        check(self.settings.max_removals, removed, "removed")?;
        check(self.settings.max_logins_changed, renamed, "renamed")?;
        check(
            self.settings.max_adoptions_renaming,
            given_away,
            "given to somebody else",
        )
    }
}

/// Whether a person could not tell the two apart. The names and addresses of the model have nothing that is worse than
/// letter case and blanks.
fn looks_like(one: &str, other: &str) -> bool {
    let seen = |text: &str| {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        words.join(" ")
    };
    seen(one) == seen(other)
}

/// Returns whether a person has to sign in with another name. The rest of an interrupted exchange of names does not
/// count.
fn is_other_name(user: &UserView, login: &str, address: &str) -> bool {
    let is_rest = user.username.starts_with("directory-sync-renaming-") && looks_like(&user.email, address);
    !is_rest && !looks_like(&user.username, login)
}

/// What a planned change does to an attribute, before and after.
fn texts<'a>(change: &'a Value, name: &str) -> Option<(&'a str, &'a str)> {
    let attributes = change["attributes"].as_array()?;
    let attribute = attributes.iter().find(|attribute| attribute["name"] == name)?;
    let text = |value: &'a Value| value.as_str().unwrap_or_default();
    Some((text(&attribute["before"]), text(&attribute["after"])))
}

fn changes_login(change: &Value, view: &Accounts) -> bool {
    let Some((before, after)) = texts(change, "email") else {
        return false;
    };
    if change["action"] == "create" || change["action"] == "adopt" {
        return false;
    }
    let account = change["target_id"].as_str().and_then(|id| view.get(id));
    !looks_like(before, after) || account.is_some_and(|account| is_other_name(account, after, after))
}

fn adopts_for_another(change: &Value, view: &Accounts) -> bool {
    let differs = |name| texts(change, name).is_some_and(|(before, after)| !looks_like(before, after));
    let is_there = change["target_id"]
        .as_str()
        .is_some_and(|id| view.contains_key(id));
    change["action"] == "adopt" && is_there && differs("first_name") && differs("last_name")
}
