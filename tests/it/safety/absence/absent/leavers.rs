//! People on a list of leavers.

use super::*;

/// A list of leavers is compared like names of people: each entry removes an account, or is rejected.
#[test]
fn a_leaver_whose_address_is_written_otherwise_is_removed() {
    for (entry, removed) in [
        ("\"alice@example.org \"", true),
        ("\"\\u200balice@example.org\"", true),
        ("\"ALICE@Example.org\"", true),
        ("\"\\u00a0alice@example.org\\ufeff\"", true),
        ("\"mailto:alice@example.org\"", true),
        ("\"Alice Archer <alice@example.org>\"", true),
        ("\"alice@example.org\", \" Alice@example.org\"", true),
        ("\"alice@example.org,\"", false),
        ("\"alice\"", false),
        ("\"\"", false),
        ("null", false),
        ("7", false),
        ("{\"email\": \"alice@example.org\"}", false),
    ] {
        let lab = office();
        let double = UktDouble::start();
        double.answer_list(200, &format!("[{entry}]"));
        configure(&lab, &ukt(&double), "", "");
        lab.run("sync").exits(i32::from(!removed));
        assert_eq!(named(&lab, "alice@example.org").is_none(), removed, "{entry}");
        assert_eq!(lab.zitadel.users().len(), if removed { 3 } else { 4 }, "{entry}");
    }
}

/// A person who changed the address in the target keeps the login name, or at least the id.
#[test]
fn a_leaver_is_known_by_login_name_and_never_overlooked_by_id() {
    for (changed, exit, left) in [
        (
            "{\"email\": {\"email\": \"private@example.net\", \"isVerified\": true}}",
            0,
            3,
        ),
        (
            "{\"username\": \"al\", \"email\": {\"email\": \"private@example.net\", \"isVerified\": true}}",
            1,
            4,
        ),
    ] {
        let lab = office();
        let path = format!("/v2/users/human/{}", lab.account("alice@example.org").id);
        let body = serde_json::from_str(changed).unwrap();
        assert_eq!(lab.zitadel.act("PUT", &path, &body).0, 200);
        let double = UktDouble::start();
        double.set_list(&["alice@example.org"]);
        configure(&lab, &ukt(&double), "", "feature_flags: [deactivate_only]\n");
        lab.run("sync").exits(exit);
        assert_eq!(lab.zitadel.users().len(), left, "{changed}");
    }
}

/// An entry names an address that a person here had before: the account that still shows it is that person's.
#[test]
fn a_leaver_with_the_former_address_of_a_person_removes_no_person() {
    for fate in ["delete", "deactivate"] {
        let slapd = directory(&alice("0"));
        let lab = Lab::csv(&[]);
        configure(&lab, &ldap(&slapd, ""), "", "");
        lab.run("sync").exits(0).says("4 created");
        let before = lab.zitadel.users();
        let new = "alice.archer@example.org";
        slapd.replace("cn=alice,ou=people,dc=example,dc=com", "mail", &[new]);
        let double = UktDouble::start();
        double.set_list(&["alice@example.org"]);
        let sources = ldap(&slapd, "") + &ukt(&double);
        configure(&lab, &sources, "", &format!("policy: {{listed: {fate}}}\n"));
        let alice = lab.account("alice").id;
        lab.run("sync").exits(1).says("1 updated").says(&format!(
            "account {alice} has this address, but its person has another one now"
        ));
        let renamed = |user: UserView| UserView {
            username: new.to_owned(),
            email: new.to_owned(),
            ..user
        };
        let (theirs, others): (Vec<_>, Vec<_>) = before.into_iter().partition(|user| user.id == alice);
        let mut wanted: Vec<_> = theirs.into_iter().map(renamed).chain(others).collect();
        wanted.sort_by(|a, b| a.username.cmp(&b.username));
        assert_eq!(lab.zitadel.users(), wanted, "{fate}");
    }
}

/// It is not known which of two accounts with one id is the person's, so a former address in one of them proves nothing.
#[test]
fn a_leaver_with_the_address_of_one_of_two_accounts_of_a_person_removes_no_person() {
    for fate in ["delete", "deactivate"] {
        let lab = office();
        let double = UktDouble::start();
        double.set_list(&["former@example.org"]);
        let sources = csv(&lab) + &ukt(&double);
        let alice = lab.account("alice@example.org");
        let second = lab.zitadel.add_user(UserSeed {
            email: "former@example.org".to_owned(),
            nick_name: alice.nick_name.clone(),
            metadata: vec![("localpart".to_owned(), alice.metadata["localpart"].clone().into())],
            roles: vec!["User".to_owned()],
            ..UserSeed::default()
        });
        let before = lab.zitadel.users();
        configure(&lab, &sources, "", &format!("policy: {{listed: {fate}}}\n"));
        lab.run("sync")
            .exits(1)
            .says(&format!("account {second} has this address, but its person"))
            .says("have this person's id; none was changed");
        assert_eq!(lab.zitadel.users(), before, "{fate}");
    }
}
