//! `localpart` is what a messenger knows a person by, for ever: it is possible, and one person's alone, or not written.

mod plans;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use testkit::zitadel::{UserSeed, UserView};

use crate::safety::lab::{Lab, staff};

/// Four people with accounts, as they were before the file had a column `localpart`.
fn four() -> Lab {
    let lab = Lab::csv(&staff(4));
    lab.run("sync").exits(0);
    lab
}

/// The four and others, each with a cell for `localpart`; the four are on lines 2 to 5.
fn rows(lab: &Lab, more: &[(&str, &str)]) {
    let mut text = "email,first_name,last_name,phone,localpart\n".to_owned();
    for person in staff(4) {
        writeln!(
            text,
            "{},{},{},,",
            person.email, person.first_name, person.last_name
        )
        .unwrap();
    }
    for (name, localpart) in more {
        writeln!(text, "{name}@example.org,{name},New,,{localpart}").unwrap();
    }
    fs::write(lab.path("users.csv"), text).unwrap();
}

fn accounts(lab: &Lab) -> BTreeMap<String, UserView> {
    let users = lab.zitadel.users().into_iter();
    users.map(|user| (user.username.clone(), user)).collect()
}

/// The `localpart` of each account that was not among the four.
fn new_localparts(lab: &Lab) -> Vec<(String, String)> {
    let fours: Vec<String> = staff(4).into_iter().map(|person| person.email).collect();
    let users = accounts(lab).into_iter();
    users
        .filter(|(name, _)| !fours.contains(name))
        .map(|(name, user)| (name, user.metadata.get("localpart").cloned().unwrap_or_default()))
        .collect()
}

fn set(lab: &Lab, account: &str, value: &str) {
    let path = format!("/management/v1/users/{account}/metadata/localpart");
    let (status, reply) = lab
        .zitadel
        .act("POST", &path, &json!({"value": STANDARD.encode(value)}));
    assert_eq!(status, 200, "{reply}");
}

/// Two records with one `localpart` are both rejected, and each names the other. Other people are not affected.
#[test]
fn two_people_with_one_localpart_are_both_rejected() {
    let same = "another record has the same `localpart`: ";
    let impossible = "the `localpart` has characters that no Matrix id has";
    for (one, other, said) in [
        ("ada", "ada", same),
        ("ada", " ada ", same),
        ("ada", "ADA", impossible),
    ] {
        let lab = four();
        let before = accounts(&lab);
        rows(&lab, &[("n1", one), ("n2", other), ("n3", "alone")]);
        lab.run("sync")
            .exits(1)
            .says(&format!("users.csv:6 (csv): {same}"))
            .says(&format!("users.csv:7 (csv): {said}"));
        assert_eq!(
            new_localparts(&lab),
            [("n3@example.org".to_owned(), "alone".to_owned())]
        );
        let after = accounts(&lab);
        assert!(before.iter().all(|(name, account)| after[name] == *account));
    }
}

/// A `localpart` that a person of the run has already is no other person's, and its holder is not touched.
#[test]
fn a_localpart_that_another_person_has_is_not_given_again() {
    let lab = four();
    rows(&lab, &[("n1", "rooms")]);
    lab.run("sync").exits(0);
    let before = accounts(&lab);
    rows(&lab, &[("n1", "rooms"), ("n2", "rooms"), ("n3", "Rooms")]);
    lab.run("sync")
        .exits(1)
        .says("users.csv:7 (csv): another record has the same `localpart`: ")
        .does_not_say("users.csv:6 (csv): another record");
    assert_eq!(accounts(&lab), before);
}

/// An invalid localpart is rejected. Surrounding blanks are removed and reported.
#[test]
fn a_localpart_is_a_possible_one_or_not_written() {
    let long = "x".repeat(191);
    for impossible in [
        "Ada Love",
        " Ada Love ",
        "@n4:example.org",
        "ada\u{200b}",
        "Ada",
        "ad\u{e4}",
        "ada!",
        "a:b",
        "a@b",
        &long,
    ] {
        let lab = four();
        let before = accounts(&lab);
        rows(&lab, &[("n1", impossible)]);
        lab.run("sync")
            .exits(1)
            .says("users.csv:6 (csv): the `localpart`")
            .does_not_say(impossible);
        assert_eq!(accounts(&lab), before, "{impossible}");
    }
    let lab = four();
    rows(&lab, &[("n1", " ada.l "), ("n2", "a-b_c=d/e+f.0")]);
    lab.run("sync")
        .exits(0)
        .says("the `localpart` has blanks around it");
    let wanted = [("n1@example.org", "ada.l"), ("n2@example.org", "a-b_c=d/e+f.0")];
    assert_eq!(
        new_localparts(&lab),
        wanted.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    lab.run("sync").exits(0).says("nothing to change");
}

/// A text of the id that is no Matrix id is no `localpart` either.
#[test]
fn a_localpart_made_from_the_id_is_checked() {
    let lab = Lab::csv(&staff(1));
    let config = fs::read_to_string(lab.path("config.yaml")).unwrap();
    fs::write(
        lab.path("config.yaml"),
        config.replacen("sources:", "  localpart: plain\nsources:", 1),
    )
    .unwrap();
    lab.run("sync")
        .exits(1)
        .says("the `localpart`, which is made from the external id, has characters that no Matrix id has");
    assert_eq!(lab.names(), [""; 0]);
}

/// An existing value of an account stays, however odd, and its person is not rejected.
#[test]
fn a_localpart_that_is_stored_rejects_no_person() {
    for odd in ["Ada Love", "@n4:example.org", "\u{e4}", " ada "] {
        let lab = four();
        let id = lab.account(&staff(4)[0].email).id;
        set(&lab, &id, odd);
        let mut people = staff(4);
        people[0].last_name = "Married".to_owned();
        lab.people(&people);
        lab.run("sync").exits(0).says("1 updated");
        let account = lab.account(&people[0].email);
        assert_eq!(
            (&*account.metadata["localpart"], &*account.family_name),
            (odd, "Married")
        );
        // The same from the source.
        rows(&lab, &[]);
        let text = fs::read_to_string(lab.path("users.csv")).unwrap();
        let row = format!("{},{},{},,", people[0].email, "Ada", "Test");
        fs::write(lab.path("users.csv"), text.replace(&row, &format!("{row}{odd}"))).unwrap();
        lab.run("sync").exits(0);
        assert_eq!(lab.account(&people[0].email).metadata["localpart"], odd);
    }
}

/// An account of another person, with any provider and any id, keeps its unique values.
#[test]
fn a_localpart_of_any_account_of_the_organization_is_not_given_again() {
    let lab = four();
    let by_hand = lab.zitadel.add_user(UserSeed {
        email: "hand@example.org".into(),
        metadata: vec![("localpart".into(), b"hand".to_vec())],
        ..UserSeed::default()
    });
    let before = accounts(&lab);
    rows(&lab, &[("n1", "hand"), ("n2", "free")]);
    lab.zitadel.reset_counts();
    lab.run("sync")
        .exits(1)
        .says(&format!("account {by_hand} has the same `localpart`"));
    assert_eq!(
        new_localparts(&lab),
        [
            ("hand@example.org".to_owned(), "hand".to_owned()),
            ("n2@example.org".to_owned(), "free".to_owned()),
        ]
    );
    let after = accounts(&lab);
    assert!(before.iter().all(|(name, account)| after[name] == *account));
}

/// A uid that is used again would make the `localpart` that its former holder's account still carries.
#[test]
fn a_uid_that_is_used_again_gets_no_person_into_the_rooms_of_its_former_holder() {
    let mut people = staff(10);
    let lab = Lab::ldap(&people);
    lab.run("sync").exits(0);
    let rooms = lab.account("ada").metadata["localpart"].clone();
    // Ada gets another uid and keeps her address, so she keeps her account; then a new Ada comes.
    lab.slapd().delete(&people[0].dn());
    let mut moved = people[0].clone();
    moved.uid = "ada.moved".to_owned();
    lab.slapd().add(&moved);
    lab.run("sync").exits(0);
    assert_eq!(lab.account("ada.moved").metadata["localpart"], rooms);
    people[0].email = "new.ada@example.com".to_owned();
    lab.slapd().add(&people[0]);
    lab.run("sync").exits(1).says("has the same `localpart`");
    let holders = lab.zitadel.users().into_iter();
    assert_eq!(
        holders
            .filter(|user| user.metadata.get("localpart") == Some(&rooms))
            .count(),
        1
    );
}

/// Who is new in an organization without accounts costs nothing more, and a hundred new people one request later.
#[test]
fn asking_who_holds_a_localpart_costs_next_to_nothing() {
    let requests = |lab: &Lab| {
        lab.zitadel.reset_counts();
        lab.run("plan").exits(0);
        lab.zitadel.requests()
    };
    let lab = Lab::csv(&staff(1));
    let for_one = requests(&lab);
    lab.people(&staff(250));
    // Their ids are looked for, too, a hundred in a request.
    assert_eq!(requests(&lab) - for_one, 2);
    lab.run("sync").exits(0);
    let without = requests(&lab);
    lab.people(&staff(460));
    assert_eq!(requests(&lab) - without, 6);
}
