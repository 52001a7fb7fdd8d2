//! Random organizations: whatever a run does to them, its undo takes it back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use proptest::prelude::*;
use testkit::ukt::UktDouble;
use testkit::zitadel::{Options, UserSeed, UserState, Version, ZitadelDouble};

use super::{diff, exits, undo_path};
use crate::crash::world::everything;
use crate::program::Installation;

const NAMESPACE: uuid::Uuid = uuid::Uuid::from_u128(0xd997_9cff_abee_4666_bc88_1ec4_5a84_3fb8);

/// One person, as the file and the list of leavers have them, and the account.
#[derive(Clone, Debug)]
struct Human {
    row: Option<(bool, bool)>,
    is_listed: bool,
    account: Option<Held>,
}

#[derive(Clone, Debug)]
struct Held {
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

fn any_human() -> impl Strategy<Value = Human> {
    let row = prop::option::weighted(0.7, any::<(bool, bool)>());
    let account = prop::option::weighted(0.85, any_held());
    (row, prop::bool::weighted(0.1), account).prop_map(|(row, is_listed, account)| Human {
        row,
        is_listed,
        account,
    })
}

fn email(number: usize) -> String {
    format!("p{number}@example.org")
}

fn seed(number: usize, held: &Held, zitadel: &ZitadelDouble) -> UserSeed {
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

fn metadata(email: &str, held: &Held) -> Vec<(String, Vec<u8>)> {
    let mut metadata = Vec::new();
    let mut put = |key: &str, value: &[u8]| metadata.push((key.to_owned(), value.to_vec()));
    match held.localpart {
        0 => {}
        1 => put("localpart", b"odd"),
        _ => put(
            "localpart",
            uuid::Uuid::new_v5(&NAMESPACE, email.as_bytes())
                .to_string()
                .as_bytes(),
        ),
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

/// `UNDO_CASES=3000` tries so many organizations.
fn cases() -> u32 {
    let wanted = std::env::var("UNDO_CASES").ok();
    wanted.and_then(|wanted| wanted.parse().ok()).unwrap_or(60)
}

const CONFIG: &str = "\
sources:
  csv:
    file_path: FOLDER/users.csv
  ukt:
    endpoint_url: LIST
    oauth2_url: TOKEN
    client_id: sync
    client_secret: 's&cret +%'
    scope: openid read-maillist
    grant_type: client_credentials
guard:
  max_removals: 1000
  max_logins_changed: 1000
  max_adoptions_renaming: 1000
  max_missing: 1000
  allow_empty: true
";

/// The organization, and the program beside it.
fn play(
    people: &[Human],
    options: Options,
    (flags, absent, metadata, link, names_admin): &(Vec<&str>, &str, &str, &str, bool),
    ukt: &UktDouble,
) -> (ZitadelDouble, Installation) {
    let zitadel = ZitadelDouble::start(options);
    let mut csv = "email,first_name,last_name,phone\n".to_owned();
    let mut listed = Vec::new();
    let mut taken = BTreeSet::new();
    for (number, human) in people.iter().enumerate() {
        if let Some((name, phone)) = human.row {
            let last = if name { "Archer" } else { "Baker" };
            let phone = if phone { "+49 30 901820" } else { "" };
            let _ = writeln!(csv, "{},Ada,{last},{phone}", email(number));
        }
        if human.is_listed {
            listed.push(email(number));
        }
        if let Some(held) = &human.account {
            let user = seed(number, held, &zitadel);
            let login = if user.username.is_empty() {
                &user.email
            } else {
                &user.username
            };
            if taken.insert(login.to_lowercase()) {
                zitadel.add_user(user);
            }
        }
    }
    ukt.set_list(&listed.iter().map(String::as_str).collect::<Vec<_>>());
    let config = CONFIG
        .replace("LIST", &ukt.list_url())
        .replace("TOKEN", &ukt.token_url());
    let flags = format!(
        "feature_flags: [{}]\npolicy:\n  absent: {absent}\n",
        flags.join(", ")
    );
    let installation = Installation::new(&zitadel, &format!("{flags}{config}"));
    let owned = if *names_admin {
        "  owned_roles: [Admin]\n"
    } else {
        ""
    };
    let target = format!("zitadel:\n  metadata: {metadata}\n  link: {link}\n{owned}");
    let config = std::fs::read_to_string(installation.path("config.yaml")).expect("a file");
    installation.write("config.yaml", config.replacen("zitadel:\n", &target, 1));
    installation.write("users.csv", csv);
    (zitadel, installation)
}

/// The accounts by login name.
fn ids(zitadel: &ZitadelDouble) -> BTreeMap<String, String> {
    let users = zitadel.all_users().into_iter();
    users.map(|user| (user.username, user.id)).collect()
}

/// The login names of the accounts that were not made again.
fn ids_kept(before: &BTreeMap<String, String>, zitadel: &ZitadelDouble) -> BTreeSet<String> {
    let now = ids(zitadel).into_iter();
    now.filter(|(name, id)| before.get(name) == Some(id))
        .map(|(name, _)| name)
        .collect()
}

/// An account that is made again gets no role that the configuration does not name.
fn without_admin(user: &mut String) {
    *user = user
        .replace(r#""roles":["User","Admin"]"#, r#""roles":["User"]"#)
        .replace(r#"{"project":"Messenger","roles":["Admin"],"active":true}"#, "");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn a_run_on_any_organization_can_be_undone_and_done_again(
        people in prop::collection::vec(any_human(), 1..14),
        sso in any::<bool>(),
        verify in any::<bool>(),
        is_old in prop::bool::weighted(0.2),
        metadata in prop::sample::select(vec!["confirm", "presence", "skip"]),
        link in prop::sample::select(vec!["new", "existing"]),
        absent in prop::sample::select(vec!["delete", "deactivate", "keep"]),
        names_admin in any::<bool>(),
    ) {
        let mut flags = Vec::new();
        if sso {
            flags.push("sso_login");
        }
        if verify {
            flags.extend(["verify_email", "verify_phone"]);
        }
        let version = if is_old { Version::V2_64 } else { Version::V4 };
        let options = Options { version, ..Options::default() };
        // Links come with the flag alone.
        let link = if sso { link } else { "new" };
        let ukt = UktDouble::start();
        let (zitadel, installation) = play(&people, options, &(flags, absent, metadata, link, names_admin), &ukt);
        let mut before = everything(&zitadel);
        let ids = ids(&zitadel);
        let path = undo_path(&installation);
        let ran = installation.run(&["sync", "--undo-file", &path]);
        prop_assert!(ran.exit <= 1, "{ran:?}");
        let synced = everything(&zitadel);
        if !installation.path("undo.json").exists() {
            prop_assert_eq!(synced, before);
            return Ok(());
        }
        let codes = zitadel.codes().len();
        let redo = installation.path("redo.json").display().to_string();
        exits(&installation.run(&["undo", &path, "--undo-file", &redo]), 0);
        if !names_admin {
            let kept = ids_kept(&ids, &zitadel);
            before.iter_mut().filter(|(name, _)| !kept.contains(*name)).for_each(|(_, user)| without_admin(user));
        }
        let wrong = diff(&before, &zitadel);
        prop_assert!(wrong.is_empty(), "undo:\n{}\n{ran:?}", wrong.join("\n"));
        let sent = zitadel.codes().into_iter().skip(codes);
        let sent = sent.filter(|code| code.channel != testkit::zitadel::Channel::Reply).count();
        prop_assert_eq!(sent, 0, "an undo sends nobody a message");
        let writes = zitadel.writes().len();
        exits(&installation.run(&["undo", &path]), 0);
        prop_assert_eq!(zitadel.writes().len(), writes, "a second undo is empty");
        if installation.path("redo.json").exists() {
            exits(&installation.run(&["undo", &redo]), 0);
            let wrong = diff(&synced, &zitadel);
            prop_assert!(wrong.is_empty(), "redo:\n{}\n{ran:?}", wrong.join("\n"));
        }
    }

    /// What a run plans can wait: nothing in it is refused for what it is, and while nobody else writes, nothing as out of
    /// date.
    #[test]
    fn whatever_is_planned_can_be_applied_later(
        people in prop::collection::vec(any_human(), 1..14),
        sso in any::<bool>(),
        is_old in prop::bool::weighted(0.2),
        metadata in prop::sample::select(vec!["confirm", "presence", "skip"]),
        link in prop::sample::select(vec!["new", "existing"]),
        absent in prop::sample::select(vec!["delete", "deactivate", "keep"]),
        more in prop::sample::select(vec!["", "", "  update: false\n", "  create: false\n", "  adopt: false\n"]),
        program in prop::sample::select(vec!["directory-sync", "directory-sync", "migrate", "install-ids"]),
        names_admin in any::<bool>(),
    ) {
        let flags = if sso { vec!["sso_login", "verify_email"] } else { Vec::new() };
        let link = if sso { link } else { "new" };
        let version = if is_old { Version::V2_64 } else { Version::V4 };
        let options = Options { version, ..Options::default() };
        let ukt = UktDouble::start();
        let (zitadel, installation) = play(&people, options, &(flags, absent, metadata, link, names_admin), &ukt);
        let config = std::fs::read_to_string(installation.path("config.yaml")).expect("a file");
        installation.write("config.yaml", config.replacen("policy:\n", &format!("policy:\n{more}"), 1));
        let path = installation.path("plan.json").display().to_string();
        let planned = installation.run_as(program, &["plan", "--out", &path]);
        prop_assert!(planned.exit <= 1, "{planned:?}");
        prop_assert_eq!(zitadel.writes(), vec![]);
        let applied = installation.run_as(program, &["apply", &path]);
        prop_assert!(applied.exit <= 1, "{planned:?}\n{applied:?}");
        let is_moved = applied.out.contains("since the plan was made") || applied.err.contains("since the plan was made");
        prop_assert!(!is_moved, "{planned:?}\n{applied:?}");
    }
}
