//! Users: made, changed, renamed, moved back, disabled, deleted; each in one run, and the next one is empty.

use serde_json::json;
use testkit::udm::UserSeed;

use super::stage::{BASE, PEOPLE, Stage, id, row};

/// The first run creates the container and all users with only the configured properties; no one sees the password.
#[test]
fn everyone_is_made_with_a_container() {
    let full = format!(
        "{},ada,Ada,Lovelace,Ada.L@Example.org,+49 421 1,Countess\n",
        id(1)
    );
    let stage = Stage::new(&(full + &row(2, "bob")));
    let ran = stage.sync();
    assert_eq!(
        stage.writes(),
        ["POST container/ou/", "POST users/user/", "POST users/user/"]
    );
    let ada = stage.udm.object(&format!("uid=ada,{PEOPLE}")).unwrap();
    assert_eq!(ada.get("mailPrimaryAddress"), "ada.l@example.org");
    assert_eq!(ada.get("phone"), &json!(["+49 421 1"]));
    assert_eq!(ada.get("description"), "Countess");
    let password = ada.password.unwrap();
    assert!(password.len() > 30, "{}", password.len());
    assert!(!ran.out.contains(&password) && !ran.err.contains(&password));
    let bob = stage.udm.object(&format!("uid=bob,{PEOPLE}")).unwrap();
    assert_eq!(bob.get("mailPrimaryAddress"), &json!(null));
    assert_ne!(bob.password.unwrap(), password);
    let sent = stage.udm.writes().pop().unwrap().body;
    let mut names: Vec<&String> = sent["properties"].as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(
        names,
        [
            "firstname",
            "lastname",
            "overridePWHistory",
            "overridePWLength",
            "password",
            "univentionObjectIdentifier",
            "username"
        ]
    );
    stage.sync_is_empty();
}

/// A plan of an empty target needs no container.
#[test]
fn a_dry_run_works_on_an_empty_target() {
    let stage = Stage::new(&row(1, "ada"));
    let ran = stage.run(&["plan"]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    assert_eq!(stage.writes(), Vec::<String>::new());
    assert!(ran.out.contains("create"), "{}", ran.out);
}

/// One PATCH with what differs, whatever that is; the group of a renamed user follows.
#[test]
fn changes_go_into_one_patch() {
    let stage = Stage::new(&format!("{},ada.new,First,Lovelace,,+49 1,\n", id(1)));
    let dn = stage.add(1, "ada");
    stage.udm.set(
        &dn,
        json!({"description": "old", "phone": ["+49 2", "+49 3"]})
            .as_object()
            .unwrap(),
    );
    stage.sync();
    assert_eq!(stage.writes(), ["PATCH users/user/{dn}"]);
    let sent = stage.udm.writes().pop().unwrap().body;
    assert_eq!(
        sent,
        json!({"properties": {"username": "ada.new", "lastname": "Lovelace", "phone": ["+49 1"], "description": null}})
    );
    assert!(stage.udm.object(&format!("uid=ada.new,{PEOPLE}")).is_some());
    stage.sync_is_empty();
}

/// The server locks a refused name for five minutes: a name that is taken is never requested.
#[test]
fn names_are_swapped_in_one_run() {
    let stage = Stage::new(&(row(1, "bob") + &row(2, "ada")));
    stage.add(1, "ada");
    stage.add(2, "bob");
    stage.sync();
    assert_eq!(stage.writes(), ["PATCH users/user/{dn}"; 3]);
    assert!(stage.udm.locks().is_empty());
    assert_eq!(
        stage.usernames().into_iter().collect::<Vec<_>>(),
        [(id(1), "bob".to_owned()), (id(2), "ada".to_owned())]
    );
    stage.sync_is_empty();
}

/// A user who was moved by hand is moved back, and differences are written in the same run.
#[test]
fn a_user_in_a_container_below_comes_back() {
    let stage = Stage::new(&format!("{},ada,First,Last,,,here\n", id(1)));
    stage.udm.add_ou(&format!("ou=sub,{PEOPLE}"));
    let seed = UserSeed::new("ada", &format!("ou=sub,{PEOPLE}"))
        .with("univentionObjectIdentifier", id(1))
        .with("firstname", "First")
        .with("lastname", "Last");
    stage.udm.add_user(seed);
    stage.sync();
    assert_eq!(stage.writes(), ["PUT users/user/{dn}", "PATCH users/user/{dn}"]);
    let ada = stage.udm.object(&format!("uid=ada,{PEOPLE}")).unwrap();
    assert_eq!(ada.get("description"), "here");
    stage.sync_is_empty();
}

/// Only who has an id is looked after; the others stay, also in the way.
#[test]
fn what_has_no_id_belongs_to_others() {
    let stage = Stage::new(&row(1, "ada"));
    stage.reconfigure("lock:\n", "policy: {absent: delete}\nlock:\n");
    stage.add(1, "ada");
    stage.add(2, "gone");
    let foreign = stage.udm.add_user(UserSeed::new("foreign", PEOPLE));
    let without_id = json!({"univentionObjectIdentifier": null});
    stage.udm.set(&foreign, without_id.as_object().unwrap());
    let elsewhere = UserSeed::new("elsewhere", &format!("cn=users,{BASE}"));
    let elsewhere = stage
        .udm
        .add_user(elsewhere.with("univentionObjectIdentifier", id(9)));
    let ran = stage.sync();
    assert!(
        ran.out.contains(&format!(
            "1 without a value of `univentionObjectIdentifier` stay as they are: {foreign}"
        )),
        "{}",
        ran.out
    );
    assert_eq!(stage.writes(), ["DELETE users/user/{dn}"]);
    assert!(stage.udm.named("gone").is_none());
    assert!(stage.udm.object(&foreign).is_some() && stage.udm.object(&elsewhere).is_some());
    stage.sync_is_empty();
}

/// No one is deleted because of an unusable row.
#[test]
fn people_who_cannot_be_read_keep_the_account() {
    let broken = format!("{},ada,First,,,,\nnothing,bob,First,Last,,,\n", id(1));
    let stage = Stage::new(&broken);
    stage.reconfigure("lock:\n", "policy: {absent: delete}\nlock:\n");
    stage.add(1, "ada");
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 1, "{}{}", ran.out, ran.err);
    assert_eq!(stage.writes(), Vec::<String>::new());
    assert!(
        ran.out.contains("not a UUID of version 1 or 4"),
        "{}{}",
        ran.out,
        ran.err
    );
}

/// A wrong property name is found before anything is written, and no one is deleted because of it.
#[test]
fn an_unknown_property_is_a_mistake() {
    let stage = Stage::new(&row(1, "ada"));
    stage.reconfigure(", description]", ", descripton]");
    stage
        .installation
        .write("users.csv", "univentionObjectIdentifier,username,lastname\n");
    stage.add(1, "ada");
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 3, "{}{}", ran.out, ran.err);
    let told = format!("{}{}", ran.out, ran.err);
    assert!(
        told.contains("no property `descripton`") && told.contains("did you mean `description`?"),
        "{told}"
    );
    assert_eq!(stage.writes(), Vec::<String>::new());
}

/// The start of an absence is recorded on the account, and removed when the person returns.
#[test]
fn grace_is_noted_in_a_property() {
    let stage = Stage::new(&row(1, "ada"));
    let grace = "policy: {absent: delete, grace: {runs: 2}}\nguard:";
    stage.reconfigure("guard:", grace);
    stage.reconfigure(
        "  users:\n",
        "  users:\n    marker_property: physicalDeliveryOfficeName\n",
    );
    stage.add(1, "ada");
    let dn = stage.add(2, "bob");
    let noted = |stage: &Stage| {
        let bob = stage.udm.object(&dn);
        bob.map(|bob| {
            bob.get("physicalDeliveryOfficeName")
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
    };
    stage.sync();
    let note = noted(&stage).unwrap();
    assert!(
        note.starts_with("directory-sync: missing since ") && note.ends_with(", runs 1"),
        "{note}"
    );
    stage.people(&(row(1, "ada") + &row(2, "bob")));
    stage.sync();
    assert_eq!(noted(&stage).as_deref(), Some(""));
    stage.people(&row(1, "ada"));
    stage.sync();
    stage.sync();
    assert_eq!(noted(&stage), None);
    assert_eq!(stage.writes(), ["DELETE users/user/{dn}"]);
    // Whether the note is still there is asked right before.
    assert_eq!(stage.udm.request_counts()["GET users/user/{dn}"], 1);
}

/// `check` says what a run would find.
#[test]
fn check_says_what_is_there() {
    let stage = Stage::new(&row(1, "ada"));
    stage.add(1, "ada");
    let ran = stage.run(&["check"]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    for seen in [
        "target udm: sign in",
        "as `Administrator`; the base is dc=univention-organization,dc=intranet",
        "all 7 are there",
        PEOPLE,
        "1 in the container",
        "example.org",
    ] {
        assert!(ran.out.contains(seen), "{seen}: {}", ran.out);
    }
    assert_eq!(stage.writes(), Vec::<String>::new());
}

/// A new person gets the name of a leaver in one run. A name that is taken is never requested.
#[test]
fn a_leavers_name_is_free_for_others() {
    let stage = Stage::new(&row(2, "ada"));
    stage.reconfigure("guard:", "policy: {absent: delete}\nguard:");
    stage.add(1, "ada");
    stage.sync();
    assert_eq!(stage.writes(), ["DELETE users/user/{dn}", "POST users/user/"]);
    assert!(stage.udm.locks().is_empty());
    stage.sync_is_empty();
    // Where leavers stay, so do their names.
    stage.reconfigure("absent: delete", "absent: keep");
    stage.people(&row(3, "ada"));
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 1, "{}{}", ran.out, ran.err);
    assert!(stage.udm.locks().is_empty());
    assert_eq!(stage.writes(), Vec::<String>::new());
    assert!(ran.out.contains("it has another external id"), "{}", ran.out);
}

/// What the sources yield is shown without asking the target anything.
#[test]
fn people_are_shown_by_the_properties_of_the_target() {
    let stage = Stage::new(&row(1, "ada"));
    stage.reconfigure("  password: Sekret.4711\n", "");
    let ran = stage.run(&["users", "--show-values"]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("username") && ran.out.contains("ada"),
        "{}",
        ran.out
    );
    assert_eq!(stage.udm.requests(), 0);
}
