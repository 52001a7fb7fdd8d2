//! The same person in another spelling.

use super::*;

/// Blanks, invisible characters, letter case and the encoding of letters do not make another person.
#[test]
fn what_looks_equal_changes_nothing() {
    let jürgen = "jürgen@example.org,Jürgen,Maier,\n";
    let lab = office_of(&format!("{HEADER}\n{ALICE}\n{OTHERS}{jürgen}"));
    let same = [
        "\u{200b}alice@example.org",
        "\u{feff}alice@example.org",
        "ali\u{ad}ce@example.org",
        "alice@example.org\u{202c}\u{200d}",
        "\u{180e}alice@example.org\u{e0020}",
        "alice@example.org ",
        "\u{a0} alice@example.org\u{3000}",
        "Alice@Example.org",
        "ＡＬＩＣＥ@example.org",
    ];
    for (adopt, address) in [true, false]
        .into_iter()
        .flat_map(|adopt| same.map(|address| (adopt, address)))
    {
        configure(
            &lab,
            &csv(&lab),
            "",
            &format!("policy: {{absent: delete, adopt: {adopt}}}\n"),
        );
        let composed = "JU\u{308}RGEN@example.org,Jürgen,Maier,\n";
        write(&lab, &format!("{address},Alice,Archer,\n{OTHERS}{composed}"));
        nothing_changes(&lab, 0).says("in sync, nothing to change");
    }
}

/// What a new account gets has neither.
#[test]
fn a_new_account_gets_no_invisible_character() {
    let lab = office();
    write(
        &lab,
        &format!("{ALICE}\n{OTHERS}\u{200b}Zoe@example.org\u{a0},Zoe,Zander,\n"),
    );
    lab.run("sync").exits(0).says("an invisible character");
    let zoe = lab.account("Zoe@example.org");
    assert_eq!(
        (zoe.username.as_str(), zoe.email.as_str()),
        ("Zoe@example.org", "Zoe@example.org")
    );
    assert_eq!(zoe.metadata["preferred_username"], "Zoe@example.org");
    nothing_changes(&lab, 0);
}

/// An id that an earlier version derived from a blank stays, and is not checked again.
#[test]
fn an_id_that_exists_stays_as_it_is() {
    let lab = office();
    let alice = lab.account("alice@example.org");
    let blank = hex::encode("alice@example.org ");
    let profile = serde_json::json!({"givenName": "Alice", "familyName": "Archer", "nickName": blank});
    let path = format!("/v2/users/human/{}", alice.id);
    let (status, reply) = lab
        .zitadel
        .act("PUT", &path, &serde_json::json!({"profile": profile}));
    assert_eq!(status, 200, "{reply}");
    nothing_changes(&lab, 0).says("in sync, nothing to change");
    // When the account is written anyway, the id is corrected too.
    write(&lab, &format!("alice@example.org,Alice,Arrow,\n{OTHERS}"));
    lab.run("sync").exits(0).says("1 updated");
    assert_eq!(lab.account("alice@example.org").id, alice.id);
}

#[test]
fn an_id_in_another_case_beside_a_new_address_is_the_same_person() {
    let slapd = directory(&alice("0"));
    let lab = Lab::csv(&[]);
    configure(&lab, &ldap(&slapd, ""), "", ABSENT);
    lab.run("sync").exits(0).says("4 created");
    let before = lab.account("alice");
    slapd.delete("cn=alice,ou=people,dc=example,dc=com");
    slapd.change(&entry(
        "Alice",
        "Alice",
        "Archer",
        "alice.archer@example.org",
        "0",
    ));
    lab.zitadel.reset_counts();
    lab.run("sync").exits(0).says("1 updated");
    let after = lab.account("Alice");
    assert_eq!(
        (after.id, after.username.as_str()),
        (before.id, "alice.archer@example.org")
    );
    assert_eq!(
        lab.zitadel.writes().len(),
        1,
        "the id goes along in the same call"
    );
    assert_eq!(lab.zitadel.users().len(), 4);
    nothing_changes(&lab, 0);
}

/// If the source distinguishes ids by case, or ids are bytes, different people are not confused.
#[test]
fn ids_that_differ_in_case_are_two_people_where_the_source_has_both() {
    let two = |second: &str| {
        let other = entry("alice2", "Alba", "Alder", "alba@example.org", "0");
        alice("0") + &other.replace("uid: alice2", &format!("uid: {second}"))
    };
    let slapd = directory(&two("ALICE"));
    let lab = Lab::csv(&[]);
    configure(&lab, &ldap(&slapd, ""), "", ABSENT);
    lab.run("sync").exits(0).says("5 created");
    nothing_changes(&lab, 0);
    // One of them has gone: her account is as like the other's as can be, so that a human has to look.
    slapd.delete("cn=alice2,ou=people,dc=example,dc=com");
    nothing_changes(&lab, 1).says("its external id looks the same as a person's: cn=alice,");

    let binary = ldap(&slapd, "").replace("user_id: uid", "user_id: {name: uid, is_binary: true}");
    configure(&lab, &binary, "", ABSENT);
    lab.run("sync").exits(0).says("1 deleted");
    assert_eq!(named(&lab, "alba@example.org"), None);
}

/// Names in the configuration are compared like those of people.
#[test]
fn canaries_and_protected_accounts_are_named_in_any_spelling() {
    let lab = office();
    let hex = hex::encode("ALICE@example.org");
    for name in [
        " ALICE@example.org",
        "\u{200b}alice@example.org",
        "alice@example.org\u{a0}",
        &hex,
    ] {
        write(&lab, &format!("{ALICE}\n{OTHERS}"));
        configure(
            &lab,
            &csv(&lab),
            "",
            &format!("{ABSENT}guard:\n  canaries: ['{name}']\n"),
        );
        nothing_changes(&lab, 0).says("1 of 1 canaries found");
        write(&lab, OTHERS);
        configure(
            &lab,
            &csv(&lab),
            "",
            &format!("{ABSENT}guard:\n  protected: ['{name}']\n"),
        );
        nothing_changes(&lab, 0).says("`guard.protected` names it");
    }
}
