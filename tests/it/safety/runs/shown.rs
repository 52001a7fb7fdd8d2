//! A run writes what its plan shows, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use testkit::people::Person;
use testkit::zitadel::{UserSeed, UserView, ZitadelDouble};

use crate::safety::lab::{Lab, Run};

/// Names of what changes, by account.
type Changes = BTreeMap<String, BTreeSet<String>>;

/// Accounts as administrators make them: with names of their own, in part, or like this tool would.
fn made_by_hand(lab: &Lab) {
    let account = |uid: &str| UserSeed {
        email: format!("{uid}@example.com"),
        email_verified: true,
        given_name: "By".into(),
        family_name: "Hand".into(),
        display_name: "Somebody".into(),
        ..UserSeed::default()
    };
    lab.zitadel.add_users([
        account("ada"),
        UserSeed {
            given_name: "Ben".into(),
            family_name: "Test".into(),
            roles: vec!["User".into()],
            ..account("ben")
        },
        UserSeed {
            given_name: "Cleo".into(),
            family_name: "Test".into(),
            metadata: vec![("localpart".into(), b"cleo".to_vec())],
            ..account("cleo")
        },
    ]);
}

fn run(lab: &Lab, arguments: &str) -> Run {
    let mut command = lab.command(arguments);
    command.env("DIRECTORY_SYNC__ZITADEL__IDP_ID", lab.zitadel.idp_id());
    crate::safety::lab::finish(command)
}

/// What the plan says of accounts that exist.
fn shown(plan: &str) -> Changes {
    let plan: Json = serde_json::from_str(plan.lines().next().unwrap()).unwrap();
    let mut changes = Changes::new();
    for change in plan["changes"].as_array().unwrap() {
        let Some(account) = change["target_id"].as_str() else {
            continue;
        };
        let attributes = change["attributes"].as_array().unwrap().iter();
        let mut names: BTreeSet<String> = attributes
            .map(|attribute| attribute["name"].as_str().unwrap().to_owned())
            .collect();
        if change.get("id_before").is_some() {
            names.insert("external id".into());
        }
        if change.get("grant").is_some() {
            names.insert("role".into());
        }
        // What Zitadel shows of a name is made of the two.
        if names.contains("first_name") || names.contains("last_name") {
            names.insert("display name".into());
        }
        changes.insert(account.to_owned(), names);
    }
    changes
}

fn written(before: &[UserView], zitadel: &ZitadelDouble) -> Changes {
    let mut changes = Changes::new();
    for before in before {
        let after = zitadel.user(&before.id).unwrap();
        let mut names = BTreeSet::new();
        let mut note = |name: &str, differs: bool| {
            if differs {
                names.insert(name.to_owned());
            }
        };
        note("external id", before.nick_name != after.nick_name);
        note("first_name", before.given_name != after.given_name);
        note("last_name", before.family_name != after.family_name);
        note("display name", before.display_name != after.display_name);
        note(
            "email",
            (&before.email, &before.username) != (&after.email, &after.username),
        );
        note("phone", before.phone != after.phone);
        note("idp_link", before.links != after.links);
        note("role", before.grants != after.grants);
        for key in before.metadata.keys().chain(after.metadata.keys()) {
            let name = key.trim_start_matches("directory-sync.");
            note(name, before.metadata.get(key) != after.metadata.get(key));
        }
        if !names.is_empty() {
            changes.insert(before.id.clone(), names);
        }
    }
    changes
}

fn both(command: &str, dry: &str, keys: &str) -> (Changes, Changes) {
    let people = ["ada", "ben", "cleo"].map(|uid| {
        let first = uid[..1].to_uppercase() + &uid[1..];
        Person::new(uid, &first, "Test")
    });
    let lab = Lab::ldap(&people);
    lab.configure(keys);
    made_by_hand(&lab);
    let before = lab.zitadel.users();
    let plan = run(&lab, &format!("{dry} --format json")).exits(0);
    run(&lab, command).exits(0);
    (shown(&plan.out), written(&before, &lab.zitadel))
}

#[test]
fn a_run_writes_what_its_plan_shows() {
    for keys in ["", "feature_flags: [sso_login]\n"] {
        for (command, dry) in [("link-ids", "link-ids --dry-run"), ("sync", "plan")] {
            let (shown, written) = both(command, dry, keys);
            assert_eq!(shown, written, "{command} {keys}");
            assert_eq!(shown.len(), 3, "{command} {keys}");
            let all: BTreeSet<&str> = shown.values().flatten().map(String::as_str).collect();
            assert_eq!(all.contains("idp_link"), command == "sync" && !keys.is_empty());
            if command == "link-ids" {
                assert_eq!(all, ["external id", "localpart", "provider", "role"].into());
            }
        }
    }
}
