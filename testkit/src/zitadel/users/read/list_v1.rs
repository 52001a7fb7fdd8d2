//! Reading users with the v1 API, for servers without the v2 filters.

use super::filters::Filter;
use super::filters_input::read_all;
use super::list::answer;
use crate::zitadel::access::caller::Level;
use crate::zitadel::protocol::call::{Api, Call};
use crate::zitadel::protocol::errors::{Failure, NOT_FOUND};
use crate::zitadel::protocol::page::Page;
use crate::zitadel::protocol::writer::Writer;
use crate::zitadel::state::{State, User};

/// `POST /management/v1/users/_search`: users of the organization of the call; 403 without `user.read`.
pub(crate) fn list(state: &mut State, call: &Call) -> Result<String, Failure> {
    let body = call.body();
    let page = Page::read(body)?;
    let caller = state.authenticate(call, None)?;
    state.require(&caller, &caller.org, "user.read", Level::Endpoint)?;
    let mut filters = read_all(body, "ListUsersRequest", state.options.version)?;
    filters.push(Filter::Organization(caller.org.clone()));
    answer(state, call, (&caller, page, &filters), Api::V1, |writer, user| {
        writer.open();
        write_user(writer, user);
        writer.close();
    })
}

/// `GET /auth/v1/users/me`.
pub(crate) fn me(state: &mut State, call: &Call) -> Result<String, Failure> {
    let caller = state.authenticate(call, None)?;
    let unknown = || Failure::user_not_found(NOT_FOUND, "QUERY-Dfbg2");
    let user = state.user(&caller.user).ok_or_else(unknown)?;
    let mut writer = Writer::default();
    writer.open();
    writer.open_field("user");
    write_user(&mut writer, user);
    writer.close();
    writer.close();
    Ok(writer.finish())
}

fn write_user(writer: &mut Writer, user: &User) {
    writer.text("id", &user.id);
    writer.open_field("details");
    writer.long("sequence", user.shown_sequence);
    writer.time("creationDate", user.created);
    writer.time("changeDate", user.changed);
    writer.text("resourceOwner", &user.org);
    writer.close();
    writer.text("state", user.state.name());
    writer.text("userName", &user.username);
    writer.texts("loginNames", [user.username.as_str()]);
    writer.text("preferredLoginName", &user.username);
    let Some(human) = user.human() else {
        writer.open_field("machine");
        writer.text("name", user.display_name());
        writer.close();
        return;
    };
    writer.open_field("human");
    writer.open_field("profile");
    writer.text("firstName", &human.given_name);
    writer.text("lastName", &human.family_name);
    writer.text("nickName", &human.nick_name);
    writer.text("displayName", &human.display_name);
    writer.text("preferredLanguage", &human.language);
    if human.gender > 0 {
        writer.text(
            "gender",
            crate::zitadel::users::write::input::GENDERS[human.gender],
        );
    }
    writer.close();
    writer.open_field("email");
    writer.text("email", &human.email);
    writer.flag("isEmailVerified", human.email_verified);
    writer.close();
    writer.open_field("phone");
    writer.text("phone", &human.phone);
    writer.flag("isPhoneVerified", human.phone_verified && !human.phone.is_empty());
    writer.close();
    writer.close();
}
