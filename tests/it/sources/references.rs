//! A directory says that a part of it is on another server: its people are not absent.

use directory_sync::config::{Entitlement, ExpectedReference, LdapSettings};
use directory_sync::model::DesiredState;
use testkit::ldap_double::{LdapDouble, Reply, last, more, person};
use testkit::slapd::{Options, Slapd};

use crate::safety::lab::{Lab, staff};
use crate::sources::groups::rule;
use crate::sources::reader::{assert_failed, check_ldap, ldap, read_ldap, schema};

const OWN: [&str; 3] = [
    "ldap://example.org/CN=Configuration,DC=example,DC=org",
    "ldap://DomainDnsZones.example.org/DC=DomainDnsZones,DC=example,DC=org",
    "ldaps://FORESTDNSZONES.example.org/dc=forestdnszones%2Cdc=example,dc=org??sub",
];
const BRANCH: &str = "ldap://dc2.example.org:389/ou=branch,dc=example,dc=org??sub";

/// The last of them moves below a referral object: the branch lives on another server now.
const STALE: &str = "dn: uid=dora,ou=people,dc=example,dc=com\nchangetype: delete\n\n\
                     dn: ou=branch,ou=people,dc=example,dc=com\nchangetype: add\nobjectClass: referral\n\
                     objectClass: extensibleObject\nou: branch\n\
                     ref: ldap://127.0.0.1:9/ou=branch,ou=people,dc=example,dc=com\n";
const DELETES: &str = "policy:\n  absent: delete\nguard:\n  max_removals: 50\n";
const REFERENCE: &str = "ldap://127.0.0.1:9/ou=branch,ou=people,dc=example,dc=com??sub";

#[test]
fn no_person_behind_a_reference_is_absent() {
    let lab = Lab::ldap(&staff(4));
    lab.run("sync").exits(0);
    lab.slapd().change(STALE);
    lab.configure(DELETES);
    lab.run("sync")
        .exits(0)
        .says(REFERENCE)
        .says("no person counts as absent");
    assert_eq!(lab.names().len(), 4);
    // The people there have no phone number, which is a fault of the data.
    lab.run("check")
        .exits(1)
        .says(REFERENCE)
        .says("no person counts as absent");
    for expected in [
        "127.0.0.1",
        "127.0.0.1:9",
        "OU=Branch, ou=people,dc=example,dc=com",
        REFERENCE,
    ] {
        lab.configure_source(&format!("    expected_references: [\"{expected}\"]\n"), DELETES);
        lab.run("plan")
            .exits(0)
            .says("1 to delete")
            .does_not_say(REFERENCE);
    }
    lab.run("sync").exits(0);
    assert_eq!(lab.names().len(), 3);
    lab.run("check")
        .exits(1)
        .says("1 reference to other servers, all of them known");
}

async fn read(references: &[&'static str], expected: &[&str]) -> DesiredState {
    let replies = references.iter().map(|url| Reply::Reference(url));
    let page = [vec![person("a")], replies.collect(), vec![more()]].concat();
    let double = LdapDouble::start(vec![page, vec![person("b"), last()]]);
    let expected = expected
        .iter()
        .map(|text| ExpectedReference::parse(text).unwrap());
    let settings = LdapSettings {
        expected_references: expected.collect(),
        ..ldap(&double.url())
    };
    let desired = read_ldap(&settings).await.unwrap();
    assert_eq!(desired.objects.len(), 2);
    desired
}

#[tokio::test]
async fn active_directorys_own_partitions_hide_no_person() {
    let desired = read(&OWN, &[]).await;
    assert!(desired.complete && desired.sources[0].complete);
    assert_eq!(desired.warnings, []);
    for (references, expected, complete) in [
        (&[OWN[0], BRANCH][..], &[][..], false),
        (&[OWN[0], BRANCH], &["dc2.example.org"], true),
        (&[BRANCH], &["dc3.example.org"], false),
        (&["ldap://dc3.example.org"], &[], false),
        (&["http://dc2.example.org/"], &["dc2.example.org"], false),
    ] {
        let desired = read(references, expected).await;
        assert_eq!(desired.complete, complete, "{references:?} {expected:?}");
        assert_eq!(desired.sources[0].complete, complete);
        assert_eq!(desired.warnings.is_empty(), complete);
    }
}

/// A search that ends well may name another server in its last message.
#[tokio::test]
async fn a_reference_in_the_end_of_a_search_counts_like_one_among_the_entries() {
    for (reference, expected, complete) in [
        (BRANCH, None, false),
        (BRANCH, Some("dc2.example.org"), true),
        (OWN[0], None, true),
    ] {
        let page = vec![person("a"), Reply::LastWithReferral(reference)];
        let double = LdapDouble::start(vec![page]);
        let settings = LdapSettings {
            expected_references: expected
                .into_iter()
                .map(|text| ExpectedReference::parse(text).unwrap())
                .collect(),
            ..ldap(&double.url())
        };
        let desired = read_ldap(&settings).await.unwrap();
        assert_eq!(desired.objects.len(), 1);
        assert_eq!(
            (desired.complete, desired.sources[0].complete),
            (complete, complete)
        );
        let told: Vec<bool> = desired
            .warnings
            .iter()
            .map(|warning| warning.reason.contains(BRANCH))
            .collect();
        assert_eq!(told, vec![true; usize::from(!complete)], "{:?}", desired.warnings);
    }
}

#[tokio::test]
async fn each_reference_is_named() {
    let desired = read(&[BRANCH, "ldap://dc3.example.org/ou=b"], &[]).await;
    let reasons: Vec<&str> = desired.warnings.iter().map(|warning| &*warning.reason).collect();
    assert_eq!(reasons.len(), 2);
    assert!(reasons[0].contains(BRANCH) && reasons[0].contains("`expected_references`"));
    assert!(reasons[1].contains("ldap://dc3.example.org/ou=b"));
}

#[tokio::test]
async fn references_without_end_end_the_read() {
    let endless = std::iter::repeat_n(Reply::Reference(OWN[0]), 10_001);
    let double = LdapDouble::start(vec![endless.chain([last()]).collect()]);
    assert_failed(
        read_ldap(&ldap(&double.url())).await,
        &["stopped after 0 entries", "more than 10000 references"],
        "no directory has so many",
    );
}

/// Two groups, the first of which holds the second and a person; a branch of groups is on another server.
fn groups(members: &[&str]) -> String {
    let mut ldif = testkit::people::to_ldif(&staff(2));
    ldif.push_str("dn: ou=groups,dc=example,dc=com\nobjectClass: organizationalUnit\nou: groups\n\n");
    ldif.push_str("dn: cn=admins,ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: admins\n");
    for member in members {
        ldif.push_str(&["member: ", member, "\n"].concat());
    }
    ldif.push_str(
        "\ndn: ou=branch,ou=groups,dc=example,dc=com\nobjectClass: referral\nobjectClass: extensibleObject\nou: branch\n\
         ref: ldap://127.0.0.1:9/ou=branch,ou=groups,dc=example,dc=com\n\n",
    );
    ldif
}

fn rules(slapd: &Slapd, nested: bool) -> LdapSettings {
    LdapSettings {
        entitlements: vec![Entitlement {
            nested,
            ..rule("Admin", &["admins"])
        }],
        base_dn: "ou=people,dc=example,dc=com".to_owned(),
        ..ldap(&slapd.url())
    }
}

/// Its members would lose their role, which no other server was asked about.
#[tokio::test]
async fn a_group_that_may_be_on_another_server_ends_the_read() {
    let ada = "uid=ada,ou=people,dc=example,dc=com";
    let elsewhere = ["cn=surgeons,OU=Branch,ou=groups,dc=example,dc=com", ada];
    let slapd = Options::ldif(groups(&elsewhere)).start();
    assert_failed(
        read_ldap(&rules(&slapd, true)).await,
        &[
            "cn=admins",
            "cn=surgeons",
            "not all read",
            "refers to another one",
        ],
        "`expected_references`",
    );
    let direct = read_ldap(&rules(&slapd, false)).await.unwrap();
    assert!(direct.complete);
    let mut settings = rules(&slapd, true);
    settings.expected_references = vec![ExpectedReference::parse("127.0.0.1").unwrap()];
    assert!(read_ldap(&settings).await.unwrap().complete);
}

/// A person cannot be a group, and the people who were read get their roles; but there may be people elsewhere.
#[tokio::test]
async fn a_reference_among_the_groups_counts_too() {
    let members = [
        "uid=ada,ou=people,dc=example,dc=com",
        "uid=erin,ou=branch,ou=groups,dc=example,dc=com",
    ];
    let slapd = Options::ldif(groups(&members)).start();
    let settings = rules(&slapd, true);
    let desired = read_ldap(&settings).await.unwrap();
    assert!(!desired.complete);
    let roles: Vec<String> = desired
        .objects
        .iter()
        .map(|one| one.roles(&schema()).join(" "))
        .collect();
    assert_eq!(roles, ["Admin User", "User"]);
    let findings = check_ldap(&settings).await;
    let told = |finding: &&directory_sync::model::Diagnosis| {
        finding
            .result
            .as_ref()
            .is_ok_and(|told| told.contains("warning: the server refers to another one"))
    };
    assert_eq!(findings.iter().filter(told).count(), 1);
}
