//! Names, mail addresses and identifiers of objects outside of the containers: the server refuses them and keeps them locked, so they are
//! looked up before a plan is shown.

use testkit::udm::{GroupSeed, UserSeed};

use super::super::stage::{BASE, PEOPLE, READS, Stage, id, row};

fn somebody_elsewhere(stage: &Stage, username: &str) -> String {
    let seed = UserSeed::new(username, &format!("cn=users,{BASE}"));
    stage
        .udm
        .add_user(seed.with("mailPrimaryAddress", "taken@example.org"))
}

/// Asserts that a run tells this, exits with 1, and never asks the server for the value.
#[track_caller]
fn is_told(stage: &Stage, told: &str, writes: &[&str]) {
    let plan = stage.run(&["plan"]);
    assert_eq!(plan.exit, 1, "{}{}", plan.out, plan.err);
    assert!(plan.out.contains(told), "{told}: {}", plan.out);
    assert_eq!(stage.writes(), Vec::<String>::new());
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains(told), "{told}: {}", ran.out);
    assert_eq!(stage.writes(), writes);
    assert_eq!(stage.udm.locks(), []);
}

/// A taken name is never requested, whether a user or a group has it, in any letter case; others are not delayed.
#[test]
fn a_name_of_an_object_elsewhere_is_never_asked_for() {
    let stage = Stage::new(&(row(1, "ada") + &row(2, "bob") + &row(3, "eve")));
    stage.udm.add_ou(PEOPLE);
    let ada = somebody_elsewhere(&stage, "Ada");
    let group = GroupSeed::new("BOB", &format!("cn=groups,{BASE}"));
    let bob = stage.udm.add_group(group);
    let of_bob =
        format!("group {bob} has this `username`, and this run does not manage it; rename one of the two");
    is_told(&stage, &of_bob, &["POST users/user/"]);
    let of_ada =
        format!("user {ada} has this `username`, and this run does not manage it; rename one of the two");
    is_told(&stage, &of_ada, &[]);
    assert_eq!(stage.usernames().into_values().collect::<Vec<_>>(), ["eve"]);
    // When it is free, the next run takes it.
    stage.udm.delete(&ada);
    stage.udm.delete(&bob);
    stage.sync();
    assert_eq!(stage.writes(), ["POST users/user/"; 2]);
    stage.sync_is_empty();
}

/// The same of a rename: all of the person's changes wait.
#[test]
fn no_person_is_renamed_to_a_name_of_an_object_elsewhere() {
    let stage = Stage::new(&format!("{},ada.new,First,Changed,,,\n", id(1)));
    stage.add(1, "ada");
    somebody_elsewhere(&stage, "ada.new");
    is_told(
        &stage,
        "has this `username`, and this run does not manage it",
        &[],
    );
    assert_eq!(stage.usernames()[&id(1)], "ada");
}

/// The same of an address, also of a group.
#[test]
fn an_address_of_an_object_elsewhere_is_never_asked_for() {
    let rows = format!("{},ada,First,Last,Taken@Example.org,,\n", id(1));
    let stage = Stage::new(&rows);
    stage.add(1, "ada");
    let holder = somebody_elsewhere(&stage, "holder");
    let told = format!("user {holder} has this `mailPrimaryAddress`, and this run does not manage it");
    is_told(&stage, &told, &[]);
    stage.udm.delete(&holder);
    let group = GroupSeed::new("list", &format!("cn=groups,{BASE}"));
    let holder = stage
        .udm
        .add_group(group.with("mailAddress", "taken@example.org"));
    let told = format!("group {holder} has this `mailPrimaryAddress`, and this run does not manage it");
    is_told(&stage, &told, &[]);
    stage.udm.delete(&holder);
    stage.sync();
    stage.sync_is_empty();
}

/// The same for an identifier, also of a group: all types share them. A user who was moved away by hand is found
/// again after being moved back.
#[test]
fn an_identifier_of_an_object_elsewhere_is_never_asked_for() {
    let rows = row(1, "ada") + &row(2, "bob");
    let stage = Stage::new(&rows);
    stage.udm.add_ou(PEOPLE);
    let holder = UserSeed::new("ada.away", &format!("cn=users,{BASE}"));
    let holder = stage
        .udm
        .add_user(holder.with("univentionObjectIdentifier", id(1)));
    let told = format!(
        "user {holder} has this `univentionObjectIdentifier`, and this run does not manage it; move it to where this run reads \
         users, or delete it"
    );
    is_told(&stage, &told, &["POST users/user/"]);
    stage.udm.relocate(&holder, &format!("uid=ada.away,{PEOPLE}"));
    stage.sync();
    assert_eq!(stage.writes(), ["PATCH users/user/{dn}"]);
    stage.sync_is_empty();

    stage.people(&(rows + &row(3, "eve")));
    let group = GroupSeed::new("team", &format!("cn=groups,{BASE}"));
    let holder = stage
        .udm
        .add_group(group.with("univentionObjectIdentifier", id(3)));
    let told = format!(
        "group {holder} has this `univentionObjectIdentifier`, and this run does not manage it; delete it, or give the user \
         another external id"
    );
    is_told(&stage, &told, &[]);
    stage.udm.delete(&holder);
    stage.sync();
    stage.sync_is_empty();
}

/// Signs that mean something in a filter are part of a name.
#[test]
fn names_are_no_patterns() {
    let rows = format!("{},a*(da,First,Last,,,\n", id(1)) + &row(2, "bob");
    let stage = Stage::new(&rows);
    stage.udm.add_ou(PEOPLE);
    somebody_elsewhere(&stage, "a.x.da");
    let ran = stage.run(&["plan"]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
}

/// Two searches, four where the values do not fit into two, and two again where everything is listed; none where no value is new,
/// or only among people of this run.
#[test]
fn searches_are_few() {
    for (people, searches) in [(1, 2), (20, 2), (100, 4), (2_000, 2)] {
        let rows: String = (1..=people).map(|n| row(n, &format!("p{n}"))).collect();
        let stage = Stage::new(&rows);
        stage.udm.add_ou(PEOPLE);
        let ran = stage.run(&["plan"]);
        assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
        assert_eq!(stage.udm.requests(), READS.len() + searches, "{people}");
    }
    let stage = Stage::new(&(row(1, "bob") + &format!("{},ada,First,Changed,,,\n", id(2))));
    stage.add(1, "ada");
    stage.add(2, "bob");
    stage.run(&["plan"]);
    assert_eq!(stage.udm.requests(), READS.len());
}
