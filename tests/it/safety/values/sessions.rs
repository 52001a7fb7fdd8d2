//! `policy.end_sessions`: deactivated people are signed out, also after an interrupted run.

use serde_json::json;
use testkit::people::Person;
use testkit::ukt::UktDouble;
use testkit::zitadel::{Fault, FaultKind, UserState};

use crate::safety::lab::{Lab, staff};

const MARK: &str = "directory-sync.sign_out";
const SIGNS_OUT: &str =
    "guard: {max_removals: 5}\npolicy: {absent: deactivate, disabled: deactivate, end_sessions: true}\n";

/// Twelve people, each signed in twice; since then Ben has left, and Cleo is disabled.
fn leaving(more: &str) -> Lab {
    let lab = Lab::ldap(&staff(12));
    lab.run("sync").exits(0);
    for user in lab.zitadel.users() {
        lab.zitadel.sign_in(&user.id);
        lab.zitadel.sign_in(&user.id);
    }
    lab.slapd().delete(&Person::new("ben", "", "").dn());
    lab.disable("cleo");
    lab.configure(more);
    lab.zitadel.reset_counts();
    lab
}

/// Who of those who leave has sessions, and how many.
fn sessions(lab: &Lab) -> Vec<(&'static str, usize)> {
    let all = lab.zitadel.sessions();
    let names = ["ada", "ben", "cleo"];
    let of = |name: &str| {
        all.get(&format!("{name}@example.com"))
            .copied()
            .unwrap_or_default()
    };
    names.into_iter().map(|name| (name, of(name))).collect()
}

const ENDED: [(&str, usize); 3] = [("ada", 2), ("ben", 0), ("cleo", 0)];
const KEPT: [(&str, usize); 3] = [("ada", 2), ("ben", 2), ("cleo", 2)];

#[track_caller]
fn assert_deactivated(lab: &Lab) {
    for id in ["ben", "cleo"] {
        let account = lab.account(id);
        assert_eq!(account.state, UserState::Inactive, "{id}");
        assert!(!account.metadata.contains_key(MARK), "{account:?}");
    }
}

#[test]
fn a_deactivated_person_is_signed_out() {
    let lab = leaving(SIGNS_OUT);
    lab.run("plan")
        .exits(0)
        .says("absent from all sources, sessions are ended")
        .says("disabled in the source, sessions are ended");
    let plan = lab.run("plan --format json").exits(0).out;
    let plan: serde_json::Value = serde_json::from_str(plan.lines().next().unwrap()).unwrap();
    assert_eq!(plan["changes"][0]["ends_sessions"], true, "{plan}");
    lab.run("sync --verify").exits(0).says("Done: 2 deactivated");
    assert_eq!(sessions(&lab), ENDED);
    assert_deactivated(&lab);
    lab.run("plan --detailed-exit-code")
        .exits(0)
        .says("nothing to change; 12 unchanged")
        .does_not_say("sessions");
}

/// Zitadel keeps the sessions of deactivated accounts, and so does this tool unless configured otherwise.
#[test]
fn sessions_stay_without_the_key_and_without_a_deactivation() {
    for policy in [
        "policy: {absent: deactivate, disabled: deactivate}\n",
        "policy: {absent: deactivate, disabled: deactivate, end_sessions: true, remove: false}\n",
    ] {
        let lab = leaving(&format!("guard: {{max_removals: 5}}\n{policy}"));
        lab.run("sync").exits(0).does_not_say("sessions are ended,");
        assert_eq!(sessions(&lab), KEPT);
        assert!(
            !lab.zitadel
                .request_counts()
                .keys()
                .any(|path| path.contains("sessions"))
        );
    }
    // Who limits a run from outside decides as well.
    let lab = leaving(SIGNS_OUT);
    lab.zitadel
        .set_organization_metadata("directory-sync.policy", "no-delete: true");
    lab.run("sync").exits(0).says("2 withheld");
    assert_eq!(sessions(&lab), KEPT);
}

/// Instead of a deletion, by a list of leavers, and by a plan that waited.
#[test]
fn every_way_to_a_deactivation_ends_sessions() {
    let deleting = "guard: {max_removals: 5}\npolicy: {absent: delete, end_sessions: true";
    let lab = leaving(&format!("{deleting}, delete_deactivates: true}}\n"));
    lab.run("plan --out plan.json").exits(0);
    assert_eq!(sessions(&lab), KEPT);
    lab.run("apply plan.json").exits(0).says("Done: 2 deactivated");
    assert_eq!(sessions(&lab), ENDED);
    assert_deactivated(&lab);

    let lab = leaving(&format!("{deleting}}}\n"));
    lab.zitadel
        .set_organization_metadata("directory-sync.policy", "delete-disables: true");
    lab.run("sync").exits(0).says("Done: 2 deactivated");
    assert_eq!(sessions(&lab), ENDED);

    let lab = leaving("");
    let list = UktDouble::start();
    list.set_list(&["ben@example.com", "cleo@example.com"]);
    let config = std::fs::read_to_string(lab.path("config.yaml")).unwrap();
    let (zitadel, _) = config.split_once("sources:").unwrap();
    let config = format!(
        "{zitadel}sources:\n  ukt: {{endpoint_url: '{}', oauth2_url: '{}', client_id: sync, client_secret: 's&cret +%', scope: \
         openid read-maillist, grant_type: client_credentials}}\nguard: {{max_removals: 5}}\npolicy: {{listed: deactivate, \
         end_sessions: true}}\n",
        list.list_url(),
        list.token_url()
    );
    crate::program::write_private(&lab.path("config.yaml"), config);
    lab.run("sync")
        .exits(0)
        .says("on the list of leavers, sessions are ended")
        .says("Done: 2 deactivated");
    assert_eq!(sessions(&lab), ENDED);
}

/// One person can be deactivated and signed out now.
#[test]
fn one_person_is_signed_out_now() {
    let lab = leaving(SIGNS_OUT);
    lab.run("sync --only cleo").exits(0).says("Done: 1 deactivated");
    assert_eq!(sessions(&lab), [("ada", 2), ("ben", 2), ("cleo", 0)]);
}

/// A session that begins after everything was read does not survive either.
#[test]
fn a_session_that_begins_at_the_last_moment_is_ended() {
    let lab = leaving(SIGNS_OUT);
    let ben = lab.account("ben").id;
    let path = format!("/v2/users/{ben}/deactivate");
    let body = json!({"checks": {"user": {"userId": ben}}});
    lab.zitadel
        .act_before(("POST", &path), "POST", "/v2/sessions", body);
    lab.run("sync").exits(0);
    assert_eq!(sessions(&lab), ENDED);
}

/// If an account is deactivated by others at the last moment, its sessions stay.
#[test]
fn an_account_that_is_deactivated_meanwhile_is_signed_out_all_the_same() {
    let lab = leaving(SIGNS_OUT);
    let ben = lab.account("ben").id;
    let path = format!("/v2/users/{ben}");
    lab.zitadel
        .act_before(("GET", &path), "POST", &format!("{path}/deactivate"), json!({}));
    lab.run("sync").exits(0);
    assert_eq!(sessions(&lab), ENDED);
    assert_eq!(
        lab.account("ben").metadata.get("directory-sync.disabled_by"),
        None
    );
}

/// After any interruption, the account is deactivated or the next run does it, and no one stays signed in.
#[test]
fn an_interrupted_sign_out_is_completed() {
    let refused = r#"{"code": 9, "message": "no", "details": []}"#;
    // The writes are: mark, deactivate, end one session, end the other, take the note away; for each of both.
    for write in 1..=10 {
        let lab = leaving(SIGNS_OUT);
        lab.zitadel
            .inject(Fault::nth_write(write, FaultKind::json(400, refused)));
        lab.run("sync").exits(1);
        lab.run("sync").exits(0);
        assert_eq!(sessions(&lab), ENDED, "{write}");
        assert_deactivated(&lab);
        lab.run("plan --detailed-exit-code").exits(0);
    }
}

/// A missing permission is reported before anything is changed, or when sessions are not shown.
#[test]
fn missing_rights_are_reported_and_made_good_later() {
    let lab = leaving(SIGNS_OUT);
    lab.zitadel.revoke(&["session.delete"]);
    lab.run("sync").exits(3).says("lacks session.delete");
    lab.run("check").exits(3).says("lacks session.delete");
    assert_eq!(lab.zitadel.writes(), []);

    let lab = leaving(SIGNS_OUT);
    let not_shown = json!({"details": {"totalResult": "2", "timestamp": "2026-11-30T00:00:00Z"}});
    let search = "/v2/sessions/search";
    let fault = Fault::once("POST", search, FaultKind::json(200, not_shown.to_string()));
    lab.zitadel.inject(fault.times(u64::MAX));
    lab.run("sync")
        .exits(1)
        .says("does not show the service account its sessions, of which there are 2");
    for id in ["ben", "cleo"] {
        assert_eq!(lab.account(id).state, UserState::Inactive, "{id}");
    }
    assert_eq!(sessions(&lab), KEPT);
    // A person who has returned in the meantime is signed out and reactivated.
    lab.slapd().add(&Person::new("ben", "Ben", "Test"));
    lab.zitadel.clear_faults();
    lab.run("plan")
        .exits(0)
        .says("sessions are ended, which an earlier run did not finish");
    lab.run("sync").exits(0).says("Done: 1 updated, 1 reactivated");
    assert_eq!(sessions(&lab), ENDED);
    assert_eq!(lab.account("ben").state, UserState::Active);
    lab.run("plan --detailed-exit-code").exits(0);
}

/// The account comes back, and its sessions do not.
#[test]
fn an_undo_says_that_sessions_do_not_come_back() {
    let lab = leaving(SIGNS_OUT);
    let gone = "cannot be undone: 2 accounts: the sessions, which are ended: its person has to sign in again";
    lab.run("sync --undo-file undo.json").exits(0).says(gone);
    let lost = lab.json("undo.json")["cannot_be_undone"].clone();
    assert_eq!(lost.as_array().map(Vec::len), Some(2), "{lost}");
    lab.run("undo undo.json --undo-file again.json")
        .exits(0)
        .says("Done: 2 reactivated")
        .says("2 accounts: the sessions, which the run ended: its person has to sign in again");
    assert_eq!(sessions(&lab), ENDED);
    for id in ["ben", "cleo"] {
        let account = lab.account(id);
        assert_eq!(account.state, UserState::Active, "{id}");
        assert!(!account.metadata.contains_key(MARK), "{account:?}");
        lab.zitadel.sign_in(&account.id);
    }
    // What undoes the undo deactivates, and ends sessions as any deactivation does.
    lab.run("undo again.json")
        .exits(0)
        .says("sessions are ended")
        .says("Done: 2 deactivated");
    assert_eq!(sessions(&lab), ENDED);
    assert_deactivated(&lab);
}

/// No one can be signed in to an account that is just being created.
#[test]
fn a_new_account_has_no_sessions_to_end() {
    let lab = Lab::csv(&staff(2));
    lab.configure("policy: {create_deactivated: true, end_sessions: true}\n");
    lab.run("sync").exits(0).says("Done: 2 created");
    assert!(
        !lab.zitadel
            .request_counts()
            .keys()
            .any(|path| path.contains("sessions"))
    );
    // One that stayed active for a while is another matter.
    let lab = Lab::csv(&staff(1));
    lab.configure("policy: {create_deactivated: true, end_sessions: true}\n");
    lab.zitadel.reset_counts();
    let refused = r#"{"code": 9, "message": "no", "details": []}"#;
    lab.zitadel
        .inject(Fault::nth_write(2, FaultKind::json(400, refused)));
    lab.run("sync").exits(1);
    lab.zitadel.sign_in(&lab.account("ada@example.com").id);
    lab.run("sync")
        .exits(0)
        .says("deactivated, which an earlier run did not finish, sessions are ended");
    assert!(lab.zitadel.sessions().is_empty());
    lab.run("plan --detailed-exit-code").exits(0);
}
