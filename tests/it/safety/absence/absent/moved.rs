//! People who moved between sources.

use super::*;

/// A person without groups is still present. Only managed roles are removed.
#[test]
fn a_person_who_moved_and_is_in_no_group_keeps_the_account() {
    for owned in [false, true] {
        let lab = office();
        let before = lab.account("alice@example.org");
        let slapd = directory(
            &(alice("0")
                + "dn: cn=chat,dc=example,dc=com\nobjectClass: groupOfNames\ncn: chat\n\
                   member: cn=bob,ou=people,dc=example,dc=com\nmember: cn=carol,ou=people,dc=example,dc=com\n\
                   member: cn=erin,ou=people,dc=example,dc=com\n\n"),
        );
        let source = ldap(
            &slapd,
            "    entitlements: [{role: User, group: 'cn=chat,dc=example,dc=com'}]\n",
        );
        configure(
            &lab,
            &source,
            if owned { "  owned_roles: [User]\n" } else { "" },
            ABSENT,
        );
        lab.run("sync").exits(0).says("4 adopted");
        let after = named(&lab, "alice@example.org").unwrap();
        assert_eq!((&after.id, after.state), (&before.id, UserState::Active));
        assert_eq!(after.grants.is_empty(), owned, "{after:?}");
        assert_eq!(after.metadata["localpart"], before.metadata["localpart"]);
        for name in ["bob", "carol", "erin"] {
            assert_eq!(lab.account(name).grants.len(), 1);
        }
        nothing_changes(&lab, 0);
    }
}

/// A disabled person who has moved is disabled, not absent: `policy.disabled` applies.
#[test]
fn a_disabled_person_who_moved_meets_the_policy_for_the_disabled() {
    for (policy, said) in [
        (
            "{absent: delete, disabled: keep}",
            "skipped 1: `policy.disabled` is `keep`",
        ),
        ("{absent: delete, disabled: deactivate}", "disabled in the source"),
        ("{absent: deactivate, disabled: delete}", "disabled in the source"),
        (
            "{absent: delete, disabled: delete, adopt: false}",
            "has its login name, address or `localpart`",
        ),
    ] {
        let lab = office();
        let slapd = directory(&alice("2"));
        configure(&lab, &ldap(&slapd, ""), "", &format!("policy: {policy}\n"));
        lab.run("plan").says(said).does_not_say("absent from all sources");
        lab.run("sync");
        let now = named(&lab, "alice@example.org").map(|alice| alice.state);
        let expected = match policy {
            p if p.contains("keep") || p.contains("adopt") => Some(UserState::Active),
            p if p.contains("disabled: deactivate") => Some(UserState::Inactive),
            _ => None,
        };
        assert_eq!(now, expected, "{policy}");
    }
    // Two entries may mean the account, one of them unusable: it is not known which.
    let lab = office();
    let broken = entry("alice2", "Alice", "Archer", "alice@example.org", "x");
    let slapd = directory(&(alice("2") + &broken.replace("shadowFlag: x\n", "")));
    configure(&lab, &ldap(&slapd, ""), "", ABSENT);
    lab.run("sync")
        .exits(1)
        .says("3 adopted")
        .says("a rejected record has its login name");
    assert!(named(&lab, "alice@example.org").is_some());
}

/// A row that cannot be used protects the account of which it has the `localpart`.
#[test]
fn a_localpart_says_whose_a_record_is() {
    let header = format!("{HEADER},localpart");
    let lab = office_of(&format!(
        "{header}\nalice@example.org,Alice,Archer,,alice.a\nbob@example.org,Bob,Baker,,\ncarol@example.org,Carol,Carpenter,,\n"
    ));
    for (row, exit) in [
        ("alice.new@example.org,Alice,,,alice.a", 1),
        ("alicia@example.org,,Archer,,alice.a", 1),
    ] {
        let rows = format!("{header}\n{row}\nbob@example.org,Bob,Baker,,\n");
        fs::write(lab.path("users.csv"), rows).unwrap();
        lab.run("plan")
            .exits(exit)
            .says("1 to delete")
            .says("1 skipped")
            .says("users.csv:2 (csv)");
    }
    lab.run("sync").exits(1);
    assert!(named(&lab, "alice@example.org").is_some() && named(&lab, "carol@example.org").is_none());
}
