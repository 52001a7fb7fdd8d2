//! One run converges, whatever changed about people and groups; the second run is empty.

use super::stage::{GROUPS, PEOPLE, Stage, added, group, group_dn, id, person, person_dn};

/// Ada and Bob are staff, and the staff is in all.
fn entries() -> String {
    [
        person(1, "ada"),
        person(2, "bob"),
        group(11, "staff", &[&person_dn("ada"), &person_dn("bob")]),
        group(12, "all", &[&group_dn("staff")]),
    ]
    .concat()
}

fn stage() -> Stage {
    let stage = Stage::new(&entries());
    stage.converges();
    stage.holds(&[("staff", &["ada", "bob"]), ("all", &["staff"])]);
    stage
}

/// Containers, people, groups, the inner group before the outer one: each object is one request.
#[test]
fn a_first_load_is_one_request_an_object() {
    let stage = Stage::new(&entries());
    let ran = stage.sync();
    let expected = [
        "POST container/ou/",
        "POST container/ou/",
        "POST groups/group/",
        "POST groups/group/",
        "POST users/user/",
        "POST users/user/",
    ];
    let mut writes = stage.writes();
    writes.sort();
    assert_eq!(writes, expected);
    assert!(ran.out.contains("It takes 6 requests"), "{}", ran.out);
    assert!(
        ran.out.contains("Source ldap: 2 read; 2 groups read\n"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains(
            "Plan: 2 to create, 2 groups to create; 0 unchanged (0 accounts, 0 managed; 0 groups, 0 managed)."
        ),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("Done: 2 created, 2 groups created"),
        "{}",
        ran.out
    );
    stage.sync();
    assert_eq!(stage.writes(), Vec::<String>::new());
}

/// A user is renamed and the group gets another member: the renamed one stays, and the group is one PATCH.
#[test]
fn a_renamed_user_keeps_the_groups_that_change() {
    let stage = stage();
    stage.directory.change(&format!(
        "{}dn: {}\nchangetype: modrdn\nnewrdn: uid=ada.new\ndeleteoldrdn: 1\n\n\
         dn: {}\nchangetype: modify\nreplace: member\nmember: {}\nmember: {}\nmember: {}\n",
        added(&person(3, "eve")),
        person_dn("ada"),
        group_dn("staff"),
        person_dn("ada.new"),
        person_dn("bob"),
        person_dn("eve"),
    ));
    let ran = stage.sync();
    let mut writes = stage.writes();
    writes.sort();
    assert_eq!(
        writes,
        [
            "PATCH groups/group/{dn}",
            "PATCH users/user/{dn}",
            "POST users/user/"
        ],
        "{}",
        ran.out
    );
    assert!(ran.out.contains("members +1"), "{}", ran.out);
    stage.holds(&[("staff", &["ada.new", "bob", "eve"]), ("all", &["staff"])]);
    stage.converges();
}

/// The inner group gets another name, the outer one another member group.
#[test]
fn a_renamed_group_stays_in_a_parent_that_changes() {
    let stage = stage();
    stage.directory.change(&format!(
        "dn: {}\nchangetype: modrdn\nnewrdn: cn=crew\ndeleteoldrdn: 1\n\n{}\
         dn: {}\nchangetype: modify\nreplace: member\nmember: {}\nmember: {}\n",
        group_dn("staff"),
        added(&group(13, "guests", &[&person_dn("ada")])),
        group_dn("all"),
        group_dn("crew"),
        group_dn("guests"),
    ));
    stage.converges();
    stage.holds(&[
        ("crew", &["ada", "bob"]),
        ("all", &["crew", "guests"]),
        ("guests", &["ada"]),
    ]);
}

/// Two people exchange their login names; each stays in the groups that are theirs.
#[test]
fn swapped_names_are_swapped_in_groups() {
    let stage = Stage::new(
        &[
            person(1, "ada"),
            person(2, "bob"),
            group(11, "staff", &[&person_dn("ada")]),
        ]
        .concat(),
    );
    stage.converges();
    let rename = |from: &str, to: &str| {
        format!(
            "dn: {}\nchangetype: modrdn\nnewrdn: uid={to}\ndeleteoldrdn: 1\n\n",
            person_dn(from)
        )
    };
    stage.directory.change(
        &[
            rename("ada", "tmp"),
            rename("bob", "ada"),
            rename("tmp", "bob"),
            format!(
                "dn: {}\nchangetype: modify\nreplace: member\nmember: {}\n",
                group_dn("staff"),
                person_dn("bob")
            ),
        ]
        .concat(),
    );
    stage.converges();
    let ada = stage.udm.with_identifier(&id(1)).unwrap();
    assert_eq!(ada.dn, format!("uid=bob,{PEOPLE}"));
    stage.holds(&[("staff", &["bob"])]);
}

/// A group and a member are gone: both are deleted, and no group is written for that.
#[test]
fn what_is_deleted_leaves_its_groups_by_itself() {
    let stage = stage();
    stage.directory.delete(&group_dn("staff"));
    stage.directory.delete(&person_dn("bob"));
    stage.directory.change(&format!(
        "dn: {}\nchangetype: modify\nreplace: member\nmember: {}\n",
        group_dn("all"),
        person_dn("ada")
    ));
    let ran = stage.sync();
    let mut writes = stage.writes();
    writes.sort();
    assert_eq!(
        writes,
        [
            "DELETE groups/group/{dn}",
            "DELETE users/user/{dn}",
            "PATCH groups/group/{dn}"
        ],
        "{}",
        ran.out
    );
    stage.holds(&[("all", &["ada"])]);
    stage.converges();
    assert!(stage.udm.object(&format!("cn=staff,{GROUPS}")).is_none());
}

/// A leaver's username goes to a new person, who also joins the group.
#[test]
fn a_leavers_name_is_used_again_in_the_same_run() {
    let stage = stage();
    stage.directory.delete(&person_dn("bob"));
    stage.directory.change(&added(&person(3, "bob")));
    stage.converges();
    let bob = stage.udm.object(&format!("uid=bob,{PEOPLE}")).unwrap();
    assert_ne!(bob.get("univentionObjectIdentifier"), id(2).as_str());
    stage.holds(&[("staff", &["ada", "bob"]), ("all", &["staff"])]);
}

/// A person who moves to another place in the directory stays the same person, and a member.
#[test]
fn a_move_within_the_directory_changes_nothing() {
    let stage = stage();
    let new = format!("uid=ada,ou=moved,{}", "ou=people,dc=example,dc=com");
    stage.directory.change(&format!(
        "dn: ou=moved,ou=people,dc=example,dc=com\nchangetype: add\nobjectClass: organizationalUnit\nou: moved\n\n\
         dn: {}\nchangetype: modrdn\nnewrdn: uid=ada\ndeleteoldrdn: 1\nnewsuperior: ou=moved,ou=people,dc=example,dc=com\n\n\
         dn: {}\nchangetype: modify\nreplace: member\nmember: {new}\nmember: {}\n\n",
        person_dn("ada"),
        group_dn("staff"),
        person_dn("bob"),
    ));
    let ran = stage.sync();
    assert_eq!(stage.writes(), Vec::<String>::new(), "{}", ran.out);
    stage.holds(&[("staff", &["ada", "bob"]), ("all", &["staff"])]);
}
