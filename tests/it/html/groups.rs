//! A page about users and groups.

use std::fs;

use super::written::text;
use crate::groups::stage::{Stage, added, group, group_dn, id, person, person_dn};

/// A target with groups, and a directory in which one group was renamed, another has other members, a third one is
/// new and contains both, and one person is missing.
fn changed() -> Stage {
    let stage = Stage::new(
        &[
            person(1, "ada"),
            person(2, "bob"),
            person(3, "eve"),
            group(11, "staff", &[&person_dn("ada"), &person_dn("eve")]),
            group(12, "team", &[&person_dn("bob")]),
        ]
        .concat(),
    );
    stage.converges();
    stage.directory.change(
        &[
            format!("dn: {}\nchangetype: delete\n\n", person_dn("eve")),
            format!(
                "dn: {}\nchangetype: modrdn\nnewrdn: cn=crew\ndeleteoldrdn: 1\n\n",
                group_dn("staff")
            ),
            format!(
                "dn: {}\nchangetype: modify\nreplace: member\nmember: {}\n\n",
                group_dn("team"),
                person_dn("ada")
            ),
            added(&group(13, "all", &[&group_dn("crew"), &group_dn("team")])),
        ]
        .concat(),
    );
    stage
}

/// The page of a run, as text from its changes by kind on; accounts have no ids, which are other ones each time.
fn page(stage: &Stage, words: &[&str]) -> String {
    let file = stage.installation.path("page.html");
    let ran = stage.run(&[words, &["--html", file.to_str().unwrap()]].concat());
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    let text = text(&fs::read_to_string(file).unwrap());
    let (_, text) = text.split_once(" Changes by kind ").unwrap();
    let mut parts = text.split(" account ");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| text + " account" + &part[ID..])
}

/// Letters of an entryUUID.
const ID: usize = 36;

/// The parts of a page that a plan and a run have in common. `done` is the state of each change.
fn changes(done: &str, name: &str, new: &str) -> String {
    let [ada, bob, staff, team] = [1, 2, 11, 12].map(|number| hex::encode(id(number)));
    format!(
        "Removals 1 These accounts are deleted or deactivated, or lose their last role. delete eve absent from all sources{done} \
         state active deleted account \
         Renames 1 These accounts get another login name. update group staff{done} login name staff crew {name} \
         record cn=crew,ou=groups,dc=example,dc=com (ldap) · account \
         New accounts 1 These accounts do not exist yet. create group all{done} {new} members added group {staff} group {team} \
         record cn=all,ou=groups,dc=example,dc=com (ldap) \
         Updates 1 These accounts get other values. update group team{done} members removed user {bob} members added user {ada} \
         record cn=team,ou=groups,dc=example,dc=com (ldap) · account \
         Warnings 1 member of 1 group left out: neither people nor groups that this source reads 1 \
         ou=groups,dc=example,dc=com (ldap)"
    )
}

/// Groups are counted beside the people, and each is shown with its name, its members and what came of it.
#[test]
fn a_page_shows_groups() {
    let stage = changed();
    let limits = "guard.max_logins_changed 100 % 2 1 of 2 groups within guard.max_adoptions_renaming 10 % 1 0 of 2 groups unused \
                  guard.max_memberships_removed 100 % 3 1 of 3 members within";
    let is_page = |words: &[&str], kinds: &str, changes: &str| {
        let page = page(&stage, words);
        let planned = format!("{kinds} It takes 4 requests. Sources Source Read Rejected State ldap ldap://");
        assert!(page.starts_with(&planned), "{planned:?}: {page}");
        for part in [" complete ldap groups 3 0 complete Limits ", limits, changes] {
            assert!(page.contains(part), "{part:?}: {page}");
        }
    };
    let planned = "Kind Planned delete user 1 create group 1 update group 2";
    let hidden = changes("", "changes name", "sets name position ou=groups");
    is_page(&["plan"], planned, &hidden);
    let shown = changes("", "name staff crew", "name all position ou=groups");
    is_page(&["plan", "--show-values"], planned, &shown);
    let made = "Kind Planned Done Failed delete user 1 1 0 create group 1 1 0 update group 2 2 0";
    let done = changes(" done", "changes name", "sets name position ou=groups");
    is_page(&["sync"], made, &done);
    stage.holds(&[("crew", &["ada"]), ("team", &["ada"]), ("all", &["crew", "team"])]);
}
