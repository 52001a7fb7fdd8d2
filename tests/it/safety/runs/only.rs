//! `--only`: a run about some people.

use serde_json::json;
use testkit::people::Person;

use crate::safety::lab::{Lab, staff};

/// All people have an account, then all change, one person is missing, and one is new.
fn after_changes(lab: &Lab) {
    lab.configure("policy: {absent: delete}\n");
    lab.run("").exits(0);
    for person in staff(4).iter().take(3) {
        lab.slapd().replace(&person.dn(), "sn", &["Changed"]);
    }
    lab.slapd().delete(&staff(4)[3].dn());
    lab.slapd().add(&Person::new("nora", "Nora", "New"));
}

fn family_names(lab: &Lab) -> Vec<String> {
    let mut users = lab.zitadel.users();
    users.sort_by(|a, b| a.username.cmp(&b.username));
    users.into_iter().map(|user| user.family_name).collect()
}

#[test]
fn only_the_named_people_change_and_no_person_is_absent() {
    let lab = Lab::ldap(&staff(4));
    after_changes(&lab);
    lab.run("plan --only ada --only cleo@example.com")
        .exits(0)
        .says("2 to update")
        .says("Only uid=ada,");
    assert_eq!(family_names(&lab), ["Test", "Test", "Test", "Test"]);

    lab.run("sync --only ada --report report.json")
        .exits(0)
        .says("Done: 1 updated");
    assert_eq!(family_names(&lab), ["Changed", "Test", "Test", "Test"]);
    assert_eq!(
        lab.json("report.json")["only"],
        json!([format!("{} (ldap)", staff(1)[0].dn())])
    );

    let dn = format!("--only={}", staff(3)[2].dn().to_uppercase());
    lab.run(&format!("sync {dn} --only nora"))
        .exits(0)
        .says("Done: 1 created, 1 updated");
    assert_eq!(family_names(&lab), ["Changed", "Test", "Changed", "Test", "New"]);
    lab.run("sync --only nora").exits(0).says("in sync");

    // The others are unchanged, for a full run.
    lab.run("sync").exits(0).says("1 updated, 1 deleted");
    assert_eq!(family_names(&lab), ["Changed", "Changed", "Changed", "New"]);
}

/// The id of one person is the address of another.
#[test]
fn a_name_of_no_person_or_of_several_people_ends_the_run() {
    let mut people = staff(3);
    people.push(Person {
        email: "other@example.com".to_owned(),
        ..Person::new("ada@example.com", "Ada", "Other")
    });
    let lab = Lab::ldap(&people);
    let unknown =
        "`--only zoe`: no record of the sources has this external id, e-mail address, login name or DN";
    lab.run("sync --only ada --only zoe --report report.json")
        .exits(2)
        .says(unknown)
        .says("Failed: nothing was written");
    assert_eq!(lab.json("report.json")["error"], unknown);
    let several = format!(
        "`--only ada@example.com` fits 2 records: {} (ldap), {} (ldap)",
        people[0].dn(),
        people[3].dn()
    );
    lab.run("plan --only ada@example.com").exits(2).says(&several);
    assert_eq!(lab.names(), Vec::<String>::new());
    lab.run("sync --only ada").exits(0).says("Done: 1 created");
}

#[test]
fn a_disabled_person_is_removed_within_the_limits() {
    let lab = Lab::ldap(&staff(4));
    lab.run("").exits(0);
    lab.disable("ada");
    lab.disable("ben");
    lab.configure("guard: {max_removals: 0}\n");
    lab.run("sync --only ada").exits(4).says("would be removed");
    lab.configure("guard: {max_removals: 1}\n");
    lab.run("sync --only ada").exits(0).says("1 deleted");
    assert_eq!(lab.names().len(), 3);
}

/// The server's limits apply to one person as to all.
#[test]
fn the_servers_limits_hold_for_the_named_people() {
    let lab = Lab::ldap(&staff(4));
    lab.run("").exits(0);
    lab.disable("ada");
    let limit = |value: &str| {
        lab.zitadel
            .set_organization_metadata("directory-sync.policy", value);
    };
    limit("paused: moving");
    lab.run("sync --only ada").exits(4).says("moving");
    limit("max_removals: 0");
    lab.run("sync --only ada").exits(4).says("no token lifts it");
    limit("no-delete: true");
    lab.run("sync --only ada")
        .exits(0)
        .says("`no-delete` of organization metadata")
        .says("1 withheld");
    assert_eq!(lab.names().len(), 4);
    limit("delete-disables: true");
    lab.run("sync --only ada").exits(0).says("Done: 1 deactivated");
    assert_eq!(lab.names().len(), 4);
}

#[test]
fn a_record_that_cannot_be_used_is_reported_and_others_are_not() {
    let lab = Lab::ldap(&staff(4));
    lab.slapd().replace(&staff(4)[0].dn(), "mail", &["nowhere"]);
    lab.slapd().replace(&staff(4)[1].dn(), "mail", &["nowhere"]);
    lab.run("sync --only ada --only cleo")
        .exits(1)
        .says("Incomplete: 1 created; 1 rejected")
        .says("uid=ada,");
    lab.run("sync --only dora")
        .exits(0)
        .says("Done: 1 created")
        .does_not_say("rejected: ");
}

#[test]
fn a_kept_plan_about_one_person_holds_no_more() {
    let lab = Lab::ldap(&staff(4));
    after_changes(&lab);
    lab.run("plan --only ada --out plan.json").exits(0);
    lab.run("apply plan.json").exits(0).says("Done: 1 updated");
    assert_eq!(family_names(&lab), ["Changed", "Test", "Test", "Test"]);
}
