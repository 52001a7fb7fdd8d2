//! Members that no search finds are outside, whatever the reason. A group with one follows its changes.

use super::stage::{Stage, added, group, group_dn, person, person_dn};

const FAR: &str = "dn: ou=far,ou=people,dc=example,dc=com\nobjectClass: organizationalUnit\nou: far\n\n\
                   dn: ou=far,ou=groups,dc=example,dc=com\nobjectClass: organizationalUnit\nou: far\n\n";

const BOB: &str = "uid=bob,ou=people,dc=example,dc=com";
const BOB_FAR: &str = "uid=bob,ou=far,ou=people,dc=example,dc=com";
const INNER: &str = "cn=inner,ou=groups,dc=example,dc=com";
const INNER_FAR: &str = "cn=inner,ou=far,ou=groups,dc=example,dc=com";

/// A text of the configuration and its replacement.
type Edit = (&'static str, &'static str);

const IGNORED: Edit = ("    active:", "    ignore_dn_regex: 'uid=bob,'\n    active:");
const NEAR: Edit = ("    active:", "    scope: one\n    active:");
const FILTERED: Edit = (
    "(objectClass=inetOrgPerson)",
    "(&(objectClass=inetOrgPerson)(!(uid=bob)))",
);
/// A filter that hides people who are locked out leaves doubt about everyone whom it could find.
const LOCKED: Edit = (
    "(objectClass=inetOrgPerson)",
    "(&(objectClass=inetOrgPerson)(|(uid=*)(lockoutTime=1)))",
);
const IGNORED_GROUP: Edit = (
    "      attributes: {group_id",
    "      ignore_dn_regex: 'cn=inner,'\n      attributes: {group_id",
);
const NEAR_GROUPS: Edit = (
    "      attributes: {group_id",
    "      scope: one\n      attributes: {group_id",
);

/// The member, and why it is not read.
const REASONS: &[(&str, &[Edit])] = &[
    (BOB, &[IGNORED]),
    (BOB, &[FILTERED]),
    (BOB_FAR, &[NEAR]),
    (BOB, &[LOCKED, IGNORED]),
    (BOB_FAR, &[LOCKED, NEAR]),
    (INNER, &[IGNORED_GROUP]),
    (INNER_FAR, &[NEAR_GROUPS]),
    ("uid=gone,ou=people,dc=example,dc=com", &[]),
];

/// Why the group does not follow, if it does not.
fn stays_behind(outside: &str, edits: &[Edit]) -> Option<String> {
    let entry = match outside {
        BOB | BOB_FAR => person(2, "bob").replacen(BOB, outside, 1),
        INNER | INNER_FAR => group(12, "inner", &[&person_dn("ada")]).replacen(INNER, outside, 1),
        _ => String::new(),
    };
    let staff = group(11, "staff", &[&person_dn("ada"), outside]);
    let stage = Stage::new(&[FAR, &person(1, "ada"), &entry, &staff].concat());
    for (from, to) in edits {
        stage.reconfigure(from, to);
    }
    let members = || stage.groups().remove("staff").unwrap_or_default();
    stage.sync();
    let before = members();
    stage.directory.change(&format!(
        "{}dn: {}\nchangetype: modify\nreplace: member\nmember: {}\nmember: {outside}\n",
        added(&person(3, "eve")),
        group_dn("staff"),
        person_dn("eve"),
    ));
    let ran = stage.converges();
    let told = "1 member of 1 group left out: neither people nor groups that this source reads";
    let follows = before.iter().eq(["ada"]) && members().iter().eq(["eve"]) && ran.out.contains(told);
    (!follows).then(|| format!("{outside} {edits:?}: {before:?}, {:?}\n{}", members(), ran.out))
}

#[test]
fn a_group_with_a_member_that_is_not_read_follows_its_changes() {
    let behind = REASONS
        .iter()
        .filter_map(|(outside, edits)| stays_behind(outside, edits));
    let behind: Vec<String> = behind.collect();
    assert!(behind.is_empty(), "{}", behind.join("\n\n"));
}
