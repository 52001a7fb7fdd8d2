//! How many requests a run sends.

use super::stage::{Stage, added, group, group_dn, person, person_dn};

/// Members of the large group.
const MANY: u32 = 300;

/// People, ten groups of which each second holds the one before, and a group of everybody.
fn entries(people: u32) -> String {
    let name = |number: u32| format!("p{number}");
    let mut all: Vec<String> = (1..=people).map(|number| person(number, &name(number))).collect();
    for number in 0..10 {
        let mut members = vec![person_dn(&name(number + 1)), person_dn(&name(number + 2))];
        members.extend((number % 2 == 1).then(|| group_dn(&format!("g{}", number - 1))));
        let members: Vec<&str> = members.iter().map(String::as_str).collect();
        all.push(group(1_000 + number, &format!("g{number}"), &members));
    }
    let everybody: Vec<String> = (1..=people).map(|number| person_dn(&name(number))).collect();
    let everybody: Vec<&str> = everybody.iter().map(String::as_str).collect();
    all.push(group(2_000, "everybody", &everybody));
    all.concat()
}

/// A first load is one request for each object, whatever is in whatever; without a change the number of requests is the
/// same for any size; and each changed object is one PATCH.
#[test]
fn requests_are_bounded() {
    let mut unchanged = Vec::new();
    for people in [20, MANY] {
        let stage = Stage::new(&entries(people));
        stage.sync();
        let containers = 2;
        let objects = usize::try_from(people).unwrap() + 11;
        assert_eq!(stage.udm.writes().len(), objects + containers, "{people}");
        // The templates, the base and the containers: there is nothing to list yet.
        assert_eq!(stage.udm.requests(), objects + containers + 5, "{people}");
        stage.sync();
        assert_eq!(stage.udm.writes().len(), 0);
        unchanged.push(stage.udm.requests());
    }
    assert_eq!(unchanged, [7, 7]);
}

/// One in a hundred changes.
#[test]
fn each_changed_object_is_one_patch() {
    let stage = Stage::new(&entries(MANY));
    stage.converges();
    let modify = |dn: &str, what: &str| format!("dn: {dn}\nchangetype: modify\n{what}\n\n");
    stage.directory.change(
        &[
            modify(&person_dn("p1"), "replace: sn\nsn: Changed"),
            modify(&person_dn("p2"), "add: description\ndescription: new"),
            added(&person(900, "new")),
            format!("dn: {}\nchangetype: delete\n\n", person_dn("p300")),
            modify(
                &group_dn("everybody"),
                &format!("add: member\nmember: {}", person_dn("new")),
            ),
            modify(
                &group_dn("g3"),
                &format!(
                    "replace: member\nmember: {}\nmember: {}",
                    person_dn("p9"),
                    group_dn("g4")
                ),
            ),
        ]
        .concat(),
    );
    stage.sync();
    let mut writes = stage.writes();
    writes.sort();
    assert_eq!(
        writes,
        [
            "DELETE users/user/{dn}",
            "PATCH groups/group/{dn}",
            "PATCH groups/group/{dn}",
            "PATCH users/user/{dn}",
            "PATCH users/user/{dn}",
            "POST users/user/",
        ]
    );
    assert_eq!(stage.udm.requests(), 7 + 6);
    stage.converges();
}
