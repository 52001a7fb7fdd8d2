//! Plans that wait.

use super::*;

/// A plan that waits is held to the same, and so is one that was written by hand.
#[test]
fn a_plan_that_waits_gives_no_localpart_twice() {
    let lab = four();
    rows(&lab, &[("n1", "rooms"), ("n2", "free")]);
    lab.run("plan --out plan.json").exits(0);
    let id = lab.account(&staff(4)[1].email).id;
    set(&lab, &id, "rooms");
    lab.run("apply plan.json")
        .exits(1)
        .says(&format!("account {id} has the same `localpart`"));
    assert_eq!(
        new_localparts(&lab),
        [("n2@example.org".to_owned(), "free".to_owned())]
    );

    let lab = four();
    rows(&lab, &[("n1", "rooms")]);
    lab.run("plan --out plan.json").exits(0);
    let plan = fs::read_to_string(lab.path("plan.json")).unwrap();
    assert!(plan.contains("\"rooms\""), "{plan}");
    fs::write(
        lab.path("plan.json"),
        plan.replace("\"rooms\"", "\"@rooms:example.org\""),
    )
    .unwrap();
    let run = lab.run("apply plan.json");
    assert_ne!(run.exit, 0);
    assert_eq!(new_localparts(&lab), []);
}

/// An account that is adopted, or that lacks a `localpart`, gets none that another account holds.
#[test]
fn an_account_that_exists_gets_no_localpart_of_another() {
    let lab = four();
    for name in ["n1", "n2"] {
        lab.zitadel.add_user(UserSeed {
            email: format!("{name}@example.org"),
            email_verified: true,
            given_name: name.into(),
            family_name: "New".into(),
            ..UserSeed::default()
        });
    }
    let id = lab.account(&staff(4)[2].email).id;
    set(&lab, &id, "rooms");
    rows(&lab, &[("n1", "rooms"), ("n2", "free")]);
    lab.run("sync")
        .exits(1)
        .says(&format!("account {id} has the same `localpart`"));
    assert_eq!(
        new_localparts(&lab),
        [
            ("n1@example.org".to_owned(), String::new()),
            ("n2@example.org".to_owned(), "free".to_owned()),
        ]
    );
}
