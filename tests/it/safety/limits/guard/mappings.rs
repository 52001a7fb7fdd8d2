//! Addresses that are used again, and wrong mappings.

use super::*;

/// Two accounts made by hand have addresses that belong to other people by now.
fn used_again() -> Lab {
    let people = [
        Person::new("ada", "Ada", "Lovelace"),
        Person::new("ben", "Ben", "Bell"),
    ];
    let lab = Lab::csv(&people);
    for person in people {
        lab.zitadel.add_user(UserSeed {
            email: person.email,
            given_name: "Some".to_owned(),
            family_name: "Body".to_owned(),
            ..UserSeed::default()
        });
    }
    lab
}

#[test]
fn an_address_that_is_used_again_gives_no_account_away() {
    let lab = used_again();
    let refused = lab.run("sync").exits(4).says(
        "refused: 2 accounts (none is managed and active so far) would be adopted by a person with another first \
         and last name; `guard.max_adoptions_renaming` is 10 %, which always allows one",
    );
    assert_eq!(lab.zitadel.writes(), []);
    let mut people = [
        Person::new("ada", "Ada", "Lovelace"),
        Person::new("ben", "Ben", "Bell"),
    ];
    // Still another person comes before the token is used.
    people[1] = Person::new("ben", "Eve", "Else");
    lab.people(&people);
    let token = token(&refused);
    lab.run(&format!("sync --approve {token}"))
        .exits(4)
        .says("does not match");
    lab.configure("guard: {max_adoptions_renaming: 2}\n");
    lab.run("sync").exits(0).says("2 adopted");
}

/// The list did not show the account, so the guard could not count its adoption; the next run can.
#[test]
fn an_account_of_another_name_that_turns_up_late_is_not_taken() {
    let late = Lab::csv(&[Person::new("ada", "Ada", "Lovelace")]);
    late.zitadel.freeze_projection_for(ReadSide::Users, 1);
    late.zitadel.add_user(UserSeed {
        email: Person::new("ada", "", "").email,
        given_name: "Some".to_owned(),
        family_name: "Body".to_owned(),
        ..UserSeed::default()
    });
    late.run("sync")
        .exits(1)
        .says("it belongs to a person with another first and last name");
    late.run("sync").exits(0).says("1 adopted");
}

/// With a wrong attribute name, all people lack an address, so the run stops.
#[test]
fn a_key_attribute_that_no_person_has_is_a_wrong_mapping() {
    let lab = Lab::ldap(&staff(12));
    let text = fs::read_to_string(lab.path("config.yaml")).unwrap();
    fs::write(
        lab.path("config.yaml"),
        text.replace("email: mail", "email: mial"),
    )
    .unwrap();
    lab.run("sync")
        .exits(3)
        .says("source `ldap`: `mial` has no value in 12 of 12 records; `guard.max_missing` is 20 %")
        .says("nothing was written");
}

/// A directory that hides an attribute answers as if no entry had a value.
#[test]
fn values_that_no_person_has_any_more_are_a_wrong_mapping() {
    let mut people = staff(12);
    for (place, person) in people.iter_mut().enumerate() {
        person.phone = Some(format!("+49 30 90{place:04}"));
    }
    let lab = Lab::ldap(&people);
    lab.run("").exits(0).says("12 created");
    let before = lab.zitadel.users();
    let config = fs::read_to_string(lab.path("config.yaml")).unwrap();
    for (right, wrong, attribute) in [
        ("phone: telephoneNumber", "phone: telefoneNumber", "phone"),
        (
            "preferred_username: displayName",
            "preferred_username: dispalyName",
            "preferred_username",
        ),
    ] {
        fs::write(lab.path("config.yaml"), config.replace(right, wrong)).unwrap();
        for command in ["plan", "plan --out plan.json", ""] {
            lab.run(command)
                .exits(3)
                .says(&format!(
                    "source `ldap`: `{attribute}` would be removed from 12 of 12 accounts that have one; \
                     `guard.max_missing` is 20 %"
                ))
                .says("raise `guard.max_missing`");
        }
        assert_eq!(lab.zitadel.users(), before);
        assert!(!lab.path("plan.json").exists());
    }
    fs::write(lab.path("config.yaml"), &config).unwrap();
    for uid in ["ada", "ben", "cleo"] {
        lab.slapd()
            .replace(&Person::new(uid, "", "").dn(), "telephoneNumber", &[]);
    }
    lab.run("").exits(0).says("3 updated");
    let wrong = config.replace("phone: telephoneNumber", "phone: telefoneNumber");
    fs::write(
        lab.path("config.yaml"),
        format!("{wrong}guard: {{max_missing: 100%}}\n"),
    )
    .unwrap();
    lab.run("").exits(0).says("9 updated");
}
