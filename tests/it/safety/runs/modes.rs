//! Ways to look at less, or to write more, that make nothing less safe.

use testkit::people::Person;
use testkit::zitadel::{Fault, FaultKind, UserSeed, UserState, Version, ZitadelDouble};
use uuid::{Uuid, uuid};

use crate::safety::lab::{Lab, Run, finish, staff};

const LOCALPARTS: Uuid = uuid!("d9979cff-abee-4666-bc88-1ec45a843fb8");

/// An account as this tool creates it.
fn account(uid: &str) -> UserSeed {
    let localpart = Uuid::new_v5(&LOCALPARTS, uid.as_bytes()).to_string();
    UserSeed {
        email: format!("{uid}@example.com"),
        email_verified: true,
        given_name: uid[..1].to_uppercase() + &uid[1..],
        family_name: "Test".into(),
        display_name: "Somebody".into(),
        nick_name: hex::encode(uid),
        metadata: vec![
            ("localpart".into(), localpart.into_bytes()),
            ("preferred_username".into(), uid.as_bytes().to_vec()),
        ],
        roles: vec!["User".into()],
        ..UserSeed::default()
    }
}

fn run(lab: &Lab, arguments: &str, keys: &[(&str, &str)]) -> Run {
    let mut command = lab.command(arguments);
    for (key, value) in keys {
        command.env(format!("DIRECTORY_SYNC__ZITADEL__{key}"), value);
    }
    finish(command)
}

/// People with accounts in every state that removals and reactivations depend on.
fn world(version: Version) -> Lab {
    let lab = Lab::ldap_on(version, &staff(5));
    lab.configure("policy:\n  absent: delete\n");
    let marked = ("directory-sync.disabled_by".into(), b"directory-sync".to_vec());
    let mut ours = account("ben");
    ours.metadata.push(marked.clone());
    ours.state = Some(UserState::Inactive);
    let mut left = account("dora");
    left.metadata.push(marked);
    lab.zitadel.add_users([
        account("ada"),
        ours,
        // Blocked by an administrator.
        UserSeed {
            state: Some(UserState::Inactive),
            ..account("cleo")
        },
        // A mark that an interrupted run has left.
        left,
        account("absent"),
        // Nothing shows that this tool made it.
        UserSeed {
            metadata: vec![],
            ..account("foreign")
        },
        // Half made by this tool: its person is present.
        UserSeed {
            roles: vec![],
            ..account("emil")
        },
    ]);
    lab
}

fn left(zitadel: &ZitadelDouble) -> Vec<(String, UserState)> {
    let users = zitadel.users();
    users
        .into_iter()
        .map(|user| (user.username, user.state))
        .collect()
}

/// However little is looked at, the same accounts are deleted, activated, and left blocked.
#[test]
fn a_mode_changes_no_removal_and_no_reactivation() {
    for version in [Version::V2_64, Version::V4] {
        let mut outcomes = Vec::new();
        for mode in ["confirm", "presence", "skip"] {
            let lab = world(version);
            run(&lab, "", &[("METADATA", mode)]).exits(0);
            outcomes.push(left(&lab.zitadel));
        }
        assert_eq!(outcomes[0].len(), 6);
        let inactive = outcomes[0]
            .iter()
            .filter(|(_, state)| *state == UserState::Inactive);
        let inactive: Vec<_> = inactive.map(|(name, _)| name.as_str()).collect();
        assert_eq!(inactive, ["cleo@example.com"]);
        assert!(
            outcomes.iter().all(|outcome| *outcome == outcomes[0]),
            "{outcomes:?}"
        );
    }
}

/// The link was made by hand, and its owner can sign in as this person, so an administrator has to decide.
#[test]
fn a_foreign_link_stays_and_is_reported() {
    let lab = Lab::ldap(&[
        Person::new("ada", "Ada", "Test"),
        Person::new("ben", "Ben", "Test"),
    ]);
    lab.configure("feature_flags: [sso_login]\n");
    let idp = lab.zitadel.idp_id();
    let foreign = (idp.clone(), "somebody".to_owned(), String::new());
    let elsewhere = (
        lab.zitadel.add_identity_provider(None),
        "ben".to_owned(),
        String::new(),
    );
    lab.zitadel.add_users([
        UserSeed {
            links: vec![foreign],
            ..account("ada")
        },
        UserSeed {
            links: vec![elsewhere],
            ..account("ben")
        },
    ]);
    let keys = [("IDP_ID", idp.as_str()), ("LINK", "existing")];
    for changes in ["1 updated", "nothing to change"] {
        run(&lab, "", &keys).exits(0).says(changes).says(
            "`idp_link` belongs to another person and stays, because directory-sync did not write it; if \
                 that person must not sign in here, remove it by hand",
        );
    }
    let links = |uid| -> Vec<String> {
        let links = lab.account(uid).links;
        links.into_iter().map(|link| link.user_id).collect()
    };
    assert_eq!(
        (links("ada"), links("ben")),
        (vec!["somebody".into()], vec!["ben".into(), "ben".into()])
    );
}

fn links(lab: &Lab, uid: &str) -> Vec<String> {
    let links = lab.account(uid).links;
    links.into_iter().map(|link| link.user_id).collect()
}

/// Without the link, the person cannot sign in. The account belongs to no one yet, so that each run reports it.
#[test]
fn a_link_that_another_account_has_is_reported_in_each_run() {
    let lab = Lab::ldap(&[Person::new("ada", "Ada", "Test")]);
    lab.configure("feature_flags: [sso_login]\n");
    let idp = lab.zitadel.idp_id();
    lab.zitadel.add_user(UserSeed {
        nick_name: String::new(),
        family_name: "Maiden".into(),
        roles: vec![],
        metadata: vec![],
        ..account("ada")
    });
    let other = lab.zitadel.add_user(UserSeed {
        nick_name: String::new(),
        roles: vec![],
        links: vec![(idp.clone(), "ada".to_owned(), String::new())],
        ..account("other")
    });
    let keys = [("IDP_ID", idp.as_str())];
    for _ in 0..2 {
        run(&lab, "", &keys)
            .exits(1)
            .says("another account has the link to the identity provider");
    }
    let path = format!("/v2/users/{other}/links/{idp}/ada");
    let (status, reply) = lab.zitadel.act("DELETE", &path, &serde_json::json!({}));
    assert_eq!(status, 200, "{reply}");
    run(&lab, "", &keys).exits(0).says("1 adopted");
    assert_eq!(links(&lab, "ada"), ["ada"]);
    run(&lab, "", &keys).exits(0).says("nothing to change");
}

/// The owner of the former id must not keep access only because one request failed.
#[test]
fn a_link_of_a_former_id_goes_although_a_run_broke_off() {
    for fault in [
        Fault::once("DELETE", "/v2/users/", FaultKind::status(400)),
        Fault::nth_write(2, FaultKind::status(400)),
    ] {
        let lab = Lab::ldap(&[Person::new("ada", "Ada", "Test")]);
        lab.configure("feature_flags: [sso_login]\n");
        let idp = lab.zitadel.idp_id();
        lab.zitadel.add_user(UserSeed {
            nick_name: hex::encode("former"),
            links: vec![(idp.clone(), "former".to_owned(), String::new())],
            ..account("ada")
        });
        lab.zitadel.reset_counts();
        lab.zitadel.inject(fault);
        let keys = [("IDP_ID", idp.as_str())];
        run(&lab, "", &keys).exits(1);
        run(&lab, "", &keys).exits(0).says("1 adopted");
        assert_eq!(links(&lab, "ada"), ["ada"]);
    }
}

/// A broken proxy goes on and on; the run does not.
#[test]
fn a_list_without_end_ends_the_run() {
    for version in [Version::V2_64, Version::V4] {
        let lab = Lab::ldap_on(version, &staff(3));
        lab.zitadel.add_user(account("ada"));
        let path = match version {
            Version::V2_64 => "/v2/users",
            _ => "/zitadel.user.v2.UserService/ListUsers",
        };
        lab.zitadel.inject(Fault::once("POST", path, FaultKind::Endless));
        run(&lab, "", &[]).exits(3).says("the list has no end");
        assert_eq!(lab.zitadel.writes(), []);
    }
}

/// Where only one request an account can tell, the log says how many that are, and what saves them.
#[test]
fn one_request_an_account_is_announced() {
    let lab = Lab::ldap_on(Version::V2_64, &staff(120));
    run(&lab, "", &[]).exits(0);
    run(&lab, "", &[])
        .exits(0)
        .says("cannot filter users by metadata")
        .says("the event log cannot be read")
        .says("reading them one by one")
        .says("accounts=120 requests_for_metadata=120 requests_for_links=0");
    lab.zitadel.reset_counts();
    run(&lab, "", &[("METADATA", "skip")])
        .exits(0)
        .says("the metadata of these active accounts is not read");
    lab.zitadel.let_service_user_view_instance();
    run(&lab, "", &[]).exits(0).does_not_say("one by one");
    let counts = lab.zitadel.request_counts();
    assert_eq!(
        counts.get("POST /management/v1/users/{userId}/metadata/_search"),
        None
    );
}
