//! Groups that are missing, hidden or empty.

use super::*;

/// It may have been renamed. Removing its role from all people would be wrong.
#[tokio::test]
async fn a_group_that_is_not_there_ends_the_read() {
    let slapd = Options::ldif(directory(&[("admins", "groupOfNames", &[ADA])])).start();
    let rules = [rule("Admin", &["admins", "admin"])];
    assert_failed(
        read_ldap(&settings(&slapd, &rules)).await,
        &[
            "there is no group `cn=admin,ou=groups,dc=example,dc=com`",
            &slapd.url(),
        ],
        "correct `group` in `entitlements`",
    );
    let mut elsewhere = rule("Admin", &[]);
    elsewhere.groups = vec!["cn=admins,dc=example,dc=org".to_owned()];
    assert_failed(
        read_ldap(&settings(&slapd, &[elsewhere])).await,
        &["which of its trees contains the group `cn=admins,dc=example,dc=org`"],
        "set `nested: false`",
    );
}

/// Members that may not be read look as if there were none.
#[tokio::test]
async fn a_group_without_a_visible_member_ends_the_read_unless_it_may_be_empty() {
    let groups = directory(&[
        (
            "admins",
            "groupOfNames",
            &[ADA, "cn=inner,ou=groups,dc=example,dc=com"],
        ),
        ("inner", "groupOfNames", &[BOB]),
        ("hollow", "posixGroup", &[]),
    ]);
    for (hidden, name) in [
        (
            "dn.base=\"cn=admins,ou=groups,dc=example,dc=com\" attrs=member",
            "admins",
        ),
        (
            "dn.base=\"cn=inner,ou=groups,dc=example,dc=com\" attrs=member",
            "inner",
        ),
    ] {
        let slapd = Options::ldif(groups.clone())
            .database_line(&format!("access to {hidden} by * none"))
            .start();
        let rules = [rule("Admin", &["admins"])];
        let named = format!("no member can be seen in the group `cn={name},ou=groups,dc=example,dc=com`");
        assert_failed(
            read_ldap(&settings(&slapd, &rules)).await,
            &[&named],
            "`allow_empty: true`",
        );
    }
    let slapd = Options::ldif(groups.clone())
        .database_line("access to dn.base=\"cn=admins,ou=groups,dc=example,dc=com\" by * none")
        .start();
    assert_failed(
        read_ldap(&settings(&slapd, &[rule("Admin", &["admins"])])).await,
        &["there is no group `cn=admins,", "or it may not be seen"],
        "this account must be able to read it",
    );
    let slapd = Options::ldif(groups).start();
    let mut hollow = rule("Admin", &["hollow"]);
    assert_failed(
        read_ldap(&settings(&slapd, &[hollow.clone()])).await,
        &["no member can be seen in the group `cn=hollow,"],
        "`allow_empty: true`",
    );
    hollow.allow_empty = true;
    assert_eq!(found(&slapd, &[hollow]).await[0], "ada: User");
}

/// A directory may keep former names of people in its groups after they were moved: then all of them would lose the
/// role.
#[tokio::test]
async fn a_group_without_a_read_member_is_reported() {
    let moved = [
        "uid=ada,ou=staff,dc=example,dc=com",
        "uid=bob,ou=staff,dc=example,dc=com",
    ];
    let slapd = Options::ldif(directory(&[("admins", "groupOfNames", &moved)])).start();
    let mut rule = rule("Admin", &["admins"]);
    let told = |desired: &DesiredState| -> Vec<String> {
        let warnings = desired.warnings.iter();
        warnings
            .map(|warning| {
                directory_sync::names::Names::default().render(&format!("{}: {}", warning.at, warning.reason))
            })
            .collect()
    };
    let read = read_ldap(&settings(&slapd, std::slice::from_ref(&rule)))
        .await
        .unwrap();
    assert_eq!(
        told(&read),
        [
            "cn=admins,ou=groups,dc=example,dc=com (staff): it has 2 members, but no person who was read is in it, \
             so no one gets the role `Admin` from it; it may contain former names of its members"
        ]
    );
    let found = check_ldap(&settings(&slapd, std::slice::from_ref(&rule))).await;
    let of_role = found.iter().find(|finding| finding.subject.contains("role"));
    assert_eq!(
        of_role.unwrap().result.as_deref().unwrap(),
        "warning: 0 people of those read, from `cn=admins,ou=groups,dc=example,dc=com` (2 members); they may \
         contain former names of their members"
    );
    rule.allow_empty = true;
    let read = read_ldap(&settings(&slapd, &[rule])).await.unwrap();
    assert_eq!(told(&read), Vec::<String>::new());
}

/// A person with a rejected record is still in the group.
#[tokio::test]
async fn a_group_of_a_broken_record_is_not_without_people() {
    let slapd = Options::ldif(directory(&[("admins", "groupOfNames", &[ADA])])).start();
    slapd.replace(ADA, "mail", &[]);
    let read = read_ldap(&settings(&slapd, &[rule("Admin", &["admins"])]))
        .await
        .unwrap();
    assert_eq!((read.rejected.len(), read.warnings), (1, vec![]));
}
