//! One e-mail address or phone number of a user, and the codes that verify them.

use super::change::{Change, PhoneChange};
use super::input::{ContactInput, Verification};
use super::new_human::normalised;
use crate::zitadel::access::caller::Caller;
use crate::zitadel::control::views::{Channel, Code};
use crate::zitadel::protocol::call::Call;
use crate::zitadel::protocol::errors::{Failure, NOT_FOUND, PRECONDITION};
use crate::zitadel::protocol::validation::Place;
use crate::zitadel::protocol::writer::Writer;
use crate::zitadel::state::{Human, State, UserState};
use crate::zitadel::values::email;

/// `POST /v2/users/{userId}/email`.
pub(crate) fn set_email(state: &mut State, call: &Call) -> Result<String, Failure> {
    let input = ContactInput::read_flat(call.body(), "email")?;
    let caller = state.authenticate(call, None)?;
    let place = Place::of("SetEmailRequest", "Email");
    place.runes(&input.value, 1, 200)?;
    email::validate(&input.value).map_err(|reason| place.refuse(&reason))?;
    Place::of("SetEmailRequest", "IsVerified").only_true(input.verification.flag())?;
    let id = call.param("userId");
    let human = state.contact_holder(&caller, &id, "Email not found")?;
    email::check(&input.value)?;
    let verifies = input.verification == Verification::Is(true) && !human.email_verified;
    if human.email == input.value && !verifies {
        return Err(Failure::of(PRECONDITION, "COMMAND-Uch5e", "Email not changed"));
    }
    let change = Change {
        username: None,
        profile: None,
        email: Some(input),
        phone: PhoneChange::Keep,
    };
    let codes = state.apply(&caller, &id, human, change)?;
    Ok(state.contact_reply(&id, ("verificationCode", &codes.email)))
}

/// `POST /v2/users/{userId}/phone`.
pub(crate) fn set_phone(state: &mut State, call: &Call) -> Result<String, Failure> {
    let input = ContactInput::read_flat(call.body(), "phone")?;
    let caller = state.authenticate(call, None)?;
    Place::of("SetPhoneRequest", "Phone").runes(&input.value, 1, 200)?;
    Place::of("SetPhoneRequest", "IsVerified").only_true(input.verification.flag())?;
    let id = call.param("userId");
    let human = state.contact_holder(&caller, &id, "Phone not found")?;
    let verifies = input.verification == Verification::Is(true) && !human.phone_verified;
    if normalised(&input.value)? == human.phone && !verifies {
        return Err(Failure::of(PRECONDITION, "COMMAND-Uch5e", "Phone not changed"));
    }
    let change = Change {
        username: None,
        profile: None,
        email: None,
        phone: PhoneChange::Set(input),
    };
    let codes = state.apply(&caller, &id, human, change)?;
    Ok(state.contact_reply(&id, ("verificationCode", &codes.phone)))
}

/// `DELETE /v2/users/{userId}/phone`.
pub(crate) fn remove_phone(state: &mut State, call: &Call) -> Result<String, Failure> {
    let caller = state.authenticate(call, None)?;
    let id = call.param("userId");
    let human = state.contact_holder(&caller, &id, "Phone not found")?;
    if state
        .user(&id)
        .is_some_and(|user| user.state == UserState::Initial)
    {
        return Err(Failure::of(
            PRECONDITION,
            "COMMAND-uz0Uu",
            "User is not yet initialized",
        ));
    }
    if human.phone.is_empty() {
        return Err(Failure::of(PRECONDITION, "COMMAND-ieJ2e", "Phone not found"));
    }
    let change = Change {
        username: None,
        profile: None,
        email: None,
        phone: PhoneChange::Remove,
    };
    state.apply(&caller, &id, human, change)?;
    Ok(state.contact_reply(&id, ("", "")))
}

impl State {
    /// The human whose address or number is changed.
    fn contact_holder(&self, caller: &Caller, id: &str, missing: &str) -> Result<Human, Failure> {
        let user = self.user(id).and_then(|user| Some((user, user.human()?)));
        let (user, human) = user.ok_or_else(|| Failure::of(NOT_FOUND, "COMMAND-ieJ2e", missing))?;
        self.require_for_user(caller, id, &user.org, "user.write")?;
        Ok(human.clone())
    }

    fn contact_reply(&self, id: &str, (field, code): (&str, &str)) -> String {
        let mut writer = Writer::default();
        writer.open();
        self.write_change(&mut writer, id);
        writer.text(field, code);
        writer.close();
        writer.finish()
    }

    /// Makes a code and queues it; it is returned only where the caller asked for that.
    pub(crate) fn make_code(
        &mut self,
        user: &str,
        channel: Channel,
        verification: Verification,
        recipient: String,
    ) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
        let mut number = self.codes.len() * 7_919 + 104_729;
        let mut code = String::new();
        for _ in 0..6 {
            code.push(char::from(LETTERS[number % LETTERS.len()]));
            number = number / 3 + 11;
        }
        let returned = verification == Verification::ReturnCode;
        let channel = if returned { Channel::Reply } else { channel };
        self.codes.push(Code {
            user_id: user.to_owned(),
            channel,
            recipient,
            code: code.clone(),
        });
        if returned { code } else { String::new() }
    }
}
