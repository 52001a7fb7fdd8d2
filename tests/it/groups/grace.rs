//! People and groups that are missing while `policy.grace` runs, and no property is there for their absence markers. With one,
//! see `udm::settings`.

use super::stage::{GROUPS, NOBODY, PEOPLE, Stage, group, group_dn, person, person_dn};

const RUNS: &str = "  grace: {runs: 2}\n";

/// Ada and bob, and two groups, of which bob and one group leave.
fn stage(grace: &str) -> Stage {
    let entries = [
        person(1, "ada"),
        person(2, "bob"),
        group(11, "staff", &[&person_dn("ada"), &person_dn("bob")]),
        group(12, "old", &[&person_dn("bob")]),
    ];
    let stage = Stage::new(&entries.concat());
    stage.converges();
    stage.reconfigure(
        "policy: {absent: delete}\n",
        &format!("policy:\n  absent: delete\n{grace}"),
    );
    let gone = [person_dn("bob"), group_dn("old")].map(|dn| format!("dn: {dn}\nchangetype: delete\n\n"));
    stage.directory.change(&gone.concat());
    stage.directory.change(&format!(
        "dn: {}\nchangetype: modify\nreplace: member\nmember: {NOBODY}\nmember: {}\n",
        group_dn("staff"),
        person_dn("ada")
    ));
    stage
}

fn users_have_a_marker(stage: &Stage) {
    stage.reconfigure(
        "  users: {ou: ou=people,",
        "  users: {ou: ou=people, marker_property: physicalDeliveryOfficeName,",
    );
}

/// Without a place for the marker of users there is no grace, and nothing is done.
#[test]
fn grace_without_a_place_for_the_marker_of_users_is_a_mistake() {
    let stage = stage(RUNS);
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 2, "{}{}", ran.out, ran.err);
    for told in [
        "config.yaml",
        "`policy.grace` needs `udm.users.marker_property`, to record when a person went missing",
        "name a property of one text there that no other program uses",
    ] {
        assert!(ran.err.contains(told), "{told}: {}", ran.err);
    }
    assert_eq!(stage.udm.requests(), 0);
}

/// Without a place for the marker of groups, an absent group is never deleted, however often it is missing; each run says why.
/// People are deleted when their grace ends.
#[test]
fn groups_without_a_place_for_a_marker_are_never_deleted() {
    let stage = stage(RUNS);
    users_have_a_marker(&stage);
    for run in 1..=4 {
        stage.udm.reset_counts();
        // Notes are part of the log, which only a process of its own writes.
        let ran = stage.installation.command(&["sync"]).output().unwrap();
        let told = "absent groups are not deleted: `policy.grace` needs `udm.groups.marker_property`, to record \
             when a group went missing";
        let log = String::from_utf8(ran.stderr).unwrap();
        assert!(ran.status.success() && log.contains(told), "{log}");
        let is_there = stage.udm.object(&format!("uid=bob,{PEOPLE}")).is_some();
        assert_eq!(is_there, run < 2, "{run}");
        assert!(stage.udm.object(&format!("cn=old,{GROUPS}")).is_some(), "{run}");
        let deleted = stage
            .writes()
            .iter()
            .filter(|write| write.starts_with("DELETE groups"))
            .count();
        assert_eq!(deleted, 0, "{run}");
    }
    // What cannot be noted is not written either.
    assert_eq!(stage.writes(), Vec::<String>::new());
}
