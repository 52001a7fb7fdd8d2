//! Runs that are killed before or after any of their writes.

use testkit::udm::Moment;

use super::stage::{Stage, added, group, group_dn, person, person_dn};
use crate::udm::double::kill_at;

/// Names pass on, groups change places, people and groups come and go: killed anywhere, the next run completes it and the
/// one after that is empty.
#[test]
fn a_run_with_groups_that_was_killed_is_completed() {
    for moment in [Moment::Received, Moment::Processed] {
        for write in 1.. {
            let stage = stage();
            if !kill_at(&stage.udm, &stage.installation, write, moment) {
                assert!(write > 10, "{write} {moment:?}");
                break;
            }
            stage.converges();
            assert!(stage.udm.locks().is_empty(), "{write} {moment:?}");
            stage.holds(&[
                ("crew", &["ada", "all", "new"]),
                ("all", &["guests"]),
                ("guests", &["bob"]),
            ]);
        }
    }
}

/// A target in line with the directory, which has changed since.
fn stage() -> Stage {
    let entries = [
        person(1, "ada"),
        person(2, "bob"),
        person(3, "gone"),
        group(11, "staff", &[&person_dn("ada"), &person_dn("gone")]),
        group(12, "all", &[&group_dn("staff")]),
        group(13, "old", &[&person_dn("bob")]),
    ];
    let stage = Stage::new(&entries.concat());
    stage.converges();
    let rename = |from: &str, to: &str| {
        format!(
            "dn: {}\nchangetype: modrdn\nnewrdn: uid={to}\ndeleteoldrdn: 1\n\n",
            person_dn(from)
        )
    };
    let members = |name: &str, members: &[String]| {
        let lines: Vec<String> = members.iter().map(|member| format!("member: {member}")).collect();
        format!(
            "dn: {}\nchangetype: modify\nreplace: member\n{}\n\n",
            group_dn(name),
            lines.join("\n")
        )
    };
    stage.directory.change(
        &[
            rename("ada", "tmp"),
            rename("bob", "ada"),
            rename("tmp", "bob"),
            format!("dn: {}\nchangetype: delete\n\n", person_dn("gone")),
            format!("dn: {}\nchangetype: delete\n\n", group_dn("old")),
            added(&person(4, "new")),
            format!(
                "dn: {}\nchangetype: modrdn\nnewrdn: cn=crew\ndeleteoldrdn: 1\n\n",
                group_dn("staff")
            ),
            added(&group(14, "guests", &[&person_dn("bob")])),
            members("all", &[group_dn("guests")]),
            members("crew", &[person_dn("ada"), person_dn("new"), group_dn("all")]),
        ]
        .concat(),
    );
    stage
}
