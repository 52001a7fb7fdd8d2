//! Which records could mean an account, although it has another id.

use super::wanted::{Accounts, forms, is_ours_to_see};
use crate::model::source::alike::{alike, form, id_form};
use crate::model::source::directory::{Known, Person};
use crate::zitadel::UserView;
use crate::zitadel::localpart;

impl Known {
    /// The person with the id of an account, or with one that looks the same, if it can belong to no other person.
    pub(crate) fn person_of(&self, nick: &str) -> Option<&Person> {
        if let Some(person) = self.people.get(nick) {
            return Some(person);
        }
        let wanted = id_form(nick)?;
        let like = |id: &&String| id_form(id).as_ref() == Some(&wanted);
        let mut people = self.people.keys().filter(like);
        let (first, second) = (people.next()?, people.next());
        let is_one = second.is_none() && !self.unknown.iter().any(|id| like(&id));
        self.people.get(first).filter(|_| is_one)
    }

    /// Returns whether a rejected record has the id, or one that looks the same.
    pub(crate) fn is_unknown(&self, nick: &str) -> bool {
        let wanted = id_form(nick);
        self.unknown.contains(nick)
            || (wanted.is_some() && self.unknown.iter().any(|id| id_form(id) == wanted))
    }

    /// Returns whether a record could belong to the account of a person who seems to be absent.
    pub(crate) fn could_mean(&self, user: &UserView, accounts: &Accounts) -> bool {
        let id = id_form(&user.nick_name);
        let looks_like = |email: &str| id.as_ref() == Some(&form(email));
        let fits = |email: &str| {
            looks_like(email)
                || alike(&user.username, email)
                || alike(&user.email, email)
                || user.metadata.get("localpart") == Some(&localpart(email))
        };
        let of_rejected = |id: &String| {
            let email = hex::decode(id)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok());
            email.is_some_and(|email| fits(&email))
        };
        let of_person = |person: &Person| {
            looks_like(&person.email) || (fits(&person.email) && !has_another(person, user, accounts))
        };
        self.unknown.iter().any(of_rejected)
            || self.people.values().any(of_person)
            || self.misspelt.iter().any(|email| !is_carried(email, accounts))
    }
}

/// Whether a person has an account beside this one.
fn has_another(person: &Person, user: &UserView, accounts: &Accounts) -> bool {
    let forms = forms(person);
    let theirs = |other: &&UserView| {
        is_ours_to_see(other)
            && other.id != user.id
            && (forms.contains(&other.nick_name) || id_form(&other.nick_name) == Some(form(&person.email)))
    };
    accounts.values().any(|other| theirs(&other))
}

/// Whether an account carries the id of a record, in whichever form.
fn is_carried(email: &str, accounts: &Accounts) -> bool {
    let person = Person {
        email: email.to_owned(),
        ..Person::default()
    };
    let forms = forms(&person);
    let carries =
        |user: &&UserView| forms.contains(&user.nick_name) || id_form(&user.nick_name) == Some(form(email));
    accounts
        .values()
        .filter(|user| is_ours_to_see(user))
        .any(|user| carries(&user))
}
