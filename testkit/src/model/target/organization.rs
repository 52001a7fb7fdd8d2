//! Accounts of an organization: made by the tool, by an older one, by hand, by half, and by others.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::model::judge::wanted::{MARK, good_phone};
use crate::model::random::Random;
use crate::model::source::directory::Person;
use crate::zitadel::{UserSeed, UserState, UserView, ZitadelDouble, localpart};

/// How a person's account was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Made {
    Not,
    ByUs,
    WithoutRole,
    WithoutLocalpart,
    WithoutBoth,
    WithOtherRole,
    ByHand,
    UnderAnotherName,
    WithTheAddressOnly,
    WithPlainId,
    WithBase64Id,
    DeactivatedByUs,
    DeactivatedByHand,
    WithAnotherName,
    ByAMachine,
    Elsewhere,
    Twice,
}

const WAYS: [Made; 22] = [
    Made::Not,
    Made::Not,
    Made::ByUs,
    Made::ByUs,
    Made::ByUs,
    Made::ByUs,
    Made::ByUs,
    Made::WithoutRole,
    Made::WithoutLocalpart,
    Made::WithoutBoth,
    Made::WithOtherRole,
    Made::ByHand,
    Made::UnderAnotherName,
    Made::WithTheAddressOnly,
    Made::WithPlainId,
    Made::WithBase64Id,
    Made::DeactivatedByUs,
    Made::DeactivatedByHand,
    Made::WithAnotherName,
    Made::ByAMachine,
    Made::Elsewhere,
    Made::Twice,
];

/// An account as the tool leaves it.
fn ours(person: &Person) -> UserSeed {
    UserSeed {
        email: person.email.clone(),
        email_verified: true,
        given_name: person.first_name.clone(),
        family_name: person.last_name.clone(),
        display_name: format!("{}, {}", person.last_name, person.first_name),
        nick_name: person.id(),
        phone: good_phone(&person.phone).unwrap_or_default(),
        phone_verified: true,
        metadata: vec![
            ("localpart".to_owned(), localpart(&person.email).into_bytes()),
            ("preferred_username".to_owned(), person.email.clone().into_bytes()),
            ("theme".to_owned(), b"dark".to_vec()),
        ],
        roles: vec!["User".to_owned()],
        ..UserSeed::default()
    }
}

/// Adds the account of a person, or two, or none.
pub(crate) fn plant(zitadel: &ZitadelDouble, person: &Person, random: &mut Random) -> String {
    let made = *random.pick(&WAYS);
    let mut user = ours(person);
    match made {
        Made::Not => return format!("{} has no account", person.email),
        Made::ByUs => {}
        Made::WithoutRole => user.roles.clear(),
        Made::WithoutLocalpart => drop(user.metadata.remove(0)),
        Made::WithoutBoth => {
            user.roles.clear();
            user.metadata.clear();
        }
        Made::WithOtherRole => user.roles = vec!["Admin".to_owned()],
        Made::ByHand | Made::WithTheAddressOnly => {
            let chosen: &&str = random.pick(&["", "", "Addy", "deadbeef"]);
            (*chosen).clone_into(&mut user.nick_name);
            user.metadata.truncate(0);
            user.roles.clear();
            user.email_verified = random.percent(70);
            if made == Made::WithTheAddressOnly {
                user.username = format!("hand-{}", user.email);
            }
        }
        Made::UnderAnotherName => {
            user.username = format!("old-{}", user.email);
            user.email.clone_from(&user.username);
        }
        Made::WithPlainId => user.nick_name.clone_from(&person.email),
        Made::WithBase64Id => user.nick_name = STANDARD.encode(&person.email),
        Made::DeactivatedByUs | Made::DeactivatedByHand => {
            user.state = Some(UserState::Inactive);
            if made == Made::DeactivatedByUs {
                user.metadata.push((MARK.to_owned(), b"directory-sync".to_vec()));
            }
        }
        Made::WithAnotherName => "Before".clone_into(&mut user.family_name),
        Made::ByAMachine => {
            user = UserSeed {
                machine: true,
                username: person.email.clone(),
                ..UserSeed::default()
            };
        }
        Made::Elsewhere => {
            user.organization = Some(zitadel.other_organization_id());
            user.roles.clear();
        }
        Made::Twice => {
            let mut twin = ours(person);
            twin.username = format!("twin-{}", twin.email);
            twin.email.clone_from(&twin.username);
            add(zitadel, twin);
        }
    }
    add(zitadel, user);
    format!("{} has an account: {made:?}", person.email)
}

/// Puts in a user, unless the name is taken: the double would not answer for that.
fn add(zitadel: &ZitadelDouble, user: UserSeed) {
    let name = if user.username.is_empty() {
        &user.email
    } else {
        &user.username
    };
    let name = name.to_lowercase();
    if zitadel
        .all_users()
        .iter()
        .all(|other| other.username.to_lowercase() != name)
    {
        zitadel.add_user(user);
    }
}

/// Leavers, and accounts that belong to no person.
pub(crate) fn plant_others(zitadel: &ZitadelDouble, random: &mut Random) {
    for number in 0..random.between(0..=4) {
        let person = crate::model::source::people::any_person(random, 100 + number);
        let mut user = ours(&person);
        if random.percent(20) {
            user.metadata.clear();
        }
        if random.percent(20) {
            user.roles.clear();
        }
        if random.percent(10) {
            user.nick_name = user.nick_name.to_uppercase();
        }
        add(zitadel, user);
    }
    for nick in ["", "Bobby", "cafe", "YWRh"] {
        if random.percent(40) {
            let user = UserSeed {
                email: format!("{nick}.stranger@example.org"),
                nick_name: nick.to_owned(),
                given_name: "Some".to_owned(),
                family_name: "Body".to_owned(),
                roles: if random.percent(50) {
                    vec!["User".to_owned()]
                } else {
                    Vec::new()
                },
                ..UserSeed::default()
            };
            add(zitadel, user);
        }
    }
}

/// An administrator does something by hand; gives what, in words.
pub(crate) fn change(zitadel: &ZitadelDouble, random: &mut Random) -> String {
    let users = zitadel.users();
    if users.is_empty() {
        return "nobody is there to be changed by hand".to_owned();
    }
    let user = random.pick(&users);
    let path = format!("/v2/users/{}", user.id);
    let (method, path, body) = match random.below(7) {
        0 | 1 => ("POST", format!("{path}/deactivate"), json!({})),
        2 => ("POST", format!("{path}/reactivate"), json!({})),
        3 => ("DELETE", path, json!({})),
        4 => {
            let profile = json!({"givenName": "By", "familyName": "Hand", "nickName": user.nick_name});
            let path = format!("/v2/users/human/{}", user.id);
            ("PUT", path, json!({"profile": profile}))
        }
        5 => match user.grants.first() {
            Some(grant) => {
                let path = format!("/management/v1/users/{}/grants/{}", user.id, grant.id);
                ("DELETE", path, json!({}))
            }
            None => return format!("{} has no role to lose", user.username),
        },
        _ => ("PUT", format!("/v2/users/human/{}", user.id), renamed(user)),
    };
    let (status, _) = zitadel.act(method, &path, &body);
    format!("by hand: {method} {path} of {}: {status}", user.username)
}

fn renamed(user: &UserView) -> serde_json::Value {
    let name = format!("hand.{}", user.username);
    json!({"username": name})
}
