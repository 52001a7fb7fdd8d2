//! Compares the accounts before and after a run, and says what must not have happened.

use serde_json::Value;

use super::directory::{Known, Person};
use super::organization::MARK;
use super::settings::{Fate, Limit, Settings};
use super::wanted::{Accounts, forms, has_role, is_clear, is_hex_id, is_ours_to_see, is_untrue, lacks};
use crate::zitadel::{UserState, UserView, ZitadelDouble};

/// What a run said of itself.
#[derive(Debug)]
pub struct Said {
    /// The exit code.
    pub exit: u8,
    /// The report.
    pub report: Value,
    /// The plan, if it came so far.
    pub plan: Option<Value>,
}

/// The accounts before a run, and what was known then.
#[derive(Debug)]
pub struct Judge<'a> {
    settings: &'a Settings,
    known: Known,
    before: Accounts,
    /// What the lists showed, when they were behind.
    visible: Option<Accounts>,
}

fn accounts(zitadel: &ZitadelDouble) -> Accounts {
    zitadel
        .all_users()
        .into_iter()
        .map(|user| (user.id.clone(), user))
        .collect()
}

impl<'a> Judge<'a> {
    /// Looks at everything before a run. `visible` is what an earlier judge saw when the lists fell behind.
    pub fn new(
        settings: &'a Settings,
        known: Known,
        zitadel: &ZitadelDouble,
        visible: Option<Accounts>,
    ) -> Self {
        Self {
            settings,
            known,
            before: accounts(zitadel),
            visible,
        }
    }

    /// All accounts as they are, for [`Judge::new`].
    pub fn look(zitadel: &ZitadelDouble) -> Accounts {
        accounts(zitadel)
    }

    /// Looks again after the run.
    ///
    /// # Errors
    /// What must not have happened.
    pub fn after(&self, zitadel: &ZitadelDouble, said: &Said) -> Result<(), String> {
        let after = accounts(zitadel);
        let changed = self.before != after;
        match said.exit {
            0 | 1 if !self.known.readable => {
                return Err("a source that cannot be read went unnoticed".to_owned());
            }
            0 | 1 => {}
            3 | 4 if changed => return Err(format!("exit code {} after something was written", said.exit)),
            3 | 4 => return self.refused_rightly(said),
            _ => return Err(format!("exit code {}", said.exit)),
        }
        self.refused_rightly(said)?;
        self.no_forbidden_change(&after)?;
        self.limits_hold(&after)?;
        let behind = self.visible.is_some();
        if said.exit == 0
            && !behind
            && let Some(what) = is_untrue(&after, &self.known, self.settings)
        {
            return Err(what);
        }
        let blamed = ["failures", "rejected"]
            .iter()
            .any(|key| said.report[key].as_array().is_some_and(|list| !list.is_empty()));
        if (said.exit == 1) == blamed {
            Ok(())
        } else {
            Err("exit code 1 and the reasons for it do not go together".to_owned())
        }
    }

    /// Nothing at all has changed.
    ///
    /// # Errors
    /// When something has.
    pub fn nothing_changed(&self, zitadel: &ZitadelDouble) -> Result<(), String> {
        let after = accounts(zitadel);
        if self.before == after {
            return Ok(());
        }
        let differs = |id: &&String| self.before.get(*id) != after.get(*id);
        let id = self
            .before
            .keys()
            .chain(after.keys())
            .find(differs)
            .cloned()
            .unwrap_or_default();
        Err(format!(
            "changed: {:?} to {:?}",
            self.before.get(&id),
            after.get(&id)
        ))
    }

    /// Whoever could get what they should have has it, once nothing has gone wrong for some runs.
    ///
    /// # Errors
    /// Who has not.
    pub fn everybody_served(&self, zitadel: &ZitadelDouble) -> Result<(), String> {
        let after = accounts(zitadel);
        for person in self.known.people.values() {
            if self.known.is_listed(&person.email) || !is_clear(person, &self.before, self.settings) {
                continue;
            }
            let theirs = after
                .values()
                .find(|user| is_ours_to_see(user) && user.nick_name == person.id());
            let lacks = theirs.map_or(Some("no account".to_owned()), |user| {
                lacks(user, person, self.settings)
            });
            if let Some(what) = lacks {
                return Err(format!(
                    "nothing stands in the way of {}, who has {what}",
                    person.email
                ));
            }
        }
        Ok(())
    }

    /// The exit code 4 and the limits and proofs of the configuration go together.
    fn refused_rightly(&self, said: &Said) -> Result<(), String> {
        let Some(plan) = &said.plan else { return Ok(()) };
        let changes = plan["changes"].as_array().map_or(&[][..], Vec::as_slice);
        let count = |wanted: &dyn Fn(&Value) -> bool| changes.iter().filter(|change| wanted(change)).count();
        let removals = count(&|change| change["action"] == "delete" || change["action"] == "disable");
        let renames = count(&|change| {
            let attributes = change["attributes"].as_array();
            change["action"] != "create"
                && attributes.is_some_and(|all| all.iter().any(|one| one["name"] == "email"))
        });
        let whole = self.whole();
        let settings = self.settings;
        let too_much = settings.max_removals.forbids(removals, whole)
            || settings.max_logins_changed.forbids(renames, whole)
            || settings.max_changes.forbids(changes.len(), whole);
        if too_much || self.lacks_proof() {
            return if said.exit == 4 {
                Ok(())
            } else {
                Err(format!(
                    "not refused: {removals} removals, {renames} renames, {} changes of {whole}",
                    changes.len()
                ))
            };
        }
        if said.exit == 4 {
            Err(format!(
                "refused: {removals} removals, {renames} renames, {} changes of {whole}",
                changes.len()
            ))
        } else {
            Ok(())
        }
    }

    fn lacks_proof(&self) -> bool {
        let canary = self.settings.canary.as_ref().map(|canary| canary.to_lowercase());
        let is_there = |canary: &String| {
            self.known
                .people
                .values()
                .any(|person| person.email.to_lowercase() == *canary)
        };
        (self.known.empty_file && !self.settings.allow_empty)
            || self.known.people.len() < self.settings.min_users
            || canary.is_some_and(|canary| !is_there(&canary))
    }

    /// The active managed accounts, as far as the lists showed them.
    fn whole(&self) -> usize {
        let seen = self.visible.as_ref().unwrap_or(&self.before);
        let counts = |user: &&UserView| {
            is_ours_to_see(user)
                && !user.nick_name.is_empty()
                && has_role(user)
                && user.state != UserState::Inactive
        };
        seen.values().filter(counts).count()
    }

    fn limits_hold(&self, after: &Accounts) -> Result<(), String> {
        let whole = self.whole();
        let removed = self
            .before
            .values()
            .filter(|user| is_removal(user, after.get(&user.id)))
            .count();
        let renamed = self.before.values().filter(|user| {
            after
                .get(&user.id)
                .is_some_and(|now| now.username != user.username)
        });
        let renamed = renamed.count();
        let check = |limit: Limit, count: usize, what: &str| {
            if limit.forbids(count, whole) {
                Err(format!("{count} of {whole} accounts {what}, limit {limit:?}"))
            } else {
                Ok(())
            }
        };
        check(self.settings.max_removals, removed, "removed")?;
        check(self.settings.max_logins_changed, renamed, "renamed")
    }

    fn no_forbidden_change(&self, after: &Accounts) -> Result<(), String> {
        for (id, user) in &self.before {
            let now = after.get(id);
            if now == Some(user) {
                continue;
            }
            let seen = self.visible.as_ref().and_then(|visible| visible.get(id));
            // With lists that are behind, a change may be right by what they showed.
            let judged = self.may_change(user, now);
            if judged.is_err() && seen.is_none_or(|seen| self.may_change(seen, now).is_err()) {
                return judged.map_err(|why| format!("{why}: {user:?} became {now:?}"));
            }
        }
        for user in after.values().filter(|user| !self.before.contains_key(&user.id)) {
            self.may_be_new(user, after)
                .map_err(|why| format!("{why}: {user:?} was made"))?;
        }
        Ok(())
    }

    fn may_be_new(&self, user: &UserView, after: &Accounts) -> Result<(), &'static str> {
        let person = self.known.people.get(&user.nick_name);
        let Some(person) = person.filter(|person| !self.known.is_listed(&person.email)) else {
            return Err("nobody whom the sources name");
        };
        if !self.settings.create {
            return Err("`policy.create` is false");
        }
        if user.username != person.email || user.machine || user.organization != "Example Org" {
            return Err("not as the person should have it");
        }
        let twin = after
            .values()
            .any(|other| other.id != user.id && is_ours_to_see(other) && other.nick_name == user.nick_name);
        if twin {
            Err("the person has two accounts")
        } else {
            Ok(())
        }
    }

    fn may_change(&self, user: &UserView, now: Option<&UserView>) -> Result<(), &'static str> {
        if !is_ours_to_see(user) {
            return Err("it is not the tool's to change");
        }
        if is_removal(user, now) {
            return self.may_be_removed(user, now);
        }
        let Some(now) = now else {
            return Err("an inactive account was deleted");
        };
        if is_mark_only(user, now) {
            // A removal that was begun, or whose end was never heard of.
            return Ok(());
        }
        if now.metadata.get("theme") != user.metadata.get("theme") {
            return Err("somebody else's metadata changed");
        }
        let Some(person) = self.known.people.get(&now.nick_name) else {
            return Err("it belongs to nobody whom the sources name");
        };
        if self.known.is_listed(&person.email) {
            return Err("its person has left");
        }
        if user.state == UserState::Inactive
            && now.state != UserState::Inactive
            && !user.metadata.contains_key(MARK)
        {
            return Err("an administrator's block was lifted");
        }
        self.may_become(user, person)
    }

    fn may_become(&self, user: &UserView, person: &Person) -> Result<(), &'static str> {
        if forms(person).contains(&user.nick_name) {
            return if self.settings.update || user.state == UserState::Inactive {
                Ok(())
            } else {
                Err("`policy.update` is false")
            };
        }
        let name = person.email.to_lowercase();
        let fits = user.username.to_lowercase() == name
            || (user.email_verified && user.email.to_lowercase() == name);
        if !self.settings.adopt || !fits {
            return Err("it was taken over although it may not be");
        }
        let somebodys = self.known.people.contains_key(&user.nick_name)
            || self.known.unknown.contains(&user.nick_name)
            || (!user.nick_name.is_empty() && !self.known.complete);
        if somebodys {
            Err("it was taken from somebody else")
        } else {
            Ok(())
        }
    }

    fn may_be_removed(&self, user: &UserView, now: Option<&UserView>) -> Result<(), &'static str> {
        let fate = if now.is_none() {
            Fate::Delete
        } else {
            Fate::Deactivate
        };
        if user.nick_name.is_empty() {
            return Err("an account without id was removed");
        }
        let has_mark = user.metadata.contains_key("localpart");
        if self.settings.list && self.known.is_listed(&user.email) && self.settings.listed == fate {
            return if has_role(user) || has_mark {
                Ok(())
            } else {
                Err("a leaver's account that is not ours")
            };
        }
        let person = self.known.people.get(&user.nick_name);
        if person.is_some_and(|person| self.known.is_listed(&person.email)) && self.settings.listed == fate {
            return Ok(());
        }
        if self.settings.absent != fate {
            return Err("the policy does not say so");
        }
        if person.is_some() || self.known.unknown.contains(&user.nick_name) {
            return Err("its person is present or unknown");
        }
        if !self.known.complete || !self.known.readable {
            return Err("nothing proves its person absent");
        }
        if is_hex_id(&user.nick_name) && has_role(user) && has_mark {
            Ok(())
        } else {
            Err("it may not be ours")
        }
    }
}

/// Whether somebody lost the account, or the use of it.
fn is_removal(user: &UserView, now: Option<&UserView>) -> bool {
    now.is_none_or(|now| now.state == UserState::Inactive && user.state != UserState::Inactive)
}

/// Whether only the mark came or went.
fn is_mark_only(user: &UserView, now: &UserView) -> bool {
    let without = |user: &UserView| {
        let mut user = user.clone();
        user.metadata.remove(MARK);
        user
    };
    without(user) == without(now)
}
