//! Records that are changed, or passed over, before people are made of them.

use directory_sync::config::{LdapAttribute, LdapSearch, LdapSettings, SearchScope};
use directory_sync::model::{DesiredState, ExternalId};
use directory_sync::transform::{Format, Function, Pattern, Transformation};
use testkit::people::{PEOPLE_DN, Person};
use testkit::slapd::{Options, Slapd};

use crate::sources::reader::{ldap, read_ldap, text};

fn staff() -> [Person; 3] {
    ["ada", "bob", "eve"].map(|uid| Person {
        phone: (uid == "ada").then(|| "0421 22232-0".to_owned()),
        ..Person::new(uid, uid, "Lovelace")
    })
}

fn named<T>(name: &str, what: T) -> Vec<(String, T)> {
    vec![(name.to_owned(), what)]
}

async fn transformed(rules: Transformation) -> DesiredState {
    let slapd = Slapd::with_people(&staff());
    let settings = LdapSettings {
        transform: Some(rules),
        ..ldap(&slapd.url())
    };
    read_ldap(&settings).await.unwrap()
}

fn ids(desired: &DesiredState) -> Vec<String> {
    let ids = desired.objects.iter().map(|person| person.id.as_bytes());
    ids.map(|id| String::from_utf8_lossy(id).into_owned()).collect()
}

#[tokio::test]
async fn people_are_made_of_what_the_rules_leave() {
    let desired = transformed(Transformation {
        decompose: named("mail", vec![Pattern::parse("^(?P<short>[^@]+)@").unwrap()]),
        sanitize: named("telephonenumber", vec![Function::Phone]),
        rename: vec![("displayname".into(), "short".into())],
        compose: named(
            "mail",
            vec![Format::parse("{displayName}@new.example.org").unwrap()],
        ),
        ..Transformation::default()
    })
    .await;
    assert_eq!(desired.rejected, []);
    let told: Vec<_> = desired
        .objects
        .iter()
        .map(|person| ["preferred_username", "email", "phone"].map(|name| text(person, name)))
        .collect();
    assert_eq!(
        told,
        [
            [Some("ada"), Some("ada@new.example.org"), Some("+49 421 222320")],
            [Some("bob"), Some("bob@new.example.org"), None],
            [Some("eve"), Some("eve@new.example.org"), None],
        ]
    );
}

/// A person for whom a rule fails is unknown: rejected with the external id, while all others are read.
#[tokio::test]
async fn a_rule_that_fails_rejects_its_person_alone() {
    let desired = transformed(Transformation {
        compose: named(
            "displayname",
            vec![Format::parse("{telephoneNumber[40]}").unwrap()],
        ),
        ..Transformation::default()
    })
    .await;
    assert_eq!(ids(&desired), ["bob", "eve"]);
    let [rejected] = desired.rejected.as_slice() else {
        panic!("{:?}", desired.rejected);
    };
    assert_eq!(rejected.id, Some(ExternalId::new(b"ada".as_slice())));
    assert_eq!(
        rejected.reason,
        "`compose` of `displayname`: the value of `telephonenumber` is too short for an index"
    );
    assert!(desired.complete);
}

async fn searched(search: LdapSearch, base_dn: &str) -> DesiredState {
    let slapd = Options::people(&staff()).start();
    let settings = LdapSettings {
        search,
        base_dn: base_dn.to_owned(),
        ..ldap(&slapd.url())
    };
    read_ldap(&settings).await.unwrap()
}

#[tokio::test]
async fn a_search_goes_as_far_as_its_scope() {
    let ada = format!("uid=ada,{PEOPLE_DN}");
    let parent = PEOPLE_DN.split_once(',').unwrap().1;
    for (scope, base_dn, found) in [
        (SearchScope::Subtree, parent, 3),
        (SearchScope::OneLevel, PEOPLE_DN, 3),
        (SearchScope::OneLevel, parent, 0),
        (SearchScope::Base, &ada, 1),
        (SearchScope::OneLevel, &ada, 0),
    ] {
        let search = LdapSearch {
            scope,
            ..LdapSearch::default()
        };
        assert_eq!(
            ids(&searched(search, base_dn).await).len(),
            found,
            "{scope:?} {base_dn}"
        );
    }
}

#[tokio::test]
async fn entries_that_are_to_be_ignored_are_not_there() {
    let search = LdapSearch {
        ignored: Pattern::parse("^(?:(?i)UID=(?!ada),?)").ok(),
        ..LdapSearch::default()
    };
    assert_eq!(ids(&searched(search, PEOPLE_DN).await), ["ada"]);
}

/// A name that is not in the list is not there, although the server would send it.
#[tokio::test]
async fn only_requested_attributes_count() {
    let listed = ["UID", "givenName", "sn", "mail", "shadowFlag", "entryUUID"];
    let slapd = Slapd::with_people(&staff());
    let mut settings = ldap(&slapd.url());
    settings.search.attributes = Some(listed.map(str::to_owned).into());
    let desired = read_ldap(&settings).await.unwrap();
    assert_eq!(ids(&desired), ["ada", "bob", "eve"]);
    let told = |name| text(&desired.objects[0], name);
    assert_eq!((told("phone"), told("preferred_username")), (None, None));
    settings.attributes.user_id = LdapAttribute {
        name: "entryUUID".to_owned(),
        is_binary: false,
    };
    let by_uuid = read_ldap(&settings).await.unwrap();
    assert!(
        ids(&by_uuid).iter().all(|id| id.len() == 36),
        "{:?}",
        ids(&by_uuid)
    );
}
