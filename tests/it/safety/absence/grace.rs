//! Accounts of people who are missing stay for a while.

mod clocks;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use testkit::zitadel::{Fault, FaultKind, Moment, UserState};

use crate::safety::lab::{Lab, ended, staff};

const SINCE: &str = "directory-sync.missing_since";
const RUNS: &str = "directory-sync.missing_runs";

/// Ten people with accounts. The tenth one is no longer in the file.
fn one_missing(policy: &str) -> Lab {
    let people = staff(10);
    let lab = Lab::csv(&people);
    lab.run("sync").exits(0);
    lab.people(&people[..9]);
    lab.configure(&format!("policy:\n{policy}"));
    lab.zitadel.reset_counts();
    lab
}

fn missing() -> String {
    staff(10)[9].email.clone()
}

fn days_ago(days: i64) -> String {
    let then = Timestamp::now() - SignedDuration::from_hours(24 * days);
    Timestamp::from_second(then.as_second()).unwrap().to_string()
}

/// What an earlier run would have left on the account, had it run then.
fn note(lab: &Lab, since: &str, runs: &str) {
    let user = lab.account(&missing()).id;
    let entry = |key, value: &str| json!({"key": key, "value": base64(value)});
    let path = format!("/management/v1/users/{user}/metadata/_bulk");
    let body = json!({"metadata": [entry(SINCE, since), entry(RUNS, runs)]});
    let (status, reply) = lab.zitadel.act("POST", &path, &body);
    assert_eq!(status, 200, "{reply}");
}

fn base64(text: &str) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(text)
}

/// The notes on the missing person's account.
fn noted(lab: &Lab) -> (Option<String>, Option<String>) {
    let held = lab.account(&missing()).metadata;
    (held.get(SINCE).cloned(), held.get(RUNS).cloned())
}

fn has_account(lab: &Lab) -> bool {
    lab.names().contains(&missing())
}

/// The first run notes the absence in one request, later ones write nothing, and the account goes when the time has passed.
#[test]
fn an_account_stays_until_the_time_has_passed() {
    let lab = one_missing("  absent: delete\n  grace:\n    after: 14d\n");
    let dry = lab
        .run("plan")
        .exits(0)
        .says("! mark as absent")
        .says("Plan: 1 to mark as absent; 9 unchanged (10 accounts, 10 managed).");
    assert!(dry.out.contains("seen by 1 run  (account"), "{}", dry.out);
    assert!(lab.zitadel.writes().is_empty());

    lab.run("sync --report report.json")
        .exits(0)
        .says("1 marked as absent");
    assert_eq!(lab.zitadel.writes().len(), 1);
    let (since, runs) = noted(&lab);
    let since = since.unwrap();
    assert_eq!(runs.as_deref(), Some("1"));
    let age = Timestamp::now().duration_since(since.parse().unwrap());
    assert!((0..60).contains(&age.as_secs()), "{since}");
    let kept = &lab.json("report.json")["kept_accounts"][0];
    assert_eq!(
        (kept["missing_since"].as_str(), kept["missing_runs"].as_u64()),
        (Some(since.as_str()), Some(1))
    );

    lab.zitadel.reset_counts();
    lab.run("sync").exits(0).says("nothing to change");
    assert!(lab.zitadel.writes().is_empty());

    note(&lab, &days_ago(13), "1");
    lab.run("sync").exits(0).says("nothing to change");
    note(&lab, &days_ago(15), "1");
    lab.run("sync").exits(0).says("1 deleted");
    assert!(!has_account(&lab));
}

/// Runs are counted on the account, and both have to have passed if both are asked for.
#[test]
fn an_account_stays_for_as_many_runs() {
    let lab = one_missing("  absent: deactivate\n  grace:\n    after: 1h\n    runs: 3\n");
    lab.run("sync").exits(0).says("1 marked as absent");
    lab.run("sync").exits(0).says("seen by 2 runs");
    lab.run("sync").exits(0).says("seen by 3 runs");
    // Enough runs, and nothing more to count, but not enough time.
    lab.run("sync").exits(0).says("nothing to change");
    assert_eq!(noted(&lab).1.as_deref(), Some("3"));
    note(&lab, &days_ago(1), "1");
    lab.run("sync").exits(0).says("seen by 2 runs");
    lab.run("sync").exits(0).says("1 deactivated");
    assert_eq!(lab.account(&missing()).state, UserState::Inactive);
    lab.run("sync").exits(0).says("nothing to change");
}

/// A run whose source is incomplete neither counts nor removes.
#[test]
fn an_incomplete_source_does_not_count() {
    let lab = one_missing("  absent: delete\n  grace:\n    runs: 2\n");
    lab.run("sync").exits(0).says("1 marked as absent");
    let whole = std::fs::read_to_string(lab.path("users.csv")).unwrap();
    std::fs::write(lab.path("users.csv"), format!("{whole}broken\n")).unwrap();
    lab.run("sync").exits(1);
    assert_eq!(noted(&lab).1.as_deref(), Some("1"));
    std::fs::write(lab.path("users.csv"), whole).unwrap();
    lab.run("sync").exits(0).says("1 deleted");
}

/// A person who has returned is no longer absent, with any configuration by then. Another absence starts from zero.
#[test]
fn an_absence_that_is_over_does_not_count_for_the_next() {
    for policy in ["  absent: delete\n  grace:\n    after: 14d\n", "  absent: keep\n"] {
        let lab = one_missing("  absent: delete\n  grace:\n    after: 14d\n");
        lab.run("sync").exits(0);
        note(&lab, &days_ago(13), "1");
        lab.people(&staff(10));
        lab.configure(&format!("policy:\n{policy}"));
        lab.run("sync").exits(0).says("no longer missing");
        assert_eq!(noted(&lab), (None, None));
        lab.run("sync").exits(0).says("nothing to change");
        lab.people(&staff(10)[..9]);
        lab.configure("policy:\n  absent: delete\n  grace:\n    after: 1d\n");
        lab.run("sync").exits(0).says("1 marked as absent");
        assert!(has_account(&lab));
    }
}

/// Who was deactivated for being missing is active again, and no longer missing; an administrator's block stays.
#[test]
fn who_comes_back_is_active_again_unless_an_administrator_decided_otherwise() {
    let lab = one_missing("  absent: deactivate\n  grace:\n    after: 14d\n");
    note(&lab, &days_ago(15), "1");
    lab.run("sync").exits(0).says("1 deactivated");
    lab.people(&staff(10));
    lab.run("sync").exits(0).says("1 reactivated");
    let account = lab.account(&missing());
    assert_eq!(account.state, UserState::Active);
    assert_eq!(
        account.metadata.keys().collect::<Vec<_>>(),
        ["directory-sync.provider", "localpart", "preferred_username"]
    );

    note(&lab, &days_ago(3), "1");
    let path = format!("/v2/users/{}/deactivate", account.id);
    assert_eq!(lab.zitadel.act("POST", &path, &json!({})).0, 200);
    lab.run("sync").exits(0).says("deactivated by an administrator");
    assert_eq!(lab.account(&missing()).state, UserState::Inactive);
    assert_eq!(noted(&lab), (None, None));
}

/// A person who is back but disabled is not missing either.
#[test]
fn who_comes_back_disabled_is_not_missing() {
    for (policy, state) in [("deactivate", UserState::Inactive), ("keep", UserState::Active)] {
        let mut people = staff(3);
        let lab = Lab::ldap(&people);
        lab.configure(&format!(
            "policy:\n  absent: delete\n  disabled: {policy}\n  grace:\n    after: 14d\n"
        ));
        lab.run("sync").exits(0);
        lab.slapd().delete(&people[2].dn());
        lab.run("sync").exits(0).says("1 marked as absent");
        people[2].enabled = false;
        lab.slapd().add(&people[2]);
        lab.run("sync").exits(0);
        let account = lab.account(&people[2].uid);
        assert_eq!(account.state, state);
        assert!(!account.metadata.contains_key(SINCE), "{policy}");
        lab.run("sync").exits(0).says("nothing to change");
    }
}

/// An invalid absence marker removes no account: the absence starts again.
#[test]
fn a_note_that_cannot_be_right_starts_anew() {
    let tomorrow = days_ago(-1);
    for (since, runs) in [
        ("yesterday", "1"),
        (tomorrow.as_str(), "1"),
        ("2020-01-01T00:00:00Z", "many"),
    ] {
        let lab = one_missing("  absent: delete\n  grace:\n    after: 14d\n");
        note(&lab, since, runs);
        lab.run("sync")
            .exits(0)
            .says("its absence marker is invalid")
            .says("1 marked as absent");
        assert_eq!(noted(&lab).1.as_deref(), Some("1"));
        lab.run("sync")
            .exits(0)
            .says("nothing to change")
            .does_not_say("its absence marker is invalid");
    }
}

/// Waiting is no removal for the guard, and the end of it is.
#[test]
fn the_guard_counts_the_removal_and_not_the_note() {
    let lab = one_missing("  absent: delete\n  grace:\n    after: 14d\nguard:\n  max_removals: 0\n");
    lab.run("sync").exits(0).says("1 marked as absent");
    note(&lab, &days_ago(15), "1");
    lab.run("sync").exits(4);
    assert!(has_account(&lab));
}

/// A plan file tells of changes to people, not of what a run notes for the next: the person may be back by then.
#[test]
fn a_plan_file_holds_no_notes() {
    let lab = one_missing("  absent: delete\n  grace:\n    after: 14d\n");
    lab.run("plan --out plan.json").exits(0).says("mark as absent");
    assert_eq!(lab.json("plan.json")["changes"], json!([]));
}

/// A saved plan does not remove a person who has returned in the meantime, even if absent again.
#[test]
fn a_plan_that_waits_removes_no_person_who_was_back() {
    let lab = one_missing("  absent: delete\n  grace:\n    after: 14d\n");
    note(&lab, &days_ago(20), "1");
    lab.run("plan --out plan.json").exits(0);
    lab.people(&staff(10));
    lab.run("sync").exits(0);
    lab.run("apply plan.json").exits(1).says("has changed since");
    lab.people(&staff(10)[..9]);
    lab.run("sync").exits(0).says("1 marked as absent");
    lab.run("apply plan.json").exits(1).says("has changed since");
    assert!(has_account(&lab));
    note(&lab, &days_ago(20), "1");
    lab.run("plan --out plan.json").exits(0);
    lab.run("apply plan.json").exits(0).says("1 deleted");
}

/// A person who has returned is no longer absent, even if the rest of the change fails.
#[test]
fn an_absence_is_over_although_the_update_fails() {
    let lab = one_missing("  absent: delete\n  grace:\n    after: 14d\n");
    note(&lab, &days_ago(13), "1");
    let mut people = staff(10);
    people[9].last_name = "Other".to_owned();
    lab.people(&people);
    lab.zitadel
        .inject(Fault::once("PUT", "/v2/users/human", FaultKind::status(400)).times(9));
    lab.run("sync").exits(1);
    assert_eq!(noted(&lab), (None, None));
}

/// Killed after any write, the next run goes on as if nothing had happened.
#[test]
fn a_run_that_was_killed_while_noting_heals() {
    for moment in [Moment::Received, Moment::Processed] {
        let lab = one_missing("  absent: delete\n  grace:\n    runs: 2\n");
        let (tell, told) = std::sync::mpsc::channel::<u32>();
        lab.zitadel.on_write(1, moment, move || {
            let process = told.recv().unwrap();
            let killed = std::process::Command::new("kill")
                .args(["-KILL", &process.to_string()])
                .status();
            assert!(killed.unwrap().success());
        });
        let child = lab.command("sync").spawn().unwrap();
        tell.send(child.id()).unwrap();
        ended(child);
        // The write of the killed run may be done after its end; the next run then is the second one.
        let next = lab.run("sync").exits(0);
        if has_account(&lab) {
            next.says("1 marked as absent");
            lab.run("sync").exits(0).says("1 deleted");
        }
        assert!(!has_account(&lab));
    }
}
