//! Membership: by any spelling of a name, by login name, and members that stay because they are unknown.

use testkit::udm::UserSeed;

use super::stage::{GROUPS, NOBODY, PEOPLE, Stage, added, group, group_dn, person, person_dn};

/// Letter case, blanks and escapes make no other member; what is outside of the searches is counted.
#[test]
fn members_are_found_by_any_spelling_of_their_name() {
    let spelled = "UID = ada , OU=People,DC=example,DC=com";
    let posix = "dn: cn=shell,ou=groups,dc=example,dc=com\nobjectClass: posixGroup\ncn: shell\ngidNumber: 7\n\
                 entryUUID: 00000012-1111-4111-8111-111111111111\nmemberUid: ADA\nmemberUid: gone\n\n";
    let stage = Stage::new(
        &[
            person(1, "ada"),
            group(11, "staff", &[spelled, NOBODY]),
            posix.to_owned(),
        ]
        .concat(),
    );
    let ran = stage.converges();
    stage.holds(&[("staff", &["ada"]), ("shell", &["ada"])]);
    let told = "2 members of 2 groups left out: neither people nor groups that this source reads";
    assert!(ran.out.contains(told), "{}", ran.out);
}

/// A member that no source manages stays, whatever else changes.
#[test]
fn members_of_others_stay() {
    let stage = Stage::new(&[person(1, "ada"), group(11, "staff", &[&person_dn("ada")])].concat());
    stage.converges();
    let other = stage.udm.add_user(UserSeed::new(
        "other",
        "cn=users,dc=univention-organization,dc=intranet",
    ));
    stage.udm.add_member(&format!("cn=staff,{GROUPS}"), &other);
    stage.directory.change(&format!(
        "{}dn: {}\nchangetype: modify\nreplace: member\nmember: {}\n",
        added(&person(2, "bob")),
        group_dn("staff"),
        person_dn("bob")
    ));
    stage.converges();
    stage.holds(&[("staff", &["bob", "other"])]);
}

/// A person whose record cannot be used stays a member, while others come and go.
#[test]
fn a_rejected_member_stays() {
    let entries = [
        person(1, "ada"),
        person(2, "bob"),
        group(11, "staff", &[&person_dn("ada"), &person_dn("bob")]),
    ];
    let stage = Stage::new(&entries.concat());
    stage.converges();
    stage.reconfigure("lastname: sn", "lastname: {name: sn, value: only}");
    stage.directory.change(&format!(
        "dn: {}\nchangetype: modify\nadd: sn\nsn: other\n\n{}\
         dn: {}\nchangetype: modify\nreplace: member\nmember: {}\nmember: {}\n",
        person_dn("bob"),
        added(&person(3, "eve")),
        group_dn("staff"),
        person_dn("bob"),
        person_dn("eve"),
    ));
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("`value: only` allows one"), "{}", ran.out);
    stage.holds(&[("staff", &["bob", "eve"])]);
    assert!(stage.users().contains("bob"));
    assert!(stage.udm.object(&format!("uid=ada,{PEOPLE}")).is_some());
}

/// Who is made a member again by hand is taken out, and who was taken out comes back.
#[test]
fn members_are_kept_equal() {
    let stage = Stage::new(
        &[
            person(1, "ada"),
            person(2, "bob"),
            group(11, "staff", &[&person_dn("ada")]),
        ]
        .concat(),
    );
    stage.converges();
    let staff = format!("cn=staff,{GROUPS}");
    stage.udm.add_member(&staff, &format!("uid=bob,{PEOPLE}"));
    stage.udm.remove_member(&staff, &format!("uid=ada,{PEOPLE}"));
    let ran = stage.sync();
    assert_eq!(stage.writes(), ["PATCH groups/group/{dn}"], "{}", ran.out);
    stage.holds(&[("staff", &["ada"])]);
    stage.converges();
}

/// If the server refuses a user, other memberships are still written.
#[test]
fn a_failed_create_holds_back_no_group() {
    let entries = [
        person(1, "ada"),
        person(2, "bob@x"),
        group(11, "staff", &[&person_dn("ada"), &person_dn("bob@x")]),
    ];
    let stage = Stage::new(&entries.concat());
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 1, "{}{}", ran.out, ran.err);
    assert_eq!(
        stage
            .writes()
            .iter()
            .filter(|write| *write == "POST users/user/")
            .count(),
        2
    );
    stage.holds(&[("staff", &["ada"])]);
}

/// The same if an object outside of the container has the name.
#[test]
fn a_create_that_is_not_tried_holds_back_no_group() {
    let stage = Stage::new(
        &[
            person(1, "ada"),
            person(2, "bob"),
            group(11, "staff", &[&person_dn("ada"), &person_dn("bob")]),
        ]
        .concat(),
    );
    stage.udm.add_user(UserSeed::new(
        "bob",
        "cn=users,dc=univention-organization,dc=intranet",
    ));
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 1, "{}{}", ran.out, ran.err);
    stage.holds(&[("staff", &["ada"])]);
}

/// `users` and `check` show the groups that a source yields.
#[test]
fn groups_of_a_source_are_shown() {
    let stage = Stage::new(&[person(1, "ada"), group(11, "staff", &[&person_dn("ada")])].concat());
    let ran = stage.run(&["users", "--show-values"]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    assert!(
        ran.out
            .contains("staff\tgroup\tcn=staff,ou=groups,dc=example,dc=com\t1 member\t"),
        "{}",
        ran.out
    );
    let ran = stage.run(&["users", "--format", "json"]);
    assert!(
        ran.out.contains("\"type\":\"group\"") && ran.out.contains("\"members\":1"),
        "{}",
        ran.out
    );
    let ran = stage.run(&["check"]);
    // The only person has no description, which is a fault of the data.
    assert_eq!(ran.exit, 1, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("sources: groups: 1 usable, with 1 members"),
        "{}",
        ran.out
    );
}

/// A user that is deleted leaves its groups with it. No group is written for that, although the source still names the person.
#[test]
fn who_is_disabled_leaves_the_groups_without_a_write() {
    let members = [person_dn("ada"), person_dn("bob")];
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    let stage = Stage::new(&[person(1, "ada"), person(2, "bob"), group(11, "staff", &members)].concat());
    stage.reconfigure("active: [\"(uid=*)\"]", "active: [\"(!(description=left))\"]");
    stage.converges();
    stage.directory.change(&format!(
        "dn: {bob}\nchangetype: modify\nadd: description\ndescription: left\n\n\
         dn: {}\nchangetype: modify\ndelete: member\nmember: {bob}\n\n",
        group_dn("staff"),
        bob = members[1],
    ));
    stage.sync();
    assert_eq!(stage.writes(), ["DELETE users/user/{dn}"]);
    stage.holds(&[("staff", &["ada"])]);
    stage.converges();
    assert_eq!(stage.writes(), Vec::<String>::new());
}
