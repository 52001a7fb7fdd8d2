//! A list that is filtered by metadata answers wrongly, with 200 and in its usual form.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use testkit::zitadel::{Fault, FaultKind, FilterAnswers, UserState, UserView};

use crate::safety::lab::{Lab, staff};

const LIES: [FilterAnswers; 2] = [FilterAnswers::Nobody, FilterAnswers::Everybody];

/// Sets metadata of an account by hand.
fn set(lab: &Lab, account: &str, key: &str, value: &str) {
    let path = format!("/management/v1/users/{account}/metadata/{key}");
    let body = json!({"value": STANDARD.encode(value)});
    let (status, reply) = lab.zitadel.act("POST", &path, &body);
    assert_eq!(status, 200, "{reply}");
}

fn remove(lab: &Lab, account: &str, key: &str) {
    let path = format!("/management/v1/users/{account}/metadata/{key}");
    let (status, reply) = lab.zitadel.act("DELETE", &path, &json!({}));
    assert_eq!(status, 200, "{reply}");
}

fn accounts(lab: &Lab) -> BTreeMap<String, UserView> {
    let users = lab.zitadel.users().into_iter();
    users.map(|user| (user.id.clone(), user)).collect()
}

/// Twenty people whose accounts have a `localpart` and a `preferred_username` of other tools.
fn chosen(more: &str) -> Lab {
    let lab = Lab::ldap(&staff(20));
    lab.configure(more);
    lab.run("sync").exits(0);
    for (place, user) in lab.zitadel.users().into_iter().enumerate() {
        set(&lab, &user.id, "localpart", &format!("chosen.{place}"));
    }
    lab
}

/// No `localpart` is overwritten, whatever else is checked, and the run reports what was wrong.
#[test]
fn a_filter_that_is_wrong_overwrites_nothing() {
    for mode in ["confirm", "presence"] {
        for lie in LIES {
            let lab = chosen("");
            for user in lab.zitadel.users() {
                if mode == "presence" {
                    set(&lab, &user.id, "preferred_username", "chosen");
                }
            }
            let before = accounts(&lab);
            lab.zitadel.answer_filters(lie);
            let mut command = lab.command("sync");
            command.env("DIRECTORY_SYNC__ZITADEL__METADATA", mode);
            crate::safety::lab::finish(command)
                .exits(0)
                .says("nothing to change")
                .says("the list of accounts filtered by metadata gave wrong answers");
            assert_eq!(accounts(&lab), before, "{mode} {lie:?}");
        }
    }
}

/// A filter that was only late is used again after a second check, and nothing else is reported.
#[test]
fn a_filter_that_catches_up_is_believed() {
    let lab = chosen("");
    lab.run("sync").exits(0);
    let page = r#"{"details":{"timestamp":"2026-01-01T00:00:00Z"}}"#;
    // The list of accounts comes first.
    lab.zitadel
        .inject(Fault::once("POST", "/v2/users", FaultKind::json(200, page)).after(1));
    lab.run("sync")
        .exits(0)
        .says("nothing to change")
        .does_not_say("gave wrong answers");
}

/// An answer about other accounts than those that were asked about is none.
#[test]
fn an_answer_about_others_ends_the_run() {
    let lab = chosen("");
    let before = accounts(&lab);
    lab.zitadel.answer_filters(FilterAnswers::Strangers);
    lab.run("sync")
        .exits(3)
        .says("shows accounts that were not asked about");
    assert_eq!(accounts(&lab), before);
}

/// What came into the account after the plan was made stays, although the filter does not show it.
#[test]
fn a_localpart_that_came_meanwhile_is_not_overwritten() {
    let lab = chosen("");
    let id = lab.account("ada").id;
    remove(&lab, &id, "localpart");
    lab.run("plan --out plan.json").exits(0).says("localpart");
    set(&lab, &id, "localpart", "chosen");
    lab.zitadel.answer_filters(FilterAnswers::Nobody);
    lab.run("apply plan.json")
        .exits(0)
        .says("`localpart` was not written: the account has one");
    assert_eq!(lab.account("ada").metadata["localpart"], "chosen");
}

/// Where only the presence of a value is looked at, a value that came meanwhile stays likewise.
#[test]
fn a_value_that_came_meanwhile_and_is_only_looked_for_is_not_overwritten() {
    let lab = chosen("");
    let presence = |arguments: &str| {
        let mut command = lab.command(arguments);
        command.env("DIRECTORY_SYNC__ZITADEL__METADATA", "presence");
        crate::safety::lab::finish(command)
    };
    let id = lab.account("ada").id;
    remove(&lab, &id, "preferred_username");
    presence("plan --out plan.json")
        .exits(0)
        .says("preferred_username");
    set(&lab, &id, "preferred_username", "chosen");
    let before = accounts(&lab);
    lab.zitadel.answer_filters(FilterAnswers::Nobody);
    presence("apply plan.json")
        .exits(0)
        .says("`preferred_username` was not written: the account has one");
    assert_eq!(accounts(&lab), before);
}

/// Where an account has none, it is written, in one read of the account and one write.
#[test]
fn a_missing_localpart_is_written_after_a_look() {
    let lab = chosen("");
    let id = lab.account("ada").id;
    remove(&lab, &id, "localpart");
    lab.zitadel.reset_counts();
    lab.run("sync").exits(0);
    let counts = lab.zitadel.request_counts();
    // One read tests the filter, and one comes before the write.
    assert_eq!(counts["POST /management/v1/users/{userId}/metadata/_search"], 2);
    assert!(lab.account("ada").metadata.contains_key("localpart"));
    lab.run("sync").exits(0).says("nothing to change");
}

/// An account without anything of this tool's is not removed because a filter shows what is not there.
#[test]
fn a_filter_that_shows_everyone_proves_no_account_to_be_ours() {
    for fate in ["delete", "deactivate"] {
        let people = staff(20);
        let lab = Lab::csv(&people);
        lab.run("sync").exits(0);
        lab.people(&people[..19]);
        lab.configure(&format!("policy:\n  absent: {fate}\n"));
        let id = lab.account(&people[19].email).id;
        lab.run("plan --out plan.json").exits(0);
        remove(&lab, &id, "localpart");
        let before = accounts(&lab);
        lab.run("apply plan.json")
            .exits(1)
            .says("it was not removed: it has no `localpart`, so it may not be ours");
        lab.zitadel.answer_filters(FilterAnswers::Everybody);
        lab.run("sync").exits(0).says("it has no `localpart`");
        assert_eq!(accounts(&lab), before, "{fate}");
    }
}

/// Nor does it hide that another configuration looks after an account.
#[test]
fn a_filter_that_shows_everyone_hides_no_other_configuration() {
    let people = staff(20);
    let lab = Lab::csv(&people);
    lab.run("sync").exits(0);
    lab.people(&people[..19]);
    lab.configure("policy:\n  absent: delete\n");
    lab.run("plan --out plan.json").exits(0).says("1 to delete");
    let id = lab.account(&people[19].email).id;
    set(&lab, &id, "directory-sync.provider", "csv:elsewhere.csv");
    let before = accounts(&lab);
    lab.run("sync")
        .exits(0)
        .says("it belongs to provider `csv:elsewhere.csv`");
    lab.zitadel.answer_filters(FilterAnswers::Everybody);
    lab.run("apply plan.json")
        .exits(1)
        .says("it was not removed: another configuration manages it");
    lab.run("sync").exits(0).says("it belongs to provider");
    assert_eq!(accounts(&lab), before);
}

/// Marks of a deactivation and notes of an absence are what they are, whatever the filter says.
#[test]
fn marks_and_notes_do_not_depend_on_a_filter() {
    for lie in LIES {
        let people = staff(20);
        let lab = Lab::csv(&people);
        lab.configure("policy:\n  absent: deactivate\n  grace:\n    runs: 3\n");
        lab.run("sync").exits(0);
        lab.people(&people[..19]);
        lab.run("sync").exits(0).says("1 marked as absent");
        lab.zitadel.answer_filters(lie);
        lab.run("sync").exits(0).says("seen by 2 runs");
        lab.people(&people);
        lab.run("sync").exits(0).says("no longer missing");
        lab.zitadel.clear_faults();
        let account = lab.account(&people[19].email);
        assert_eq!(account.state, UserState::Active);
        assert!(
            !account.metadata.contains_key("directory-sync.missing_since"),
            "{lie:?}"
        );
    }
}
