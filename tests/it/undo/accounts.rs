//! Random people and accounts.

use proptest::prelude::*;
use testkit::zitadel::{UserSeed, UserState, ZitadelDouble};

/// One person, as the file and the list of leavers have them, and the account.
#[derive(Clone, Debug)]
pub(super) struct Human {
    pub(super) row: Option<(bool, bool)>,
    pub(super) is_listed: bool,
    pub(super) account: Option<Held>,
}

#[derive(Clone, Debug)]
pub(super) struct Held {
    address: u8,
    nickname: u8,
    names: bool,
    display: u8,
    phone: u8,
    verified: (bool, bool),
    localpart: u8,
    preferred: u8,
    more: bool,
    is_disabled: u8,
    roles: u8,
    links: u8,
}

fn any_held() -> impl Strategy<Value = Held> {
    let first = (
        0..5u8,
        0..7u8,
        any::<bool>(),
        0..3u8,
        0..3u8,
        any::<(bool, bool)>(),
    );
    let second = (0..4u8, 0..3u8, any::<bool>(), 0..4u8, 0..6u8, 0..4u8);
    (first, second).prop_map(
        |(
            (address, nickname, names, display, phone, verified),
            (localpart, preferred, more, is_disabled, roles, links),
        )| Held {
            address,
            nickname,
            names,
            display,
            phone,
            verified,
            localpart,
            preferred,
            more,
            is_disabled,
            roles,
            links,
        },
    )
}

pub(super) fn any_human() -> impl Strategy<Value = Human> {
    let row = prop::option::weighted(0.7, any::<(bool, bool)>());
    let account = prop::option::weighted(0.85, any_held());
    (row, prop::bool::weighted(0.1), account).prop_map(|(row, is_listed, account)| Human {
        row,
        is_listed,
        account,
    })
}

pub(super) fn email(number: usize) -> String {
    format!("p{number}@example.org")
}

pub(super) fn seed(number: usize, held: &Held, zitadel: &ZitadelDouble) -> UserSeed {
    use base64::Engine as _;
    let email = email(number);
    let mut user = UserSeed {
        email: match held.address {
            0 | 1 => email.clone(),
            2 => format!("was.{email}"),
            3 => email.to_uppercase(),
            _ => format!("p{}@example.org", number + 1),
        },
        email_verified: held.verified.0,
        given_name: "Ada".to_owned(),
        family_name: if held.names { "Archer" } else { "Baker" }.to_owned(),
        nick_name: match held.nickname {
            0..=2 => hex::encode(&email),
            3 => email.clone(),
            4 => base64::engine::general_purpose::STANDARD.encode(&email),
            5 => String::new(),
            _ => "Addi".to_owned(),
        },
        display_name: ["Archer, Ada", "Ada A.", ""][usize::from(held.display)].to_owned(),
        phone: ["", "+4930901820", "+41791234567"][usize::from(held.phone)].to_owned(),
        phone_verified: held.verified.1 && held.phone > 0,
        ..UserSeed::default()
    };
    user.username = match held.address {
        1 => format!("login{number}"),
        4 => format!("other{number}"),
        _ => String::new(),
    };
    user.metadata = metadata(&email, held);
    if held.more {
        user.language = "de".to_owned();
    }
    if held.is_disabled >= 2 {
        user.state = Some(UserState::Inactive);
    }
    user.roles = match held.roles {
        0 => vec![],
        1 => vec!["Admin".to_owned()],
        2 => vec!["User".to_owned(), "Admin".to_owned()],
        _ => vec!["User".to_owned()],
    };
    let link = |id: String| (zitadel.idp_id(), id, "shown".to_owned());
    match held.links {
        0 => user.links.push(link(email)),
        1 => user.links.push(link(format!("of/{number}"))),
        _ => {}
    }
    user
}

pub(super) fn metadata(email: &str, held: &Held) -> Vec<(String, Vec<u8>)> {
    let mut metadata = Vec::new();
    let mut put = |key: &str, value: &[u8]| metadata.push((key.to_owned(), value.to_vec()));
    match held.localpart {
        0 => {}
        1 => put("localpart", b"odd"),
        _ => put("localpart", testkit::zitadel::localpart(email).as_bytes()),
    }
    match held.preferred {
        0 => {}
        1 => put("preferred_username", b"augusta"),
        _ => put("preferred_username", email.as_bytes()),
    }
    if held.more {
        put("team", b"\xff\x00ward 3");
    }
    if held.is_disabled == 3 {
        put("directory-sync.disabled_by", b"directory-sync");
    }
    metadata
}
