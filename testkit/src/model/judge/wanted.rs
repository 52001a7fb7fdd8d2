//! What holds when a run says that everything holds.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::role_sets::{has_role, role_lacks};
use crate::model::grace::is_noted;
use crate::model::settings::{Fate, Settings};
use crate::model::source::alike::{alike, form, id_form};
use crate::model::source::directory::{Known, Person};
use crate::model::source::people::PHONES;
use crate::zitadel::localpart;
use crate::zitadel::{UserState, UserView};

/// What says that the tool deactivated an account.
pub(crate) const MARK: &str = "directory-sync.disabled_by";

/// Accounts by id.
pub(crate) type Accounts = BTreeMap<String, UserView>;

/// Whether an account is one of the organization's people.
pub(crate) fn is_ours_to_see(user: &UserView) -> bool {
    !user.machine && user.organization == "Example Org"
}

/// The id in the one form the tool writes.
pub(crate) fn is_hex_id(nick: &str) -> bool {
    !nick.is_empty()
        && nick.len().is_multiple_of(2)
        && nick.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The forms in which an account may carry a person's id.
pub(crate) fn forms(person: &Person) -> [String; 3] {
    [person.id(), person.email.clone(), STANDARD.encode(&person.email)]
}

/// Returns whether the account has the person's id, or one that looks the same.
pub(crate) fn has_id_of(user: &UserView, person: &Person) -> bool {
    user.nick_name == person.id() || id_form(&user.nick_name) == Some(form(&person.email))
}

/// Why the account is not yet the person's as it should be.
pub(crate) fn lacks(user: &UserView, person: &Person, known: &Known, settings: &Settings) -> Option<String> {
    // What is no number is not written: the account keeps what it has, which is a good one.
    let phone = good_phone(&person.phone).unwrap_or_else(|| user.phone.clone());
    if !user.phone.is_empty()
        && !PHONES
            .iter()
            .any(|good| good_phone(good).as_ref() == Some(&user.phone))
    {
        return Some(format!("the phone {:?}, which nobody has", user.phone));
    }
    if settings.update && !has_id_of(user, person) {
        return Some(format!(
            "nickname {:?} instead of {:?}",
            user.nick_name,
            person.id()
        ));
    }
    if settings.update && !alike(&user.email, &person.email) {
        return Some(format!("address {:?} instead of {:?}", user.email, person.email));
    }
    let pairs = [
        ("first name", &user.given_name, person.first_name.clone()),
        ("last name", &user.family_name, person.last_name.clone()),
        ("phone", &user.phone, phone),
    ];
    if settings.update {
        for (what, held, wanted) in pairs {
            if *held != wanted {
                return Some(format!("{what} {held:?} instead of {wanted:?}"));
            }
        }
        let shown = user.metadata.get("preferred_username");
        if !shown.is_some_and(|shown| alike(shown, &person.email)) {
            return Some("another preferred_username".to_owned());
        }
        if !user.metadata.contains_key("localpart") {
            return Some("no localpart".to_owned());
        }
        if settings.lacks_name(user) {
            return Some("the name of somebody else, or of nobody, who looks after it".to_owned());
        }
        if let Some(what) = role_lacks(user, &known.roles_of(person), settings) {
            return Some(what);
        }
    }
    if is_noted(user) {
        return Some("a note that its person is missing".to_owned());
    }
    if user.state != UserState::Inactive && user.metadata.contains_key(MARK) {
        return Some("an active account that is marked as deactivated by the tool".to_owned());
    }
    let ours = user.state == UserState::Inactive && user.metadata.contains_key(MARK);
    ours.then(|| "still deactivated by the tool".to_owned())
}

/// The number in E.164, or none where there is to be none; `None` for a text that is no number.
pub(crate) fn good_phone(text: &str) -> Option<String> {
    let is_number = text.chars().all(|c| matches!(c, '0'..='9' | '+' | ' '));
    is_number.then(|| crate::zitadel::normalise_phone(text).unwrap_or_default())
}

/// What is wrong after a run that said that everything holds.
pub(crate) fn is_untrue(accounts: &Accounts, known: &Known, settings: &Settings) -> Option<String> {
    if known.rejected {
        return Some("exit code 0 although a record cannot be used".to_owned());
    }
    for person in known
        .people
        .values()
        .filter(|person| !known.is_listed(&person.email))
    {
        let ours = || accounts.values().filter(|user| is_ours_to_see(user));
        let exact = ours().any(|user| user.nick_name == person.id());
        let is_theirs = |user: &&UserView| {
            user.nick_name == person.id()
                || (!exact && has_id_of(user, person) && known.person_of(&user.nick_name) == Some(person))
        };
        let mut theirs = ours().filter(is_theirs);
        let what = match (theirs.next(), theirs.next()) {
            (None, _) if known.roles_of(person).is_empty() => continue,
            (None, _) if settings.create && settings.update => "no account".to_owned(),
            (Some(user), None) => match lacks(user, person, known, settings) {
                Some(what) => what,
                None => continue,
            },
            (None, _) => continue,
            (Some(_), Some(_)) => "two accounts".to_owned(),
        };
        return Some(format!("exit code 0, and {} has {what}", person.email));
    }
    let leftover = accounts
        .values()
        .find(|user| is_left_over(user, accounts, known, settings));
    leftover.map(|user| {
        format!(
            "exit code 0, and the account {} of a leaver is still there",
            user.username
        )
    })
}

/// The list of leavers contains the id of the account, and it is not known whether that is correct.
fn is_listed_by_id(user: &UserView, known: &Known) -> bool {
    id_form(&user.nick_name).is_some_and(|id| known.is_listed(&id))
}

/// Returns whether the account of a certain leaver is not in the state that it should have.
fn is_left_over(user: &UserView, accounts: &Accounts, known: &Known, settings: &Settings) -> bool {
    let managed = is_ours_to_see(user)
        && is_hex_id(&user.nick_name)
        && has_role(user, settings)
        && user.metadata.contains_key("localpart");
    let person = known.person_of(&user.nick_name);
    if !managed {
        return false;
    }
    let fate = if known.is_listed(&user.email) || known.is_listed(&user.username) {
        if person.is_some_and(|person| !known.is_listed(&person.email)) {
            return false;
        }
        settings.listed
    } else if person.is_none()
        && known.complete
        && !known.is_unknown(&user.nick_name)
        && !known.could_mean(user, accounts)
        && !is_listed_by_id(user, known)
        && settings.looks_after(user)
    {
        let waits = settings.grace.is_some_and(|grace| !grace.was_forgotten(user));
        if waits { Fate::Keep } else { settings.absent }
    } else {
        return false;
    };
    match fate {
        Fate::Keep => false,
        Fate::Deactivate => user.state != UserState::Inactive,
        Fate::Delete => true,
    }
}

/// Returns whether nothing prevents a correct account for the person, whatever happened before.
pub(crate) fn is_clear(person: &Person, accounts: &Accounts, known: &Known, settings: &Settings) -> bool {
    let wants_role = !known.roles_of(person).is_empty();
    let name = &person.email;
    let forms = forms(person);
    let mut touching = accounts.values().filter(|user| {
        alike(&user.username, name)
            || alike(&user.email, name)
            || (is_ours_to_see(user) && (forms.contains(&user.nick_name) || has_id_of(user, person)))
    });
    match (touching.next(), touching.next()) {
        (None, _) => settings.create && settings.update && wants_role,
        (Some(user), None) if is_ours_to_see(user) && settings.update => {
            let active = user.state != UserState::Inactive;
            let is_one = known.person_of(&user.nick_name) == Some(person);
            let by_id = is_one
                && (has_role(user, settings)
                    || user.metadata.contains_key("localpart")
                    || alike(&user.username, name));
            let by_name = user.nick_name.is_empty()
                && alike(&user.username, name)
                && settings.adopt
                && active
                && wants_role;
            let legacy = forms.contains(&user.nick_name)
                && has_role(user, settings)
                && user.metadata.get("localpart") == Some(&localpart(&person.email));
            by_name || ((by_id || legacy) && (active || user.metadata.contains_key(MARK)))
        }
        _ => false,
    }
}
