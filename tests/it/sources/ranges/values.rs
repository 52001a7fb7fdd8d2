//! Values of people that come in ranges.

use super::*;

fn plain(double: &LdapDouble) -> LdapSettings {
    let mut settings = ldap(&double.url());
    let email = email(&mut settings);
    email.from = TextOrigin::Attributes(vec!["proxyAddresses".to_owned()]);
    email.choice = Choice::FirstSorted;
    settings
}

fn email(settings: &mut LdapSettings) -> &mut TextRule {
    let mut texts = settings.attributes.texts.iter_mut();
    let found = texts.find(|(name, _)| name == "email");
    &mut found.expect("everybody has an address").1
}

fn with_addresses(uid: &'static str, addresses: &[(&'static str, &[&str])]) -> Reply {
    let Reply::Entry(dn, mut attributes) = person(uid) else {
        panic!("a person is an entry");
    };
    let Reply::Entry(_, more) = entry("", addresses) else {
        panic!("an entry");
    };
    attributes.extend(more);
    Reply::Entry(dn, attributes)
}

/// The first of all addresses may be in the last part.
#[tokio::test]
async fn all_values_of_a_mapped_attribute_are_read_where_they_matter() {
    let double = LdapDouble::start(vec![
        vec![
            with_addresses(
                "a",
                &[("proxyAddresses", &[]), ("proxyAddresses;range=0-0", &["m@x"])],
            ),
            with_addresses("b", &[("proxyAddresses", &["b@x"])]),
            last(),
        ],
        vec![
            with_addresses("a", &[("proxyAddresses;range=1-*", &["z@x", "c@x"])]),
            Reply::Done(0, "", None),
        ],
    ]);
    let desired = read_ldap(&plain(&double)).await.unwrap();
    let emails: Vec<_> = desired
        .objects
        .iter()
        .map(|person| text(person, "email"))
        .collect();
    assert_eq!(emails, [Some("c@x"), Some("b@x")]);
    assert_eq!(double.asked("proxyAddresses;range=1-*"), [false, true]);
    // If the first value is enough, the others are not requested.
    let double = LdapDouble::start(vec![vec![
        with_addresses("a", &[("proxyAddresses;range=0-0", &["m@x"])]),
        last(),
    ]]);
    let mut first = plain(&double);
    email(&mut first).choice = Choice::First;
    assert_eq!(
        text(&read_ldap(&first).await.unwrap().objects[0], "email"),
        Some("m@x")
    );
    assert_eq!(double.searches(), 1);
}

/// The person is known, so the account stays unchanged.
#[tokio::test]
async fn a_person_whose_values_stay_open_is_rejected() {
    let first = || {
        let cut = with_addresses("a", &[("proxyAddresses;range=0-0", &["m@x"])]);
        vec![cut, with_addresses("b", &[("proxyAddresses", &["b@x"])]), last()]
    };
    for next in [
        vec![Reply::Done(0, "", None)],
        vec![
            with_addresses("a", &[("proxyAddresses;range=0-0", &["m@x"])]),
            Reply::Done(0, "", None),
        ],
    ] {
        let double = LdapDouble::start(vec![first(), next]);
        let desired = read_ldap(&plain(&double)).await.unwrap();
        assert_eq!((desired.objects.len(), desired.rejected.len()), (1, 1));
        assert!(
            desired.rejected[0]
                .reason
                .contains("only the first values of `proxyAddresses`")
        );
        assert!(desired.complete, "it is known whose record it is");
    }
    let double = LdapDouble::start(vec![first(), vec![Reply::HangUp]]);
    assert_failed(
        read_ldap(&plain(&double)).await,
        &["the server closed the connection"],
        "",
    );
}

/// A filter says who is enabled by any of the values.
#[tokio::test]
async fn a_filter_sees_all_values() {
    let person = |part: &'static str, values: &[&str]| with_addresses("a", &[(part, values)]);
    let script = |next: Vec<Reply>| vec![vec![person("memberOf;range=0-0", &["cn=x"]), last()], next];
    let rules = |double: &LdapDouble| {
        let mut settings = ldap(&double.url());
        let filter = Expression::parse("(memberOf=cn=staff)").unwrap();
        settings.attributes.active = LdapActive::Rules(vec![ActiveRule::Filter(filter)]);
        settings
    };
    let rest = vec![
        person("memberOf;range=1-*", &["cn=staff"]),
        Reply::Done(0, "", None),
    ];
    let double = LdapDouble::start(script(rest));
    let desired = read_ldap(&rules(&double)).await.unwrap();
    assert_eq!(
        desired.objects[0].lifecycle,
        directory_sync::model::Lifecycle::Active
    );
    let double = LdapDouble::start(script(vec![Reply::Done(0, "", None)]));
    let desired = read_ldap(&rules(&double)).await.unwrap();
    assert!(
        desired.rejected[0]
            .reason
            .contains("only the first values of `memberOf`")
    );
}
