//! Groups in groups: circles, and groups that change places.

use super::stage::{Stage, group, group_dn, person};

fn set_members(name: &str, members: &[&str]) -> String {
    let members: Vec<String> = members.iter().map(|member| group_dn(member)).collect();
    let members = [super::stage::NOBODY.to_owned()].into_iter().chain(members);
    let members: Vec<String> = members.map(|member| format!("member: {member}")).collect();
    format!(
        "dn: {}\nchangetype: modify\nreplace: member\n{}\n\n",
        group_dn(name),
        members.join("\n")
    )
}

/// The directory lets groups contain each other, and the server does not: one link is left out and told, in each run.
#[test]
fn the_last_link_of_a_circle_is_left_out() {
    let entries = [
        person(1, "ada"),
        group(11, "a", &[&group_dn("b")]),
        group(12, "b", &[&group_dn("c")]),
        group(13, "c", &[&group_dn("a")]),
    ];
    let stage = Stage::new(&entries.concat());
    for _ in 0..2 {
        let ran = stage.sync();
        let told = "is left out: it contains this group, directly or through other groups";
        assert_eq!(ran.out.matches(told).count(), 1, "{}", ran.out);
        assert!(ran.out.contains("member `a` is left out"), "{}", ran.out);
        stage.holds(&[("a", &["b"]), ("b", &["c"]), ("c", &[])]);
    }
    assert_eq!(stage.writes(), Vec::<String>::new());
}

/// What contained the other one is contained in it from now on, at both ends of a chain: in one run.
#[test]
fn groups_change_places_in_one_run() {
    let entries = [
        person(1, "ada"),
        group(11, "a", &[&group_dn("b")]),
        group(12, "b", &[&group_dn("c")]),
        group(13, "c", &[super::stage::NOBODY]),
    ];
    let stage = Stage::new(&entries.concat());
    stage.converges();
    stage.directory.change(
        &[
            set_members("a", &[]),
            set_members("b", &["a"]),
            set_members("c", &["b"]),
        ]
        .concat(),
    );
    stage.converges();
    stage.holds(&[("a", &[]), ("b", &["a"]), ("c", &["b"])]);
}
