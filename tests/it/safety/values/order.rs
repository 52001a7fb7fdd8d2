//! Login names change hands.

use testkit::people::Person;
use testkit::zitadel::{Fault, FaultKind};

use crate::safety::lab::{Lab, staff};

const NO_LIMIT: &str = "guard: {max_logins_changed: 100%}\n";

/// Ada and Ben have accounts, and have swapped their addresses in the directory.
fn swapped() -> Lab {
    let lab = Lab::ldap(&staff(2));
    lab.run("sync").exits(0);
    lab.address("ada", "ben@example.com");
    lab.address("ben", "ada@example.com");
    lab.configure(NO_LIMIT);
    lab.zitadel.reset_counts();
    lab
}

fn assert_swapped(lab: &Lab) {
    assert_eq!(lab.account("ada").username, "ben@example.com");
    assert_eq!(lab.account("ada").email, "ben@example.com");
    assert_eq!(lab.account("ben").username, "ada@example.com");
    lab.run("plan --detailed-exit-code").exits(0);
}

#[test]
fn two_people_swap_their_addresses_in_one_run() {
    let lab = swapped();
    lab.run("sync").exits(0).says("login through a temporary name");
    let refused: Vec<_> = lab
        .zitadel
        .writes()
        .into_iter()
        .filter(|write| write.status != 200)
        .collect();
    assert_eq!(refused, []);
    assert_swapped(&lab);
}

/// If any write of the exchange fails permanently, the next run completes it, and no account stays with a temporary
/// name if that can be avoided.
#[test]
fn an_exchange_that_fails_anywhere_is_completed_by_the_next_run() {
    for write in 1..=3 {
        let lab = swapped();
        lab.zitadel
            .inject(Fault::nth_write(write, FaultKind::status(400)));
        lab.run("sync").exits(1);
        lab.zitadel.clear_faults();
        if write < 3 {
            assert_eq!(
                lab.names(),
                ["ada@example.com", "ben@example.com"],
                "write {write}"
            );
        }
        lab.run("sync").exits(0);
        assert_swapped(&lab);
    }
}

#[test]
fn a_chain_of_names_ends_with_a_new_person() {
    let lab = Lab::ldap(&staff(3));
    lab.run("sync").exits(0);
    lab.address("ada", "free@example.com");
    lab.address("ben", "ada@example.com");
    lab.address("cleo", "ben@example.com");
    let newcomer = Person {
        email: "cleo@example.com".to_owned(),
        ..Person::new("dora", "Dora", "Test")
    };
    lab.slapd().add(&newcomer);
    lab.configure(NO_LIMIT);
    lab.zitadel.reset_counts();
    lab.run("sync").exits(0).does_not_say("temporary name");
    assert!(
        lab.zitadel
            .writes()
            .iter()
            .all(|write| (200..300).contains(&write.status))
    );
    assert_eq!(lab.account("dora").username, "cleo@example.com");
    assert_eq!(lab.account("cleo").username, "ben@example.com");
}

/// The delete has its own reason. A change that needs the name waits, and reports if it was not started.
#[test]
fn who_needs_the_name_of_a_removed_person_waits_for_the_delete() {
    let lab = Lab::ldap(&staff(3));
    lab.run("sync").exits(0);
    lab.disable("ada");
    lab.address("ben", "ada@example.com");
    lab.configure(NO_LIMIT);
    lab.zitadel
        .inject(Fault::once("DELETE", "/v2/users/", FaultKind::status(400)));
    lab.run("sync")
        .exits(1)
        .says(": the account that has its login name was to give it up, which failed");
    assert_eq!(lab.account("ben").username, "ben@example.com");
    lab.run("sync").exits(0);
    assert_eq!(lab.names(), ["ada@example.com", "cleo@example.com"]);
    assert_eq!(lab.account("ben").username, "ada@example.com");
}
