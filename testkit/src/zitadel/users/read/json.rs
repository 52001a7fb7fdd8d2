//! A user in v2 JSON, and its size on the wire.

use crate::zitadel::control::options::Version;
use crate::zitadel::protocol::writer::{Writer, details_size, nested_size, text_size};
use crate::zitadel::state::{Human, User};
use crate::zitadel::users::write::input::GENDERS;

/// `details` of a user: sequence and date of the last event that lists show.
pub(crate) fn write_user_details(writer: &mut Writer, user: &User, version: Version) {
    writer.open_field("details");
    writer.long("sequence", user.shown_sequence);
    writer.time("changeDate", user.changed);
    writer.text("resourceOwner", &user.org);
    if version != Version::V2_64 {
        writer.time("creationDate", user.created);
    }
    writer.close();
}

/// One user, as an item of a list or in a field.
pub(crate) fn write_user(writer: &mut Writer, user: &User, version: Version, field: Option<&str>) {
    match field {
        Some(name) => writer.open_field(name),
        None => writer.open(),
    }
    writer.text("userId", &user.id);
    write_user_details(writer, user, version);
    writer.text("state", user.state.name());
    writer.text("username", &user.username);
    writer.texts("loginNames", [user.username.as_str()]);
    writer.text("preferredLoginName", &user.username);
    if let Some(human) = user.human() {
        write_human(writer, human);
    } else {
        writer.open_field("machine");
        writer.text("name", user.display_name());
        writer.close();
    }
    writer.close();
}

fn write_human(writer: &mut Writer, human: &Human) {
    writer.open_field("human");
    writer.open_field("profile");
    writer.text("givenName", &human.given_name);
    writer.text("familyName", &human.family_name);
    writer.always("nickName", &human.nick_name);
    writer.always("displayName", &human.display_name);
    writer.always("preferredLanguage", &human.language);
    writer.always("gender", GENDERS[human.gender]);
    writer.close();
    writer.open_field("email");
    writer.text("email", &human.email);
    writer.flag("isVerified", human.email_verified);
    writer.close();
    writer.open_field("phone");
    writer.text("phone", &human.phone);
    writer.flag("isVerified", human.phone_verified && !human.phone.is_empty());
    writer.close();
    writer.close();
}

/// Protobuf bytes of a user in a list.
pub(crate) fn user_size(user: &User) -> usize {
    let name = text_size(&user.username);
    let kind = match user.human() {
        None => 2 + text_size(user.display_name()),
        Some(human) => {
            let optional = |text: &str| 2 + text.len();
            let profile = text_size(&human.given_name)
                + text_size(&human.family_name)
                + optional(&human.nick_name)
                + optional(&human.display_name)
                + optional(&human.language)
                + 2;
            let email = text_size(&human.email) + 2 * usize::from(human.email_verified);
            let phone = text_size(&human.phone) + 2 * usize::from(human.phone_verified);
            nested_size(nested_size(profile) + nested_size(email) + nested_size(phone))
        }
    };
    text_size(&user.id) + details_size(&user.org) + 2 + 3 * name + kind
}
