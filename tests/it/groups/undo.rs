//! Plan files and undo files that contain groups.

use super::stage::{Stage, added, group, group_dn, person, person_dn};

fn entries() -> String {
    [
        person(1, "ada"),
        person(2, "bob"),
        group(11, "staff", &[&person_dn("ada")]),
        group(12, "all", &[&group_dn("staff")]),
    ]
    .concat()
}

/// What was planned is applied later, groups made in it included.
#[test]
fn a_plan_with_groups_is_applied_later() {
    let stage = Stage::new(&entries());
    let plan = stage.installation.path("plan.json");
    let plan = plan.to_str().unwrap();
    assert_eq!(stage.run(&["plan", "--out", plan]).exit, 0);
    assert_eq!(stage.writes(), Vec::<String>::new());
    let ran = stage.run(&["apply", plan]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    stage.holds(&[("staff", &["ada"]), ("all", &["staff"])]);
    stage.converges();
}

/// A group whose members have changed since is left alone.
#[test]
fn a_group_that_has_changed_since_is_left_out() {
    let stage = Stage::new(&entries());
    stage.converges();
    stage.directory.change(&format!(
        "dn: {}\nchangetype: modify\nreplace: member\nmember: {}\n",
        group_dn("staff"),
        person_dn("bob")
    ));
    let plan = stage.installation.path("plan.json");
    let plan = plan.to_str().unwrap();
    assert_eq!(stage.run(&["plan", "--out", plan]).exit, 0);
    let staff = format!("cn=staff,{}", super::stage::GROUPS);
    stage
        .udm
        .add_member(&staff, &format!("uid=bob,{}", super::stage::PEOPLE));
    let ran = stage.run(&["apply", plan]);
    assert_eq!(ran.exit, 1, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("has changed since the plan was made"),
        "{}",
        ran.out
    );
    stage.holds(&[("staff", &["ada", "bob"]), ("all", &["staff"])]);
}

/// What a run did to groups is taken back: members, names, groups that were made, groups that were deleted.
#[test]
fn a_run_with_groups_is_taken_back() {
    let stage = Stage::new(&entries());
    stage.converges();
    stage.directory.change(&format!(
        "dn: {}\nchangetype: modify\nreplace: member\nmember: {}\n\n{}dn: {}\nchangetype: delete\n",
        group_dn("staff"),
        person_dn("bob"),
        added(&group(13, "guests", &[&person_dn("ada")])),
        group_dn("all"),
    ));
    let file = stage.installation.path("undo.json");
    let file = file.to_str().unwrap();
    let ran = stage.run(&["sync", "--undo-file", file]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    stage.holds(&[("staff", &["bob"]), ("guests", &["ada"])]);
    let ran = stage.run(&["undo", file]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    stage.holds(&[("staff", &["ada"]), ("all", &["staff"])]);
    let again = stage.run(&["undo", file]);
    assert_eq!(again.exit, 0, "{}{}", again.out, again.err);
    assert_eq!(stage.writes(), Vec::<String>::new(), "{}", again.out);
}

/// A member and an inner group that were deleted are in their groups again, also in those that have another name.
#[test]
fn memberships_of_what_was_deleted_are_taken_back() {
    let stage = Stage::new(&entries());
    stage.converges();
    stage.directory.change(&format!(
        "dn: {}\nchangetype: delete\n\ndn: {}\nchangetype: delete\n\n\
         dn: {}\nchangetype: modrdn\nnewrdn: cn=everything\ndeleteoldrdn: 1\n\n",
        person_dn("ada"),
        group_dn("staff"),
        group_dn("all"),
    ));
    let file = stage.installation.path("undo.json");
    let file = file.to_str().unwrap();
    let ran = stage.run(&["sync", "--undo-file", file]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    stage.holds(&[("everything", &[])]);
    let ran = stage.run(&["undo", file]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    stage.holds(&[("staff", &["ada"]), ("all", &["staff"])]);
    let again = stage.run(&["undo", file]);
    assert_eq!(again.exit, 0, "{}{}", again.out, again.err);
    assert_eq!(stage.writes(), Vec::<String>::new(), "{}", again.out);
}

/// What an undo takes away leaves its groups first, with the requests that were announced.
#[test]
fn what_an_undo_takes_away_leaves_its_groups_first() {
    let stage = Stage::new(&entries());
    stage.converges();
    let everybody = [
        person_dn("ada"),
        group_dn("staff"),
        person_dn("eve"),
        group_dn("new"),
    ];
    let everybody: Vec<&str> = everybody.iter().map(String::as_str).collect();
    stage.directory.change(&format!(
        "{}{}dn: {}\nchangetype: modify\nreplace: member\nmember: {}\n\n",
        added(&person(3, "eve")),
        added(&group(13, "new", &[&person_dn("bob")])),
        group_dn("all"),
        everybody.join("\nmember: "),
    ));
    let file = stage.installation.path("undo.json");
    let file = file.to_str().unwrap();
    let ran = stage.run(&["sync", "--undo-file", file]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    stage.holds(&[
        ("staff", &["ada"]),
        ("all", &["ada", "eve", "new", "staff"]),
        ("new", &["bob"]),
    ]);
    stage.run(&["undo", file, "--dry-run"]);
    assert_eq!(stage.writes(), Vec::<String>::new());
    let reads = stage.udm.requests();
    let ran = stage.run(&["undo", file]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    let mut writes = stage.writes();
    assert_eq!(writes.remove(0), "PATCH groups/group/{dn}", "{}", ran.out);
    writes.sort();
    assert_eq!(writes, ["DELETE groups/group/{dn}", "DELETE users/user/{dn}"]);
    assert_eq!(
        stage.udm.requests(),
        reads + 3,
        "{:?}",
        stage.udm.request_counts()
    );
    stage.holds(&[("staff", &["ada"]), ("all", &["staff"])]);
}
