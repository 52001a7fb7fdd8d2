//! `--verify`: a second look after the last write.

use testkit::zitadel::{Fault, FaultKind, ReadSide};

use crate::safety::lab::{Lab, staff};

fn lag_wait(lab: &Lab, wait: &str) {
    let config = std::fs::read_to_string(lab.path("config.yaml")).unwrap();
    let config = config.replacen("zitadel:\n", &format!("zitadel:\n  lag_wait: {wait}\n"), 1);
    std::fs::write(lab.path("config.yaml"), config).unwrap();
}

/// The lists are waited for, and then show that everything holds; text and report say so.
#[test]
fn verify_waits_for_the_lists_and_finds_nothing_left() {
    let lab = Lab::csv(&staff(3));
    lab.run("plan").exits(0);
    // New people are looked for once more right before they are made, and the second look at how far the list is finds it
    // current.
    let reads = lab.zitadel.request_counts()["POST /zitadel.user.v2.UserService/ListUsers"] + 2;
    lab.zitadel.freeze_projection_for(ReadSide::Users, reads);
    lab.zitadel.freeze_projection_for(ReadSide::Grants, 2);
    lab.run("sync --verify --report report.json")
        .exits(0)
        .says("Done: 3 created; verified.");
    let report = lab.json("report.json");
    assert_eq!(report["verified"], true);
    assert!(report["unverified"].is_null());
    assert_eq!(report["requests"]["by_operation"]["watch_users"], 2, "{report}");

    lab.run("sync --verify")
        .exits(0)
        .says("Done: in sync, nothing to change; verified.");
    lab.run("sync --report report.json")
        .exits(0)
        .does_not_say("verified");
    assert!(lab.json("report.json")["verified"].is_null());
}

/// Acknowledged is not done: something between answered, and nothing was written.
#[test]
fn verify_finds_what_was_acknowledged_and_not_done() {
    let lab = Lab::csv(&staff(3));
    lab.run("sync").exits(0);
    let mut people = staff(3);
    people[0].last_name = "Other".to_owned();
    lab.people(&people);
    let lie = || Fault::once("PUT", "/v2/users/human", FaultKind::json(200, "{}"));
    lab.zitadel.inject(lie());
    lab.run("plan --out plan.json").exits(0);
    lab.run("apply plan.json --verify")
        .exits(1)
        .says("Incomplete: 1 updated; not verified: changes are left (1 to update).")
        .says("`directory-sync plan` shows what is left");
    lab.zitadel.inject(lie());
    lab.run("sync").exits(0).says("Done: 1 updated.");
    lab.zitadel.inject(lie());
    lab.run("sync --verify --report report.json")
        .exits(1)
        .says("not verified: changes are left (1 to update)");
    let report = lab.json("report.json");
    assert_eq!(
        (&report["verified"], &report["outcome"]),
        (&false.into(), &"partial".into())
    );
    assert_eq!(report["unverified"], "changes are left (1 to update)");
    lab.run("apply plan.json --verify")
        .exits(0)
        .says("Done: 1 updated; verified.");
}

/// A list that stays stale verifies nothing, and is not waited for longer than that.
#[test]
fn verify_gives_up_on_lists_that_stay_stale() {
    let lab = Lab::csv(&staff(3));
    lag_wait(&lab, "300ms");
    lab.zitadel.freeze_projection(ReadSide::Users);
    lab.zitadel.freeze_projection(ReadSide::Grants);
    lab.run("sync --verify")
        .exits(1)
        .says("not verified: changes are left (3 to create), while the lists still did not show all writes");
    lab.zitadel.thaw_projection(ReadSide::Users);
    assert_eq!(lab.names().len(), 3);
}

/// What takes something away is waited for as well: else a deletion that was done looks as if it were left.
#[test]
fn verify_knows_that_the_list_does_not_show_a_removal() {
    for left in ["1 to delete", "1 to update"] {
        let mut people = staff(3);
        people[0].phone = Some("+4930901820".to_owned());
        let lab = Lab::ldap(&people);
        lag_wait(&lab, "300ms");
        lab.run("sync").exits(0);
        for list in [ReadSide::Users, ReadSide::Grants] {
            lab.zitadel.freeze_projection(list);
        }
        match left {
            "1 to delete" => lab.disable("cleo"),
            _ => lab.slapd().replace(&people[0].dn(), "telephoneNumber", &[]),
        }
        lab.run("sync --verify").exits(1).says(&format!(
            "not verified: changes are left ({left}), while the lists still did not show all writes"
        ));
    }
}

/// Whose account the list did not show, and who has another address by now, gets a second one. That is no state to be content
/// with.
#[test]
fn verify_finds_who_got_a_second_account() {
    let lab = Lab::ldap(&staff(1));
    // Until the end of the second run: each reads the list, and looks for new people before its plan and before they are
    // made. That roles are not shown either is worse than a real server.
    lab.zitadel.freeze_projection_for(ReadSide::Users, 6);
    lab.zitadel.freeze_projection_for(ReadSide::Grants, 2);
    lab.run("sync").exits(0).says("1 created");
    lab.address("ada", "new@example.com");
    lab.run("sync --verify")
        .exits(1)
        .says("not verified: nothing can be written now for uid=ada,ou=people,dc=example,dc=com (ldap): accounts ")
        .says("have this person's id; none was changed");
    assert_eq!(lab.names().len(), 2);
}

/// Who is missing for the first time is noted, and not counted as missing twice by looking again.
#[test]
fn verify_is_no_further_run_without_the_person() {
    let lab = Lab::csv(&staff(3));
    let policy = "policy: {absent: delete, grace: {runs: 2}}\nguard: {max_removals: 100%}\n";
    lab.configure(policy);
    lab.run("sync").exits(0);
    lab.people(&staff(2));
    lab.run("sync --verify").exits(0).says("; verified.");
    assert_eq!(lab.names().len(), 3);
    lab.run("sync --verify").exits(0).says("1 deleted; verified.");
    assert_eq!(lab.names().len(), 2);
}

/// Who is rejected or kept is left as intended.
#[test]
fn verify_counts_changes_only() {
    let lab = Lab::csv(&staff(3));
    lab.run("sync").exits(0);
    let csv = std::fs::read_to_string(lab.path("users.csv")).unwrap();
    let (rest, _) = csv.trim_end().rsplit_once('\n').unwrap();
    std::fs::write(
        lab.path("users.csv"),
        format!("{rest}\nnobody,No,Body,\nnew@example.org,Neo,New,\n"),
    )
    .unwrap();
    lab.run("sync --verify")
        .exits(1)
        .says("Incomplete: 1 created; 1 rejected; verified.");
    lab.run("link-ids --verify").exits(1).says("; verified.");
}
