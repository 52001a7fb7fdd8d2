//! What an undo finds that the run did not leave: accounts of other runs, stale lists, missing roles.

use serde_json::json;
use testkit::people::Person;
use testkit::zitadel::{Fault, FaultKind, ReadSide};

use crate::crash::accounts::everything;
use crate::safety::lab::{Lab, staff};

/// A run that could not make an account, since it was there, has nothing to delete.
#[test]
fn an_account_that_the_run_was_refused_stays() {
    let lab = Lab::csv(&staff(3));
    lab.zitadel.freeze_projection(ReadSide::Users);
    lab.zitadel.freeze_projection(ReadSide::Grants);
    lab.run("sync").exits(0);
    // Its lists are empty, so it wants to create all of them once more.
    lab.run("sync --undo-file undo.json").exits(1).says("3 failed");
    lab.zitadel.thaw_projection(ReadSide::Users);
    lab.zitadel.thaw_projection(ReadSide::Grants);
    lab.configure("guard: {max_removals: 5}\n");
    let before = everything(&lab.zitadel);
    assert_eq!(lab.names().len(), 3);
    lab.run("undo undo.json").exits(0).says("nothing to change");
    assert_eq!(everything(&lab.zitadel), before);
}

/// An answer that was lost says nothing: the account may be the run's.
#[test]
fn an_account_whose_making_got_no_answer_is_deleted() {
    let lab = Lab::csv(&staff(1));
    lab.zitadel.freeze_projection(ReadSide::Users);
    lab.zitadel
        .inject(Fault::once("POST", "/v2/users/human", FaultKind::LoseReply));
    lab.run("sync --undo-file undo.json")
        .exits(1)
        .says("create_user_again: 409");
    lab.zitadel.thaw_projection(ReadSide::Users);
    lab.configure("guard: {max_removals: 5}\n");
    lab.run("undo undo.json").exits(0).says("1 deleted");
}

/// Stale lists show the accounts as before the run, as if there were nothing to undo.
#[test]
fn an_undo_waits_for_stale_lists() {
    for (count, name) in [(3, "Lovelace"), (2, "Test")] {
        let lab = Lab::csv(&staff(3));
        lab.configure("policy: {absent: delete}\nguard: {max_removals: 5}\n");
        lab.run("sync").exits(0);
        let before = everything(&lab.zitadel);
        lab.zitadel.freeze_projection(ReadSide::Users);
        let mut people = staff(count);
        people[0] = Person::new("ada", "Ada", name);
        lab.people(&people);
        lab.run("sync --undo-file undo.json").exits(0);
        let config = std::fs::read_to_string(lab.path("config.yaml")).unwrap();
        let hasty = config.replacen("zitadel:\n", "zitadel:\n  lag_wait: 1s\n", 1);
        std::fs::write(lab.path("config.yaml"), hasty).unwrap();
        lab.zitadel.reset_counts();
        lab.run("undo undo.json --report report.json")
            .exits(3)
            .says("do not yet show everything that the run wrote (`zitadel.lag_wait`)")
            .says("run the same command again later; nothing was changed");
        assert_eq!(lab.zitadel.writes(), []);
        assert_eq!(lab.json("report.json")["outcome"], "failed");
        lab.zitadel.thaw_projection(ReadSide::Users);
        lab.run("undo undo.json").exits(0);
        assert_eq!(everything(&lab.zitadel), before);
    }
}

/// A file with a fixed name is another run's by tomorrow.
#[test]
fn an_undo_says_which_run_it_takes_back() {
    let lab = Lab::csv(&staff(2));
    lab.run("sync --undo-file undo.json").exits(0);
    let mut file = lab.json("undo.json");
    file["made"] = "2026-01-31T03:00:01.5Z".into();
    let says = |file: &serde_json::Value, said: &str| {
        std::fs::write(lab.path("undo.json"), file.to_string()).unwrap();
        lab.run("undo undo.json --dry-run --report report.json")
            .says(&format!("\nTakes back {said}\n"));
        assert_eq!(lab.json("report.json")["undoes"], said);
    };
    says(&file, "`sync` of 2026-01-31 03:00:01 UTC");
    file["ended"] = serde_json::Value::Null;
    says(&file, "`sync` of 2026-01-31 03:00:01 UTC, which was interrupted");
}

/// The run gave a leaver's login name to another person, who gives it back first.
#[test]
fn a_login_name_that_the_run_passed_on_goes_back() {
    let lab = Lab::ldap(&staff(3));
    lab.configure("policy: {absent: delete}\nguard: {max_removals: 5}\n");
    lab.run("sync").exits(0);
    let before = everything(&lab.zitadel);
    let address = lab.account("ben").email;
    let ben = Person::new("ben", "", "").dn();
    lab.slapd().change(&format!("dn: {ben}\nchangetype: delete\n"));
    lab.address("ada", &address);
    lab.run("sync --undo-file undo.json")
        .exits(0)
        .says("1 updated, 1 deleted");
    lab.run("undo undo.json --undo-file redo.json")
        .exits(0)
        .says("1 created, 1 updated");
    assert_eq!(everything(&lab.zitadel), before);
    lab.run("undo redo.json").exits(0).says("1 updated, 1 deleted");
}

/// A role that was removed from the project since is left out; the rest is restored.
#[test]
fn an_undo_does_without_roles_that_are_gone() {
    let lab = Lab::csv(&staff(2));
    lab.zitadel.set_roles(&["Guest", "User"]);
    let config = std::fs::read_to_string(lab.path("config.yaml")).unwrap();
    let owned = config.replacen("zitadel:\n", "zitadel:\n  owned_roles: [Guest]\n", 1);
    std::fs::write(lab.path("config.yaml"), owned).unwrap();
    lab.run("sync --undo-file undo.json").exits(0);
    lab.zitadel.set_roles(&["User"]);
    lab.configure("guard: {max_removals: 5}\n");
    lab.run("undo undo.json").exits(0).says("2 deleted");
}

/// An undo of which nothing is left changes nothing: it would only give a role that the configuration does not name, or the
/// role is back already.
#[test]
fn an_undo_that_has_no_role_left_to_give_changes_nothing() {
    let lab = Lab::csv(&staff(2));
    lab.run("sync").exits(0);
    let owned = || {
        lab.configure("");
        let config = std::fs::read_to_string(lab.path("config.yaml")).unwrap();
        let owned = config.replacen("zitadel:\n", "zitadel:\n  owned_roles: [Admin]\n", 1);
        std::fs::write(lab.path("config.yaml"), owned).unwrap();
    };
    let ada = lab.account("ada@example.com");
    let both = json!({"roleKeys": ["Admin", "User"]});
    let path = format!("/management/v1/users/{}/grants/{}", ada.id, ada.grants[0].id);
    let give_both = || assert_eq!(lab.zitadel.act("PUT", &path, &both).0, 200);
    give_both();
    owned();
    lab.run("sync --undo-file undo.json").exits(0).says("role -Admin");
    lab.configure("");
    lab.zitadel.reset_counts();
    lab.run("undo undo.json")
        .exits(0)
        .says("cannot be undone: 1 account: the role `Admin`, which the configuration does not name")
        .says("nothing to change");
    assert_eq!(lab.zitadel.writes(), []);
    owned();
    give_both();
    lab.zitadel.reset_counts();
    lab.run("undo undo.json")
        .exits(0)
        .does_not_say("cannot be undone")
        .says("nothing to change");
    assert_eq!(lab.zitadel.writes(), []);
}

/// The list may not show later changes: no one loses an account that belongs to another person now.
#[test]
fn an_account_of_the_run_that_is_another_persons_by_now_stays() {
    let lab = Lab::csv(&staff(2));
    lab.run("sync --undo-file undo.json").exits(0);
    lab.configure("guard: {max_removals: 5}\n");
    lab.zitadel.freeze_projection(ReadSide::Users);
    let ada = lab.account("ada@example.com").id;
    let body = json!({"username": "grace@example.com"});
    let (status, said) = lab.zitadel.act("PUT", &format!("/v2/users/human/{ada}"), &body);
    assert_eq!(status, 200, "{said}");
    lab.run("undo undo.json")
        .exits(1)
        .says("1 deleted; 1 failed")
        .says("the account has changed since the list of accounts was read; it was not removed");
    assert_eq!(lab.names(), ["grace@example.com"]);
}

/// A later run makes a deleted account again as it makes any, and knows nothing of what else it had.
#[test]
fn an_account_that_a_later_run_made_again_without_all_it_had_is_reported() {
    for more in ["team", "roles", "link", ""] {
        let lab = Lab::csv(&staff(3));
        lab.configure("policy: {absent: delete}\nguard: {max_removals: 5}\n");
        lab.run("sync").exits(0);
        give(&lab, &lab.account("ben@example.com").id, more);
        let before = of_ben(&lab);
        let mut people = staff(3);
        people.remove(1);
        lab.people(&people);
        lab.run("sync --undo-file undo.json").exits(0).says("1 deleted");
        lab.people(&staff(3));
        lab.run("sync --undo-file again.json").exits(0).says("1 created");
        if more.is_empty() {
            lab.run("undo undo.json").exits(0).says("nothing to change");
            continue;
        }
        lab.zitadel.reset_counts();
        lab.run("undo undo.json")
            .exits(1)
            .says("the account was recreated without everything that it had");
        assert_eq!(lab.zitadel.writes(), []);
        // The newest first, as always: then everything comes back, and twice is once.
        lab.run("undo again.json").exits(0).says("1 deleted");
        lab.run("undo undo.json").exits(0).says("1 created");
        assert_eq!(of_ben(&lab), before);
        lab.run("undo undo.json")
            .exits(0)
            .says("Done: nothing is left to undo");
    }
}

/// Grants are in no order.
fn of_ben(lab: &Lab) -> String {
    let mut ben = lab.account("ben@example.com");
    ben.grants.sort_by(|one, other| one.project.cmp(&other.project));
    serde_json::to_string(&ben).unwrap()
}

/// Something that an administrator gives an account.
fn give(lab: &Lab, user: &str, what: &str) {
    let zitadel = &lab.zitadel;
    let (path, body) = match what {
        "team" => (
            format!("/management/v1/users/{user}/metadata/_bulk"),
            json!({"metadata": [{"key": "team", "value": "d2FyZA=="}]}),
        ),
        "roles" => {
            let project = zitadel.add_project(&zitadel.organization_id(), "Other", &["Chief"]);
            let body = json!({"projectId": project, "roleKeys": ["Chief"]});
            (format!("/management/v1/users/{user}/grants"), body)
        }
        "link" => {
            let link = json!({"idpId": zitadel.idp_id(), "userId": "b", "userName": "b"});
            (format!("/v2/users/{user}/links"), json!({"idpLink": link}))
        }
        _ => return,
    };
    let (status, said) = zitadel.act("POST", &path, &body);
    assert!(status < 300, "{said}");
}
