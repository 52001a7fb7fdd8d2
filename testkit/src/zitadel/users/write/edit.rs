//! Changing users: PUT, PATCH, and the calls for one e-mail address or phone number.

use super::change::{Change, Codes, PhoneChange};
use super::input::{ContactInput, ProfileInput, Verification};
use crate::zitadel::access::caller::Caller;
use crate::zitadel::protocol::call::Call;
use crate::zitadel::protocol::errors::{Failure, INVALID, NOT_FOUND, UNIMPLEMENTED};
use crate::zitadel::protocol::validation::Place;
use crate::zitadel::protocol::writer::Writer;
use crate::zitadel::state::event::EventKind;
use crate::zitadel::state::{Kind, State};

/// `PUT /v2/users/human/{userId}`: neither trims nor looks for blanks; an empty phone changes nothing.
pub(crate) fn update_human(state: &mut State, call: &Call) -> Result<String, Failure> {
    let body = call.body();
    let username = body.text("username")?.map(str::to_owned);
    let profile = body.object("profile")?.map(ProfileInput::read).transpose()?;
    let email = ContactInput::read(body, "email")?;
    let phone = ContactInput::read(body, "phone")?;
    let caller = state.authenticate(call, None)?;
    let field = |name: &str| Place::of("UpdateHumanUserRequest", name);
    if let Some(username) = &username {
        field("Username").runes(username, 1, 200)?;
    }
    profile
        .as_ref()
        .map_or(Ok(()), |profile| profile.validate_whole(&field("Profile")))?;
    email
        .as_ref()
        .map_or(Ok(()), |email| email.validate_email(&field("Email")))?;
    phone
        .as_ref()
        .map_or(Ok(()), |phone| phone.validate_phone(&field("Phone")))?;
    let phone = match phone.filter(|phone| !phone.value.is_empty()) {
        Some(phone) => PhoneChange::Set(phone),
        None => PhoneChange::Keep,
    };
    let id = call.param("userId");
    let codes = state.change_human(
        &caller,
        &id,
        Change {
            username,
            profile,
            email,
            phone,
        },
    )?;
    let mut writer = Writer::default();
    writer.open();
    state.write_change(&mut writer, &id);
    writer.text("emailCode", &codes.email);
    writer.text("phoneCode", &codes.phone);
    writer.close();
    Ok(writer.finish())
}

/// `PATCH /v2/users/{userId}`: each part optional, an empty phone removes it.
pub(crate) fn update_user(state: &mut State, call: &Call) -> Result<String, Failure> {
    let body = call.body();
    let username = body.text("username")?.map(str::to_owned);
    let human = body.object("human")?;
    let profile = human.map(|h| h.object("profile")).transpose()?.flatten();
    let profile = profile.map(ProfileInput::read).transpose()?;
    let email = human
        .map(|h| ContactInput::read(h, "email"))
        .transpose()?
        .flatten();
    let phone = human
        .map(|h| ContactInput::read(h, "phone"))
        .transpose()?
        .flatten();
    let machine = body
        .object("machine")?
        .map(|node| node.string("name"))
        .transpose()?;
    let caller = state.authenticate(call, None)?;
    if let Some(username) = &username {
        Place::of("UpdateUserRequest", "Username").runes(username, 1, 200)?;
    }
    let field = |name: &str| Place::of("UpdateUserRequest", "Human").at("UpdateUserRequest_Human", name);
    profile
        .as_ref()
        .map_or(Ok(()), |profile| profile.validate_parts(&field("Profile")))?;
    email
        .as_ref()
        .map_or(Ok(()), |email| email.validate_email(&field("Email")))?;
    phone
        .as_ref()
        .map_or(Ok(()), |phone| phone.validate_phone(&field("Phone")))?;
    let id = call.param("userId");
    let codes = if human.is_some() {
        let phone = patched_phone(phone)?;
        state.change_human(
            &caller,
            &id,
            Change {
                username,
                profile,
                email,
                phone,
            },
        )?
    } else if let Some(name) = machine {
        state.change_machine(&caller, &id, username, &name)?
    } else {
        return Err(Failure::without_id(UNIMPLEMENTED, "user type is not implemented"));
    };
    let mut writer = Writer::default();
    writer.open();
    writer.time("changeDate", state.user(&id).map_or(0, |user| user.touched));
    writer.text("emailCode", &codes.email);
    writer.text("phoneCode", &codes.phone);
    writer.close();
    Ok(writer.finish())
}

/// What PATCH makes of the phone: an empty one without verification removes the number.
fn patched_phone(phone: Option<ContactInput>) -> Result<PhoneChange, Failure> {
    match phone {
        None => Ok(PhoneChange::Keep),
        Some(phone) if !phone.value.is_empty() => Ok(PhoneChange::Set(phone)),
        Some(phone) if phone.verification == Verification::Omitted => Ok(PhoneChange::Remove),
        Some(_) => {
            let text = "Verifying phone removal is not supported";
            Err(Failure::of(INVALID, "USERv2-4f3d6", text))
        }
    }
}

impl State {
    /// `details` of a write: all events of the user count.
    pub(crate) fn write_change(&self, writer: &mut Writer, id: &str) {
        let Some(user) = self.user(id) else { return };
        writer.open_field("details");
        writer.long("sequence", user.sequence);
        writer.time("changeDate", user.touched);
        writer.text("resourceOwner", &user.org);
        writer.close();
    }

    fn change_human(&mut self, caller: &Caller, id: &str, change: Change) -> Result<Codes, Failure> {
        let missing = || Failure::user_not_found(NOT_FOUND, "COMMAND-ugjs0upun6");
        // The command looks only inside the organization of the call.
        let user = self
            .user(id)
            .filter(|user| user.org == caller.org)
            .ok_or_else(missing)?;
        let human = user.human().ok_or_else(missing)?.clone();
        self.require_for_user(caller, id, &user.org, "user.write")?;
        self.apply(caller, id, human, change)
    }

    fn change_machine(
        &mut self,
        caller: &Caller,
        id: &str,
        username: Option<String>,
        name: &str,
    ) -> Result<Codes, Failure> {
        let missing = || Failure::user_not_found(NOT_FOUND, "COMMAND-ugjs0upun6");
        let user = self
            .user(id)
            .filter(|user| user.human().is_none())
            .ok_or_else(missing)?;
        self.require_for_user(caller, id, &user.org, "user.write")?;
        let renamed = user.display_name() != name;
        let mut events = self.rename(id, username)?;
        if renamed {
            if let Some(user) = self.user_mut(id) {
                user.kind = Kind::Machine {
                    name: name.to_owned(),
                };
            }
            events.push((EventKind::MachineChanged, String::new()));
        }
        if !events.is_empty() {
            self.push(id, &caller.user, events);
        }
        Ok(Codes::default())
    }
}
