//! Random organizations: whatever a run does to them, its undo takes it back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use proptest::prelude::*;
use testkit::ukt::UktDouble;
use testkit::zitadel::{Options, Version, ZitadelDouble};

use super::accounts::{Human, any_human, email, seed};
use super::{diff, exits, undo_path};
use crate::crash::accounts::everything;
use crate::program::Installation;

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
    // The lists of this server are never stale, and a link that is taken is waited for.
    let target = format!("zitadel:\n  metadata: {metadata}\n  link: {link}\n  lag_wait: 1s\n{owned}");
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
fn ids_of(before: &BTreeMap<String, String>, zitadel: &ZitadelDouble) -> BTreeSet<String> {
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
            let kept = ids_of(&ids, &zitadel);
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

    /// A plan can be applied later: nothing in it is refused for its content, and without other changes, nothing as
    /// outdated.
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
