//! What the configuration and the guard refuse.

use super::stage::{NOBODY, Stage, group, group_dn, person, person_dn};

/// Groups of a source need a target that stores them.
#[test]
fn groups_need_a_target_that_stores_them() {
    let stage = Stage::new(&person(1, "ada"));
    stage.reconfigure("  groups: {ou: ou=groups}\n", "");
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 2);
    assert!(
        ran.err
            .contains("`sources.ldap.groups` is given, but the target stores no groups"),
        "{}",
        ran.err
    );
}

/// An attribute without a property is reported, with the key.
#[test]
fn an_attribute_of_groups_has_to_be_a_property() {
    let stage = Stage::new(&person(1, "ada"));
    stage.reconfigure(
        "name: cn, description: description",
        "name: cn, descripton: description",
    );
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 2);
    assert!(
        ran.err
            .contains("unknown key `sources.ldap.groups.attributes.descripton`"),
        "{}",
        ran.err
    );
}

/// An emptied group is noticed, unless the limit says that it may be.
#[test]
fn an_emptied_group_is_noticed() {
    let members: Vec<String> = (1..=10).map(|number| person_dn(&format!("p{number}"))).collect();
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    let people: String = (1..=10)
        .map(|number| person(number, &format!("p{number}")))
        .collect();
    let stage = Stage::new(&(people + &group(11, "staff", &members)));
    stage.converges();
    stage.reconfigure("max_memberships_removed: 100%", "max_memberships_removed: 20%");
    let keep = |count: usize| {
        let kept = format!("member: {}\n", members[..count].join("\nmember: "));
        stage.directory.change(&format!(
            "dn: {}\nchangetype: modify\nreplace: member\nmember: {NOBODY}\n{kept}",
            group_dn("staff")
        ));
    };
    keep(7);
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 4, "{}{}", ran.out, ran.err);
    assert!(
        ran.err.contains("3 of 10 members (30.0 %) would leave a group; `guard.max_memberships_removed` is 20 %, which allows 2"),
        "{}",
        ran.err
    );
    keep(8);
    stage.converges();
}

/// A filter that finds no group at all removes none.
#[test]
fn a_source_without_any_group_removes_none() {
    let stage = Stage::new(&[person(1, "ada"), group(11, "staff", &[&person_dn("ada")])].concat());
    stage.converges();
    stage.reconfigure(
        "(|(objectClass=groupOfNames)(objectClass=posixGroup))",
        "(cn=nothing)",
    );
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 4, "{}{}", ran.out, ran.err);
    assert!(
        ran.err.contains("source `ldap` contains no groups at all"),
        "{}",
        ran.err
    );
    stage.holds(&[("staff", &["ada"])]);
}

/// All types share the identifiers of the server: of two records with the same one, the first one gets it, and a
/// taken one is never requested. When the owner leaves, the other one gets it in the same run.
#[test]
fn a_person_and_a_group_cannot_have_one_identifier() {
    let staff = group(1, "staff", &[&person_dn("bob")]);
    let stage = Stage::new(&[person(1, "ada"), person(2, "bob"), staff].concat());
    let is_told = |told: &str, written: &[&str]| {
        let ran = stage.run(&["sync"]);
        assert_eq!(ran.exit, 1, "{}{}", ran.out, ran.err);
        assert!(ran.out.contains(told), "{told}: {}", ran.out);
        assert_eq!(stage.writes(), written);
        assert_eq!(stage.udm.locks(), []);
    };
    is_told(
        "another record gets the same `univentionObjectIdentifier`: ",
        &["POST container/ou/", "POST users/user/", "POST users/user/"],
    );
    is_told(
        "has this `univentionObjectIdentifier`: a group and a user cannot have one external id",
        &[],
    );
    stage
        .directory
        .change(&format!("dn: {}\nchangetype: delete\n", person_dn("ada")));
    stage.converges();
    stage.holds(&[("staff", &["bob"])]);
}
