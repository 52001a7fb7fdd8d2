//! Removals while the target's list is stale: the account itself decides.

use serde_json::{Value as Json, json};
use testkit::zitadel::{Fault, FaultKind, ReadSide, UserSeed, UserState};

use crate::safety::lab::{Lab, staff};

/// Ten people with accounts, of whom the tenth has left, and a list that stays unchanged.
fn one_absent(fate: &str) -> (Lab, String) {
    let people = staff(10);
    let lab = Lab::csv(&people);
    lab.run("sync").exits(0);
    lab.people(&people[..9]);
    lab.configure(&format!("policy:\n  absent: {fate}\n"));
    lab.zitadel.freeze_projection(ReadSide::Users);
    let id = lab.account(&people[9].email).id;
    (lab, id)
}

fn act(lab: &Lab, method: &str, path: &str, body: &Json) {
    let (status, reply) = lab.zitadel.act(method, path, body);
    assert_eq!(status, 200, "{reply}");
}

/// The list still shows the id of a former person on an account that belongs to another person now.
#[test]
fn no_person_is_removed_because_a_list_is_late() {
    for fate in ["delete", "deactivate"] {
        let (lab, id) = one_absent(fate);
        let body = json!({"profile": {"givenName": "New", "familyName": "Owner", "nickName": "6e6577"}});
        act(&lab, "PUT", &format!("/v2/users/human/{id}"), &body);
        lab.run("sync")
            .exits(1)
            .says("the account has changed since the list of accounts was read; it was not removed");
        assert_eq!(lab.zitadel.user(&id).unwrap().state, UserState::Active);
    }
}

/// A deactivation that the list does not show yet is not taken for this tool's.
#[test]
fn an_account_that_an_administrator_deactivated_meanwhile_is_not_marked() {
    let (lab, id) = one_absent("deactivate");
    act(&lab, "POST", &format!("/v2/users/{id}/deactivate"), &json!({}));
    lab.run("sync").exits(0);
    let metadata = lab.zitadel.user(&id).unwrap().metadata;
    assert!(
        !metadata.contains_key("directory-sync.disabled_by"),
        "{metadata:?}"
    );
}

/// The account with the login name of a new person is checked like all listed accounts.
#[test]
fn a_protected_account_that_turns_up_late_is_not_taken() {
    let people = staff(1);
    let lab = Lab::csv(&people);
    lab.configure(&format!("guard: {{protected: ['{}']}}\n", people[0].email));
    lab.zitadel.freeze_projection_for(ReadSide::Users, 1);
    let account = lab.zitadel.add_user(UserSeed {
        email: people[0].email.clone(),
        email_verified: true,
        given_name: "Ada".to_owned(),
        family_name: "Test".to_owned(),
        ..UserSeed::default()
    });
    let before = lab.zitadel.user(&account);
    lab.run("sync").exits(1).says("`guard.protected` names it");
    assert_eq!(lab.zitadel.user(&account), before);
}

/// An answer that says at once that all is well and that there is no such account says nothing about it: the account is
/// neither removed nor taken for gone.
#[test]
fn an_answer_that_contradicts_itself_takes_no_person_for_gone() {
    for fate in ["delete", "deactivate"] {
        let (lab, _) = one_absent(fate);
        let before = lab.zitadel.users();
        let gone = r#"{"code":5,"message":"User could not be found","details":[{"id":"QUERY-Dfbg2"}]}"#;
        let fault = Fault::once("GET", "/v2/users/", FaultKind::json(200, gone));
        lab.zitadel.inject(fault.times(u64::MAX));
        lab.run("sync")
            .exits(1)
            .says("read_user: 404 User could not be found (QUERY-Dfbg2)");
        assert_eq!(lab.zitadel.users(), before, "{fate}");
        assert_eq!(lab.zitadel.users().len(), 10);
    }
}
