//! How many requests a run sends.

use std::time::Instant;

use super::stage::{Stage, added, group, group_dn, person, person_dn};

/// Who outside of the containers has the names and identifiers: asked of users and of groups.
const SEARCHES: usize = 2;

/// Members of the large group.
const MANY: u32 = 300;

/// People, ten groups of which each second one contains the one before, and a group with all people.
fn entries(people: u32) -> String {
    let name = |number: u32| format!("p{number}");
    let mut all: Vec<String> = (1..=people).map(|number| person(number, &name(number))).collect();
    for number in 0..10 {
        let mut members = vec![person_dn(&name(number + 1)), person_dn(&name(number + 2))];
        members.extend((number % 2 == 1).then(|| group_dn(&format!("g{}", number - 1))));
        let members: Vec<&str> = members.iter().map(String::as_str).collect();
        all.push(group(10_000 + number, &format!("g{number}"), &members));
    }
    let everybody: Vec<String> = (1..=people).map(|number| person_dn(&name(number))).collect();
    let everybody: Vec<&str> = everybody.iter().map(String::as_str).collect();
    all.push(group(20_000, "everybody", &everybody));
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
        assert_eq!(
            stage.udm.requests(),
            objects + containers + 5 + SEARCHES,
            "{people}"
        );
        stage.sync();
        assert_eq!(stage.udm.writes().len(), 0);
        unchanged.push(stage.udm.requests());
    }
    assert_eq!(unchanged, [7, 7]);
}

/// A group of 5,000 members is one write, and so is a member more or less.
#[test]
fn a_group_of_thousands_is_one_write() {
    const MEMBERS: u32 = 5_000;
    let stage = Stage::new(&entries(MEMBERS));
    let began = Instant::now();
    stage.sync();
    let first_load = began.elapsed();
    let of_groups = |stage: &Stage| {
        let all = stage
            .udm
            .writes()
            .into_iter()
            .filter(|write| write.pattern.contains("groups/group"));
        all.map(|write| write.pattern).collect::<Vec<_>>()
    };
    // Each group once, with all its members.
    assert_eq!(of_groups(&stage), ["POST groups/group/"; 11]);
    assert_eq!(stage.groups()["everybody"].len(), MEMBERS as usize);
    // Everything is listed where so many names are new: one request of users and one of groups.
    assert_eq!(stage.udm.requests(), MEMBERS as usize + 11 + 2 + 5 + 2);
    stage.sync();
    assert_eq!((stage.udm.requests(), stage.writes().len()), (7, 0));
    let change = |what: &str| {
        let dn = group_dn("everybody");
        stage
            .directory
            .change(&format!("dn: {dn}\nchangetype: modify\n{what}\n"));
        let began = Instant::now();
        stage.sync();
        assert_eq!(of_groups(&stage), ["PATCH groups/group/{dn}"]);
        (
            began.elapsed(),
            stage.udm.writes().pop().unwrap().body.to_string().len(),
        )
    };
    let (less, sent) = change(&format!("delete: member\nmember: {}", person_dn("p1")));
    assert!(sent < 1_000, "the whole list is sent: {sent} bytes");
    assert!(!stage.groups()["everybody"].contains("p1"));
    let (more, _) = change(&format!("add: member\nmember: {}", person_dn("p1")));
    assert_eq!(stage.groups()["everybody"].len(), MEMBERS as usize);
    println!("first load {first_load:?}, a member less {less:?}, a member more {more:?}");
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
    // Whether an object outside has the new name.
    assert_eq!(stage.udm.requests(), 7 + 6 + 2);
    stage.converges();
}
