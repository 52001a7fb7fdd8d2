//! Reading users with the v1 API, for servers without the v2 filters.

use super::filters::Filter;
use super::filters_input::read_all;
use super::json::user_size;
use crate::zitadel::access::caller::Level;
use crate::zitadel::protocol::errors::{Failure, NOT_FOUND};
use crate::zitadel::protocol::page::Page;
use crate::zitadel::protocol::routes::{Api, Call};
use crate::zitadel::protocol::writer::Writer;
use crate::zitadel::state::{State, User};

const SORTING: [&str; 10] = [
    "USER_FIELD_NAME_UNSPECIFIED",
    "USER_FIELD_NAME_USER_NAME",
    "USER_FIELD_NAME_FIRST_NAME",
    "USER_FIELD_NAME_LAST_NAME",
    "USER_FIELD_NAME_NICK_NAME",
    "USER_FIELD_NAME_DISPLAY_NAME",
    "USER_FIELD_NAME_EMAIL",
    "USER_FIELD_NAME_STATE",
    "USER_FIELD_NAME_TYPE",
    "USER_FIELD_NAME_CREATION_DATE",
];

/// `POST /management/v1/users/_search`: users of the organization of the call; 403 without `user.read`.
pub(crate) fn list(state: &mut State, call: &Call) -> Result<String, Failure> {
    let body = call.body();
    let page = Page::read(body)?;
    let caller = state.authenticate(call, None)?;
    state.require(&caller, &caller.org, "user.read", Level::Endpoint)?;
    let mut filters = read_all(body, "ListUsersRequest", state.options.version)?;
    filters.push(Filter::Organization(caller.org.clone()));
    let listed = state.listed_users(&caller, &filters, page, body.choice("sortingColumn", &SORTING));
    let size = listed.rows.iter().map(|user| 4 + user_size(user)).sum();
    call.check_reply(state, size, Api::V1)?;
    let mut writer = Writer::default();
    writer.open();
    writer.open_field("details");
    writer.long("totalResult", listed.total);
    writer.time("viewTimestamp", listed.seen);
    writer.close();
    if !listed.rows.is_empty() {
        writer.open_list("result");
        for user in &listed.rows {
            writer.open();
            write_user(&mut writer, user);
            writer.close();
        }
        writer.close_list();
    }
    writer.close();
    Ok(writer.finish())
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
