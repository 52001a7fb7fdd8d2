//! One change of a human: worked out completely, then written in one transaction.

use super::input::{ContactInput, ProfileInput, Verification};
use super::new_human::{normalised, refuse_nul};
use crate::zitadel::access::caller::Caller;
use crate::zitadel::control::views::Channel;
use crate::zitadel::protocol::errors::Failure;
use crate::zitadel::state::event::EventKind;
use crate::zitadel::state::{Human, Kind, State};
use crate::zitadel::values::email;
use crate::zitadel::values::language;

/// What is to become of the phone number.
pub(crate) enum PhoneChange {
    Keep,
    Set(ContactInput),
    Remove,
}

/// Everything one update changes.
pub(crate) struct Change {
    pub(crate) username: Option<String>,
    pub(crate) profile: Option<ProfileInput>,
    pub(crate) email: Option<ContactInput>,
    pub(crate) phone: PhoneChange,
}

/// Codes that the caller asked to get in the reply.
#[derive(Default)]
pub(crate) struct Codes {
    pub(crate) email: String,
    pub(crate) phone: String,
}

impl State {
    /// Changes the user name, if it differs.
    pub(crate) fn rename(
        &mut self,
        id: &str,
        username: Option<String>,
    ) -> Result<Vec<(EventKind, String)>, Failure> {
        let Some(user) = self.user(id) else {
            return Ok(Vec::new());
        };
        let Some(username) = username.filter(|name| *name != user.username) else {
            return Ok(Vec::new());
        };
        let (org, before) = (user.org.clone(), user.username.clone());
        self.check_domain(&org, &username)?;
        self.check_name(&org, &username, id)?;
        self.user_names.remove(&self.name_key(&org, &before));
        self.user_names
            .insert(self.name_key(&org, &username), id.to_owned());
        if let Some(user) = self.user_mut(id) {
            user.username = username;
        }
        Ok(vec![(EventKind::UsernameChanged, String::new())])
    }

    /// Works out all parts first, so that a refused one changes nothing; one push for the rest.
    pub(crate) fn apply(
        &mut self,
        caller: &Caller,
        id: &str,
        human: Human,
        change: Change,
    ) -> Result<Codes, Failure> {
        let before = human.clone();
        let mut human = human;
        let mut events = Vec::new();
        let mut wanted = Vec::new();
        if let Some(email) = &change.email {
            email::check(&email.value)?;
        }
        if let Some(profile) = change.profile {
            set_profile(&mut human, profile);
            refuse_nul(&human)?;
            if human != before {
                events.push((EventKind::ProfileChanged, String::new()));
            }
        }
        if let Some(email) = change.email {
            let changed = human.email != email.value;
            if changed {
                events.push((EventKind::EmailChanged, String::new()));
            }
            if email.verification == Verification::Is(true) {
                if changed || !human.email_verified {
                    events.push((EventKind::EmailVerified, String::new()));
                }
                human.email_verified = true;
            } else if changed {
                events.push((EventKind::EmailCodeAdded, String::new()));
                wanted.push((Channel::Mail, email.verification, email.value.clone()));
                human.email_verified = false;
            }
            human.email = email.value;
        }
        set_phone_number(&mut human, change.phone, &mut events, &mut wanted)?;
        let mut all = self.rename(id, change.username)?;
        all.append(&mut events);
        if let Some(user) = self.user_mut(id) {
            user.kind = Kind::Human(Box::new(human));
        }
        if !all.is_empty() {
            self.push(id, &caller.user, all);
        }
        let mut codes = Codes::default();
        for (channel, verification, recipient) in wanted {
            let code = self.make_code(id, channel, verification, recipient);
            match channel {
                Channel::Mail => codes.email = code,
                _ => codes.phone = code,
            }
        }
        Ok(codes)
    }
}

fn set_profile(human: &mut Human, profile: ProfileInput) {
    let set = |to: &mut String, from: Option<String>| {
        if let Some(text) = from {
            *to = text;
        }
    };
    set(&mut human.given_name, profile.given_name);
    set(&mut human.family_name, profile.family_name);
    set(&mut human.nick_name, profile.nick_name);
    set(&mut human.display_name, profile.display_name);
    set(
        &mut human.language,
        profile.language.map(|tag| language::canonical(&tag)),
    );
    human.gender = profile.gender.unwrap_or(human.gender);
}

fn set_phone_number(
    human: &mut Human,
    change: PhoneChange,
    events: &mut Vec<(EventKind, String)>,
    wanted: &mut Vec<(Channel, Verification, String)>,
) -> Result<(), Failure> {
    match change {
        PhoneChange::Keep => {}
        PhoneChange::Remove => {
            human.phone.clear();
            human.phone_verified = false;
            events.push((EventKind::PhoneRemoved, String::new()));
        }
        PhoneChange::Set(input) => {
            let number = normalised(&input.value)?;
            let changed = human.phone != number;
            if changed {
                events.push((EventKind::PhoneChanged, String::new()));
            }
            if input.verification == Verification::Is(true) {
                if changed || !human.phone_verified {
                    events.push((EventKind::PhoneVerified, String::new()));
                }
                human.phone_verified = true;
            } else if changed {
                events.push((EventKind::PhoneCodeAdded, String::new()));
                wanted.push((Channel::Sms, input.verification, number.clone()));
                human.phone_verified = false;
            }
            human.phone = number;
        }
    }
    Ok(())
}
