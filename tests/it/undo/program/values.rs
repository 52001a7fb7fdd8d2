//! What is taken back beside names.

use super::*;

/// An absence marker is reverted by undoing its run, and a later one stays.
#[test]
fn a_note_of_an_absence_is_taken_back() {
    let lab = Lab::csv(&staff(12));
    lab.run("sync").exits(0);
    lab.configure("policy: {absent: delete, grace: {runs: 5}}\n");
    let before = everything(&lab.zitadel);
    lab.people(&staff(11));
    lab.run("sync --undo-file first.json").exits(0);
    let first = everything(&lab.zitadel);
    assert_ne!(first, before);
    lab.run("sync --undo-file second.json").exits(0);
    let second = everything(&lab.zitadel);
    lab.zitadel.reset_counts();
    lab.run("undo first.json").exits(0).says("nothing to change");
    assert_eq!(lab.zitadel.writes(), []);
    lab.run("undo second.json --undo-file redo.json").exits(0);
    assert_eq!(everything(&lab.zitadel), first);
    lab.run("undo redo.json").exits(0);
    assert_eq!(everything(&lab.zitadel), second);
    lab.run("undo second.json").exits(0);
    lab.run("undo first.json").exits(0);
    assert_eq!(everything(&lab.zitadel), before);
    // Who is back has no note any more, and none comes back.
    lab.run("sync").exits(0);
    lab.people(&staff(12));
    lab.run("sync --undo-file undo.json")
        .exits(0)
        .says("cannot be undone: 1 account: the start of its person's absence");
    lab.run("undo undo.json").exits(0).says("nothing to change");
    assert_eq!(everything(&lab.zitadel), before);
}

/// Roles go back where they were, also those that no group gives any more. What the run gave is taken back in any case; what
/// it took is given back only if the configuration names it at all.
#[test]
fn roles_go_back_that_the_configuration_still_names() {
    let lab = Lab::ldap(&staff(3));
    let member = |uid: &str| Person::new(uid, "", "").dn();
    lab.slapd().change(&format!(
        "dn: cn=admins,{}\nchangetype: add\nobjectClass: groupOfNames\ncn: admins\nmember: {}\n",
        testkit::slapd::Slapd::BASE_DN,
        member("ada"),
    ));
    lab.configure_source(
        &format!(
            "    entitlements:\n      - role: Admin\n        group: cn=admins,{}\n",
            testkit::slapd::Slapd::BASE_DN
        ),
        "",
    );
    let config = fs::read_to_string(lab.path("config.yaml")).unwrap();
    let owned = config.replacen("zitadel:\n", "zitadel:\n  owned_roles: [Admin]\n", 1);
    fs::write(lab.path("config.yaml"), owned).unwrap();
    lab.run("sync").exits(0);
    // In a grant they are in no order.
    let roles = |uid: &str| {
        let mut roles = lab.account(uid).grants.remove(0).roles;
        roles.sort();
        roles
    };
    assert_eq!(
        (roles("ada"), roles("ben").len()),
        (vec!["Admin".to_owned(), "User".to_owned()], 1)
    );
    lab.slapd().change(&format!(
        "dn: cn=admins,{}\nchangetype: modify\nreplace: member\nmember: {}\n",
        testkit::slapd::Slapd::BASE_DN,
        member("ben"),
    ));
    lab.run("sync --undo-file undo.json").exits(0).says("2 updated");
    assert_eq!((roles("ada").len(), roles("ben").len()), (1, 2));
    lab.configure("");
    lab.run("undo undo.json --report report.json --undo-file back.json")
        .exits(0)
        .says("role -Admin")
        .does_not_say("role +Admin")
        .says("cannot be undone: 1 account: the role `Admin`, which the configuration does not name: if it is right, name it in")
        .says("`zitadel.owned_roles`, and undo again");
    assert_eq!((roles("ada").len(), roles("ben").len()), (1, 1));
    // An undo of the undo needs to know what the run knew, not what the configuration says by now.
    assert_eq!(
        lab.json("back.json")["binding"]["facts"]["roles"],
        serde_json::json!(["Admin", "User"])
    );
    let lost = lab.json("report.json")["cannot_be_undone"].clone();
    assert_eq!(lost[0]["account"], lab.account("ada").id.as_str());
    let config = fs::read_to_string(lab.path("config.yaml")).unwrap();
    let owned = config.replacen("zitadel:\n", "zitadel:\n  owned_roles: [Admin]\n", 1);
    fs::write(lab.path("config.yaml"), owned).unwrap();
    lab.run("undo undo.json")
        .exits(0)
        .says("role +Admin")
        .does_not_say("role -Admin");
    assert_eq!((roles("ada").len(), roles("ben").len()), (2, 1));
}

/// An account that the run made is deleted only as the run made it, to the last value that it wrote.
#[test]
fn an_account_that_was_made_and_has_changed_since_stays() {
    let lab = Lab::ldap(&staff(12));
    lab.run("sync").exits(0);
    for uid in ["xara", "yves", "zoe"] {
        lab.slapd().add(&Person::new(uid, uid, "Test"));
    }
    lab.run("sync --undo-file undo.json").exits(0).says("3 created");
    lab.slapd()
        .replace(&Person::new("xara", "", "").dn(), "displayName", &["X."]);
    lab.disable("yves");
    lab.configure("policy: {disabled: deactivate}\n");
    lab.run("sync").exits(0).says("1 updated, 1 deactivated");
    lab.run("undo undo.json")
        .exits(1)
        .says("1 deleted; 2 failed")
        .says("changed by others since the run");
    assert_eq!(lab.names().len(), 14);
    assert_eq!(lab.account("xara").metadata["preferred_username"], "X.");
}

/// Columns of the configuration are attributes like any other.
#[test]
fn further_attributes_are_taken_back() {
    let lab = Lab::csv(&[]);
    let plain = std::fs::read_to_string(lab.path("config.yaml")).unwrap();
    let keys = "zitadel:\n  metadata_attributes: {department: Department, room: room}\n";
    fs::write(lab.path("config.yaml"), plain.replacen("zitadel:\n", keys, 1)).unwrap();
    let people = |rows: &str| {
        let header = "email,first_name,last_name,phone,preferred_language,department,room\n";
        fs::write(lab.path("users.csv"), format!("{header}{rows}")).unwrap();
    };
    people("ada@example.org,Ada,Test,,de,17,\nben@example.org,Ben,Test,,,18,4\n");
    lab.run("sync").exits(0).says("2 created");
    let before = everything(&lab.zitadel);
    people("ada@example.org,Ada,Test,,fr_CH,,5\nben@example.org,Ben,Test,,en,18,\n");
    lab.run("sync --undo-file undo.json").exits(0).says("2 updated");
    let shown = |email: &str| {
        let account = lab.account(email);
        let held = |key: &str| account.metadata.get(key).cloned();
        (account.language.clone(), held("Department"), held("room"))
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(shown("ada@example.org"), ("fr-CH".to_owned(), None, text("5")));
    assert_eq!(shown("ben@example.org"), ("en".to_owned(), text("18"), None));
    lab.run("sync").exits(0).says("nothing to change");
    lab.run("undo undo.json").exits(0).says("2 updated");
    assert_eq!(everything(&lab.zitadel), before);
}
