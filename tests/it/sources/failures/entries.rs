//! Entries that cannot be used.

use super::*;

#[tokio::test]
async fn an_entry_twice_ends_the_read() {
    let script = vec![vec![person("a"), person("b"), more()], vec![person("a"), last()]];
    assert_ends(
        script,
        &["stopped after 3 entries", "one entry twice"],
        "try again",
    )
    .await;
}

/// A count remembers no names, so that its memory does not grow; all that ends a read ends it too.
#[tokio::test]
async fn a_count_looks_for_no_entry_twice_but_for_everything_else() {
    let first = || vec![person("a"), person("b"), more()];
    let double = LdapDouble::start(vec![first(), vec![person("a"), last()]]);
    assert_eq!(count_ldap(&settings(&double)).await.unwrap(), 3);
    let double = LdapDouble::start(vec![first(), vec![person("c"), Reply::HangUp]]);
    let stopped = ["stopped after 3 entries", "the server closed the connection"];
    assert_failed(count_ldap(&settings(&double)).await, &stopped, "try again");
}

/// The crate's own way to take an entry apart panics on this one.
#[tokio::test]
async fn a_name_that_is_not_text_is_shown_as_well_as_it_can_be() {
    let Reply::Entry(_, attributes) = person("a") else {
        unreachable!("a person is an entry");
    };
    let script = vec![vec![
        Reply::Entry(b"uid=\xff".to_vec(), attributes),
        person("b"),
        last(),
    ]];
    let desired = read_ldap(&settings(&LdapDouble::start(script))).await.unwrap();
    assert_eq!(desired.objects.len(), 2);
    assert_eq!(&*desired.objects[0].origin.at, "uid=\u{fffd}");
}

/// The entry of a person with one attribute replaced.
fn changed(uid: &str, name: &str, value: &[u8]) -> Reply {
    let Reply::Entry(dn, mut attributes) = person(uid) else {
        unreachable!("a person is an entry");
    };
    for (known, values) in &mut attributes {
        if *known == name {
            *values = vec![value.to_vec()];
        }
    }
    Reply::Entry(dn, attributes)
}

/// Through the real program: bytes that are not text affect no other people, and no one is lost.
#[test]
fn bytes_that_are_not_text_reject_one_entry_and_the_others_go_on() {
    let entries = || {
        let Reply::Entry(_, attributes) = person("b") else {
            unreachable!("a person is an entry");
        };
        vec![
            person("a"),
            Reply::Entry(b"uid=\xff\xfe,dc=example,dc=com".to_vec(), attributes),
            changed("c", "givenName", b"\xc3\x28"),
            changed("d", "uid", b"\xff"),
            changed("e", "shadowFlag", b"\xff"),
            person("f"),
            last(),
        ]
    };
    let ldap = LdapDouble::start(vec![entries(), entries()]);
    let zitadel = ZitadelDouble::start(testkit::zitadel::Options::default());
    let installation = Installation::new(&zitadel, &configuration(&ldap));
    let places = [
        "rejected: uid=c,dc=example,dc=com (ldap): no value for `givenName`; `givenName` is not text (UTF-8)",
        "rejected: uid=d,dc=example,dc=com (ldap): `uid` (user_id) is not text (UTF-8); binary ids need `is_binary: \
         true`",
        "rejected: uid=e,dc=example,dc=com (ldap): `shadowFlag` (status) is not a decimal number of 32 bits",
    ];
    for words in ["users", "sync"] {
        let ran = installation.command(&[words]).output().unwrap();
        let (out, err) = (String::from_utf8(ran.stdout), String::from_utf8(ran.stderr));
        let told = format!("{}{}", out.unwrap(), err.unwrap());
        assert_eq!(ran.status.code(), Some(1), "{words}: {told}");
        for place in places {
            assert!(told.contains(place), "{words}: {place}: {told}");
        }
        assert!(!told.contains("panicked"), "{told}");
        if words == "users" {
            let people: Vec<&str> = told
                .lines()
                .filter_map(|line| Some(line.split_once("\tactive\t")?.0))
                .collect();
            let expected = ["a", "b", "f"].map(|name| format!("F L ({name}@example.com)"));
            assert_eq!(people, expected);
            assert!(told.contains("uid=\u{fffd}\u{fffd},dc=example,dc=com"), "{told}");
        }
    }
    let created = zitadel.users();
    let mut created: Vec<&str> = created.iter().map(|user| user.nick_name.as_str()).collect();
    created.sort_unstable();
    assert_eq!(created, ["61", "62", "66"]);
}

fn configuration(ldap: &LdapDouble) -> String {
    format!(
        "sources:\n  ldap:\n    url: {}\n    base_dn: dc=example,dc=com\n    bind_dn: cn=sync\n    bind_password: \
         pw\n    user_filter: (uid=*)\n    use_attribute_filter: true\n    attributes:\n      first_name: givenName\n      \
         last_name: sn\n      email: mail\n      preferred_username: mail\n      phone: telephoneNumber\n      user_id: \
         uid\n      status: shadowFlag\n      disable_bitmasks: [2]\n",
        ldap.url()
    )
}

/// The id of 389-ds has the digits of a UUID and other dashes: it is text and stays unchanged.
#[tokio::test]
async fn an_ns_unique_id_is_text() {
    const ID: &str = "0a950601-435311e0-86a2f5bd-3cd26022";
    let Reply::Entry(dn, mut attributes) = person("a") else {
        unreachable!("a person is an entry");
    };
    attributes.push(("nsUniqueId", vec![ID.into()]));
    let double = LdapDouble::start(vec![vec![Reply::Entry(dn, attributes), person("b"), last()]]);
    let mut settings = settings(&double);
    settings.attributes.user_id = crate::sources::reader::attribute("nsuniqueid");
    let desired = read_ldap(&settings).await.unwrap();
    let [person] = desired.objects.as_slice() else {
        panic!("{desired:?}");
    };
    assert_eq!(person.id, ExternalId::new(ID.as_bytes()));
    assert_eq!(&*person.origin.at, "uid=a,dc=example,dc=com");
    assert_eq!(desired.rejected[0].reason, "no value for `nsuniqueid` (user_id)");
}

/// The forced ranges of Active Directory, on an attribute of which the first value is used.
#[tokio::test]
async fn a_range_of_values_holds_the_first() {
    let Reply::Entry(dn, mut attributes) = person("a") else {
        unreachable!("a person is an entry");
    };
    attributes.push(("telephoneNumber", Vec::new()));
    attributes.push(("telephoneNumber;range=0-1", vec![b"1".to_vec(), b"2".to_vec()]));
    let script = vec![vec![Reply::Entry(dn, attributes), last()]];
    let desired = read_ldap(&settings(&LdapDouble::start(script))).await.unwrap();
    assert_eq!(
        crate::sources::reader::text(&desired.objects[0], "phone"),
        Some("1")
    );
    assert_eq!(desired.warnings.len(), 1);
}
