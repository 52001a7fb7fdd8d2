//! What a run may do to one account.

use super::Judge;
use super::provenance::changes_hands;
use super::role_sets::{has_role, roles_of};
use super::wanted::MARK;
use super::wanted::{Accounts, forms, has_id_of, is_hex_id, is_ours_to_see};
use crate::model::grace::without_notes;
use crate::model::settings::Fate;
use crate::model::source::alike::alike;
use crate::model::source::directory::Person;
use crate::zitadel::{UserState, UserView};

impl Judge<'_> {
    pub(in crate::model) fn no_forbidden_change(&self, after: &Accounts) -> Result<(), String> {
        for (id, user) in &self.before {
            let now = after.get(id);
            if now == Some(user) {
                continue;
            }
            // With stale lists, a change may be correct for what they showed. Metadata is never stale.
            let seen = self.visible.as_ref().and_then(|visible| visible.get(id));
            let judged = self.may_change(user, now);
            let mut views = seen.into_iter().flat_map(|seen| as_seen(user, now, seen));
            if judged.is_err() && views.all(|(seen, now)| self.may_change(&seen, now.as_ref()).is_err()) {
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
        let wanted = self.known.roles_of(person);
        if wanted.is_empty() || !roles_of(user).iter().all(|role| wanted.contains(role)) {
            return Err("the person has no right to it, or to a role of it");
        }
        if let Some(why) = self.settings.wrong_name(None, user) {
            return Err(why);
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
            if now.is_some_and(|now| now.grants != user.grants) {
                return Err("a deactivation changed roles");
            }
            return self.may_be_removed(user, now);
        }
        let Some(now) = now else {
            return Err("an inactive account was deleted");
        };
        self.may_be_noted(user, now)?;
        let (user, now) = (&without_notes(user), &without_notes(now));
        if is_mark_only(user, now) {
            // A removal that was begun, or whose end was never heard of.
            return Ok(());
        }
        if now.metadata.get("theme") != user.metadata.get("theme") {
            return Err("somebody else's metadata changed");
        }
        self.localpart_is_right(user, now)?;
        if let Some(why) = self.settings.wrong_name(Some(user), now) {
            return Err(why);
        }
        let Some(person) = self.person_of_change(user, now) else {
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
        let is_found_by_id = user.nick_name == person.id() && self.visible.is_none();
        if changes_hands(user, now) && is_found_by_id && self.settings.names.given.is_none() {
            return Err("it changed hands although it has its person's id");
        }
        self.may_become(user, person)?;
        self.may_hold(user, now, person)
    }

    /// The person for whom the account was changed. An adoption starts with the link, and continues with metadata:
    /// the provider, and the values of a new account.
    fn person_of_change(&self, user: &UserView, now: &UserView) -> Option<&Person> {
        let has_new_metadata = user.metadata != now.metadata;
        let named = || {
            let mut people = self.known.people.values();
            let fits = |person: &&Person| {
                let name = &person.email;
                alike(&user.username, name) || (user.email_verified && alike(&user.email, name))
            };
            has_new_metadata.then(|| people.find(fits)).flatten()
        };
        let linked = || {
            let link = now.links.iter().find(|link| !user.links.contains(link))?;
            self.known.person_of(&hex::encode(&link.user_id))
        };
        let person = self.known.person_of(&now.nick_name);
        person.or_else(linked).or_else(named)
    }

    /// A room of the messenger is known by it, so it is written once, and never for two.
    fn localpart_is_right(&self, user: &UserView, now: &UserView) -> Result<(), &'static str> {
        let localpart = |user: &UserView| user.metadata.get("localpart").cloned().unwrap_or_default();
        let (before, after) = (localpart(user), localpart(now));
        if before == after {
            return Ok(());
        }
        if !before.is_empty() {
            return Err("its localpart was overwritten");
        }
        let is_anothers = |other: &UserView| other.id != user.id && localpart(other) == after;
        if self.before.values().any(is_anothers) {
            return Err("it got the localpart of another account");
        }
        Ok(())
    }

    fn may_become(&self, user: &UserView, person: &Person) -> Result<(), &'static str> {
        if forms(person).contains(&user.nick_name)
            || (has_id_of(user, person) && self.known.person_of(&user.nick_name) == Some(person))
        {
            if self.settings.update || user.state == UserState::Inactive {
                return Ok(());
            }
            // Without the role, an old form is no id: such an account can only fit by its name.
            if has_id_of(user, person) || has_role(user, self.settings) {
                return Err("`policy.update` is false");
            }
        }
        let name = &person.email;
        let fits = alike(&user.username, name) || (user.email_verified && alike(&user.email, name));
        if !self.settings.adopt || !fits {
            return Err("it was taken over although it may not be");
        }
        // A person whose account was managed before is not new.
        let is_ours = is_hex_id(&user.nick_name)
            && has_role(user, self.settings)
            && user.metadata.contains_key("localpart");
        if self.known.roles_of(person).is_empty() && !(is_ours && alike(&user.username, name)) {
            return Err("it was taken over for somebody who is to hold no role");
        }
        let somebodys = self.known.person_of(&user.nick_name).is_some()
            || self.known.is_unknown(&user.nick_name)
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
        let is_listed = self.known.is_listed(&user.email) || self.known.is_listed(&user.username);
        if self.settings.list && is_listed && self.settings.listed == fate {
            return if has_role(user, self.settings) || has_mark {
                Ok(())
            } else {
                Err("a leaver's account that is not ours")
            };
        }
        let person = self.known.person_of(&user.nick_name);
        if person.is_some_and(|person| self.known.is_listed(&person.email)) && self.settings.listed == fate {
            return Ok(());
        }
        if self.settings.absent != fate {
            return Err("the policy does not say so");
        }
        if person.is_some() || self.known.is_unknown(&user.nick_name) {
            return Err("its person is present or unknown");
        }
        if self.known.could_mean(user, &self.before) {
            return Err("a record could mean it, so its person is not absent");
        }
        if !self.known.complete || !self.known.readable {
            return Err("nothing proves its person absent");
        }
        if !self.settings.looks_after(user) {
            return Err("somebody else looks after it");
        }
        if is_hex_id(&user.nick_name) && has_role(user, self.settings) && has_mark {
            let waited = self.settings.grace.is_none_or(|grace| grace.lets_go(user));
            if waited {
                Ok(())
            } else {
                Err("its person has not been missing for long enough")
            }
        } else {
            Err("it may not be ours")
        }
    }
}

/// The account before and after, as lists showed it, and with only its roles as they showed them, because users and
/// grants are separate lists. Values that were not written are unchanged, and roles that were not written are as in
/// the list.
fn as_seen(user: &UserView, now: Option<&UserView>, seen: &UserView) -> [(UserView, Option<UserView>); 2] {
    let all = UserView {
        metadata: user.metadata.clone(),
        ..seen.clone()
    };
    let with_roles = |of: &UserView| UserView {
        grants: seen.grants.clone(),
        ..of.clone()
    };
    let now_with_roles = now.map(|now| {
        if now.grants == user.grants {
            with_roles(now)
        } else {
            now.clone()
        }
    });
    [(all, now.cloned()), (with_roles(user), now_with_roles)]
}

/// Returns whether a person lost the account, or the use of it.
pub(in crate::model) fn is_removal(user: &UserView, now: Option<&UserView>) -> bool {
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
