//! Settings that only take actions away: `policy.remove`, `delete_deactivates`, `create_deactivated` and
//! `update_provider_mismatch`.

use testkit::people::Person;
use testkit::zitadel::{Fault, FaultKind, Matches, UserSeed, UserState, UserView, Version};

use crate::safety::lab::{Lab, finish, staff};

const CREATED_DEACTIVATED: &str = "policy: {create_deactivated: true}\n";

/// Twelve people have accounts; since then one has left, one is disabled, and one is new.
fn changed(policy: &str) -> Lab {
    let lab = Lab::ldap(&staff(12));
    lab.run("sync").exits(0);
    lab.slapd().delete(&Person::new("ben", "", "").dn());
    lab.disable("cleo");
    lab.slapd().add(&Person::new("zoe", "Zoe", "Test"));
    lab.configure(&format!(
        "guard: {{max_removals: 5}}\npolicy: {{absent: delete, {policy}}}\n"
    ));
    lab
}

fn state(lab: &Lab, id: &str) -> UserState {
    lab.account(id).state
}

/// For no cause, and by no command.
#[test]
fn no_person_is_removed_for_any_cause() {
    let lab = changed("remove: false");
    lab.run("sync --report report.json --undo-file undo.json")
        .exits(0)
        .says("x delete")
        .says("): `policy.remove` is false")
        .says("Plan: 1 to create; 10 unchanged, 2 withheld");
    assert_eq!(lab.names().len(), 13);
    let withheld = lab.json("report.json")["withheld"].clone();
    assert_eq!(withheld.as_array().unwrap().len(), 2);
    assert_eq!(withheld[0]["setting"], "`policy.remove` is false");
    // What undoes a creation is a removal as well.
    lab.run("undo undo.json")
        .exits(0)
        .says("x delete")
        .says("`policy.remove` is false");
    assert_eq!(lab.names().len(), 13);
}

/// Deactivated once, and left alone afterwards; who is back is let in again.
#[test]
fn a_delete_becomes_a_deactivation() {
    let lab = changed("delete_deactivates: true");
    lab.run("plan --out plan.json").exits(0);
    lab.run("apply plan.json")
        .exits(0)
        .says("Done: 1 created, 2 deactivated");
    for id in ["ben", "cleo"] {
        assert_eq!(state(&lab, id), UserState::Inactive, "{id}");
    }
    lab.run("plan --detailed-exit-code")
        .exits(0)
        .says("nothing to change; 13 unchanged");
    lab.slapd().add(&Person::new("ben", "Ben", "Test"));
    lab.run("sync").exits(0).says("Done: 1 reactivated");
    assert_eq!(state(&lab, "ben"), UserState::Active);
}

/// A new account waits for an administrator, and is the administrator's from then on.
#[test]
fn a_new_account_waits_to_be_activated() {
    let lab = Lab::csv(&staff(2));
    lab.configure(CREATED_DEACTIVATED);
    lab.run("sync --verify")
        .exits(0)
        .says("x reactivate")
        .says("`policy.create_deactivated` is true")
        .says("Done: 2 created");
    let ada = lab.account("ada@example.com");
    assert_eq!(ada.state, UserState::Inactive);
    assert_eq!(ada.grants.len(), 1);
    assert!(
        !ada.metadata.contains_key("directory-sync.disabled_by"),
        "{ada:?}"
    );
    lab.run("plan --detailed-exit-code")
        .exits(0)
        .says("skipped 2: it is deactivated, as new accounts are until an administrator activates them");
    let path = format!("/v2/users/{}/reactivate", ada.id);
    assert_eq!(lab.zitadel.act("POST", &path, &serde_json::json!({})).0, 200);
    lab.run("sync").exits(0);
    assert_eq!(state(&lab, "ada@example.com"), UserState::Active);
    // Without the setting, only accounts that this tool deactivated are activated.
    lab.configure("");
    lab.run("sync").exits(0);
    assert_eq!(state(&lab, "ben@example.com"), UserState::Inactive);
}

/// An account that was made and not deactivated is not a person's wish: the next run completes it, wherever it broke off.
#[test]
fn an_interrupted_creation_is_completed() {
    // The writes are: create, deactivate, give the role, take the mark away.
    for (write, state_between) in [
        (2, UserState::Active),
        (3, UserState::Inactive),
        (4, UserState::Inactive),
    ] {
        let lab = Lab::csv(&staff(1));
        lab.configure(CREATED_DEACTIVATED);
        let refused = r#"{"code": 9, "message": "no", "details": []}"#;
        lab.zitadel.reset_counts();
        lab.zitadel
            .inject(Fault::nth_write(write, FaultKind::json(400, refused)));
        lab.run("sync").exits(1);
        let id = "ada@example.com";
        assert_eq!(state(&lab, id), state_between, "{write}");
        lab.run("sync").exits(0).says("Done: 1 updated");
        let ada = lab.account(id);
        assert_eq!((ada.state, ada.grants.len()), (UserState::Inactive, 1), "{write}");
        assert!(
            !ada.metadata.contains_key("directory-sync.disabled_by"),
            "{write}: {ada:?}"
        );
        lab.run("plan --detailed-exit-code").exits(0);
    }
}

/// Also where metadata is not looked at, and the server can only be asked account by account; a limit of the server counts
/// like the configuration.
#[test]
fn an_interrupted_creation_is_completed_by_an_old_server_without_looks_at_metadata() {
    for (policy, limit) in [
        (CREATED_DEACTIVATED, None),
        ("", Some("create-as-disabled: true")),
    ] {
        let lab = Lab::ldap_on(Version::V2_64, &staff(3));
        if let Some(limit) = limit {
            lab.zitadel
                .set_organization_metadata("directory-sync.policy", limit);
        }
        lab.configure(policy);
        let run = || {
            let mut command = lab.command("sync");
            command.env("DIRECTORY_SYNC__ZITADEL__METADATA", "skip");
            finish(command)
        };
        let refused = FaultKind::json(400, r#"{"code": 9, "message": "no", "details": []}"#);
        let deactivate = Fault {
            matches: Matches::Writes,
            ..Fault::always(refused)
        };
        lab.zitadel.inject(deactivate.after(1).times(1));
        run().exits(1);
        let states = |wanted: UserState| {
            let users = lab.zitadel.users().into_iter();
            users.filter(|user| user.state == wanted).count()
        };
        let unfinished = || {
            let marked = |user: &UserView| user.metadata.contains_key("directory-sync.disabled_by");
            lab.zitadel.users().into_iter().filter(marked).count()
        };
        assert_eq!(unfinished(), 1, "{policy}");
        run().exits(0).says("Done: 1 updated");
        assert_eq!((states(UserState::Inactive), unfinished()), (3, 0), "{policy}");
        // Without the setting, it is not checked, as before.
        run().exits(0).says("in sync");
        lab.zitadel.remove_organization_metadata("directory-sync.policy");
        lab.configure("");
        lab.zitadel.reset_counts();
        run().exits(0);
        assert_eq!(states(UserState::Inactive), 3, "{policy}");
    }
}

/// A plan that waits makes its accounts deactivated, too.
#[test]
fn a_plan_that_waits_makes_deactivated_accounts() {
    let lab = Lab::csv(&staff(1));
    lab.configure(CREATED_DEACTIVATED);
    lab.run("plan --out plan.json").exits(0);
    lab.run("apply plan.json").exits(0).says("Done: 1 created");
    assert_eq!(state(&lab, "ada@example.com"), UserState::Inactive);
}

/// Whose an account is, the plan shows; neither an update nor an adoption nor a removal touches it.
#[test]
fn accounts_of_others_are_not_touched() {
    let lab = Lab::ldap(&staff(4));
    lab.configure("provider: staff\n");
    lab.run("sync").exits(0);
    lab.slapd().delete(&Person::new("ben", "", "").dn());
    lab.slapd()
        .replace(&Person::new("ada", "", "").dn(), "sn", &["Lovelace"]);
    lab.disable("cleo");
    lab.slapd().add(&Person::new("yan", "Yan", "Test"));
    lab.zitadel.add_user(UserSeed {
        email: "yan@example.com".into(),
        email_verified: true,
        given_name: "Yan".into(),
        family_name: "Test".into(),
        ..UserSeed::default()
    });
    let policy = "guard: {max_removals: 4}\npolicy: {absent: delete, update_provider_mismatch: false}\n";
    lab.configure(&format!("provider: students\n{policy}"));
    let whose = "`policy.update_provider_mismatch` is false: the account belongs to provider `staff`";
    lab.run("sync")
        .exits(0)
        .says(&format!(
            "last_name, provider  (uid=ada,ou=people,dc=example,dc=com, account {}): {whose}",
            lab.account("ada").id
        ))
        .says(&format!("): {whose}"))
        .says("is false: the account names no provider, so it was made by hand or by another tool")
        .says("it belongs to provider `staff`")
        .says("Plan: nothing to change");
    assert_eq!(lab.names().len(), 5);
    assert_eq!(lab.account("ada").family_name, "Test");
    // Its own configuration still does all of it, but for the account that was made by hand.
    lab.configure(&format!("provider: staff\n{policy}"));
    lab.run("sync").exits(0).says("Done: 1 updated, 2 deleted");
    assert_eq!(lab.names().len(), 3);
}
