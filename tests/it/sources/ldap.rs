//! People from a real directory.

mod servers;

use directory_sync::config::{
    ActiveRule, Choice, Expression, LdapActive, LdapAttribute, Template, TextOrigin,
};
use directory_sync::model::{Diagnosis, ExternalId, Lifecycle};
use regex::Regex;
use testkit::people::{PEOPLE_DN, Person, people, to_ldif};
use testkit::slapd::{Options, Slapd};

use crate::sources::reader::{assert_failed, attribute, check_ldap, ldap, read_ldap, stream_ldap, text};

fn ada() -> Person {
    Person {
        phone: Some("+49 30 123".to_owned()),
        ..Person::new("ada", "Ada", "Lovelace")
    }
}

#[tokio::test]
async fn everyone_is_read_with_all_attributes() {
    let staff = people(7, 50);
    let slapd = Slapd::with_people(&staff);
    let desired = read_ldap(&ldap(&slapd.url())).await.unwrap();
    assert!(desired.complete);
    assert_eq!(desired.rejected, []);
    assert_eq!(desired.objects.len(), staff.len());
    for (found, person) in desired.objects.iter().zip(&staff) {
        assert_eq!(found.id, ExternalId::new(person.uid.as_bytes()));
        assert_eq!(found.lifecycle, Lifecycle::Active);
        assert_eq!(&*found.origin.at, person.dn());
        assert_eq!(text(found, "first_name"), Some(person.first_name.as_str()));
        assert_eq!(text(found, "last_name"), Some(person.last_name.as_str()));
        assert_eq!(text(found, "email"), Some(person.email.as_str()));
        assert_eq!(text(found, "phone"), person.phone.as_deref());
        assert_eq!(
            text(found, "preferred_username"),
            Some(person.preferred_username.as_str())
        );
    }
}

#[tokio::test]
async fn a_bit_of_the_status_disables() {
    let mut bob = Person::new("bob", "Bob", "B");
    bob.enabled = false;
    let slapd = Slapd::with_people(&[ada(), bob]);
    for (name, mask) in [("shadowFlag", 2), ("employeeType", 0), ("EMPLOYEETYPE", 0)] {
        let mut settings = ldap(&slapd.url());
        settings.attributes.active = LdapActive::Status {
            attribute: attribute(name),
            disable_mask: mask,
        };
        let desired = read_ldap(&settings).await.unwrap();
        let found: Vec<Lifecycle> = desired.objects.iter().map(|person| person.lifecycle).collect();
        assert_eq!(found, [Lifecycle::Active, Lifecycle::Disabled], "{name}");
    }
}

#[tokio::test]
async fn a_binary_id_keeps_its_bytes() {
    let ldif = to_ldif(&[ada(), Person::new("bob", "Bob", "B")]);
    let ldif = ldif.replace("uid: ada\n", "uid: ada\naudio:: AP8QgA==\n");
    let ldif = ldif.replace("uid: bob\n", "uid: bob\naudio: text\n");
    let slapd = Options::ldif(ldif).start();
    let mut settings = ldap(&slapd.url());
    settings.attributes.user_id = LdapAttribute {
        name: "audio".to_owned(),
        is_binary: true,
    };
    let desired = read_ldap(&settings).await.unwrap();
    let ids: Vec<_> = desired.objects.iter().map(|person| person.id.clone()).collect();
    assert_eq!(
        ids,
        [ExternalId::new(*b"\x00\xff\x10\x80"), ExternalId::new(*b"text")]
    );
    settings.attributes.user_id.is_binary = false;
    let desired = read_ldap(&settings).await.unwrap();
    assert_eq!(desired.rejected[0].id, None);
    assert!(desired.rejected[0].reason.contains("is_binary: true"));
}

/// Operational attributes come only when they are asked for by name.
#[tokio::test]
async fn an_operational_attribute_can_be_the_id_with_and_without_filter() {
    let slapd = Slapd::with_people(&[ada()]);
    for use_attribute_filter in [true, false] {
        let mut settings = ldap(&slapd.url());
        settings.use_attribute_filter = use_attribute_filter;
        settings.attributes.user_id = attribute("entryUUID");
        let desired = read_ldap(&settings).await.unwrap();
        assert_eq!(desired.objects.len(), 1);
        assert_eq!(desired.objects[0].id.as_bytes().len(), 36);
    }
}

#[tokio::test]
async fn a_record_that_lacks_something_is_rejected_and_the_others_are_read() {
    let slapd = Slapd::with_people(&[
        ada(),
        Person::new("bob", "Bob", "B"),
        Person::new("eve", "Eve", "E"),
    ]);
    let bob = format!("uid=bob,{PEOPLE_DN}");
    slapd.replace(&bob, "givenName", &[]);
    slapd.replace(&format!("uid=ada,{PEOPLE_DN}"), "telephoneNumber", &[]);
    let desired = read_ldap(&ldap(&slapd.url())).await.unwrap();
    assert_eq!(desired.rejected.len(), 1);
    assert_eq!(&*desired.rejected[0].at.at, bob);
    assert_eq!(desired.rejected[0].id, Some(ExternalId::new(*b"bob")));
    assert_eq!(desired.rejected[0].reason, "no value for `givenName`");
    assert_eq!(desired.objects.len(), 2);
    assert_eq!(text(&desired.objects[0], "phone"), None);
    assert!(desired.complete, "bob is known, so nobody else hides behind him");
    slapd.delete(&bob);
    slapd.add(&Person::new("cid", "Cid", "C"));
    assert_eq!(read_ldap(&ldap(&slapd.url())).await.unwrap().objects.len(), 3);
}

#[tokio::test]
async fn several_values_are_reported_once_by_attribute() {
    let people = ["ada", "bob", "eve"].map(|uid| Person::new(uid, "F", "L"));
    let slapd = Slapd::with_people(&people);
    for (uid, mails) in [
        ("ada", ["z@example.com", "a@example.com"]),
        ("bob", ["y@example.com", "b@example.com"]),
    ] {
        slapd.replace(&format!("uid={uid},{PEOPLE_DN}"), "mail", &mails);
    }
    let ada = format!("uid=ada,{PEOPLE_DN}");
    slapd.replace(&ada, "telephoneNumber", &["2", "1"]);
    let settings = ldap(&slapd.url());
    let told = "2 of 3 entries have several values of a mapped attribute (`mail` 2, `telephoneNumber` 1); the first \
                one that the server sends is used, and LDAP promises no order; `value: first_sorted` or `value: only` \
                says which";
    let desired = read_ldap(&settings).await.unwrap();
    assert_eq!(text(&desired.objects[0], "email"), Some("z@example.com"));
    let warnings: Vec<(&str, &str)> = desired
        .warnings
        .iter()
        .map(|warning| (&*warning.at.at, &*warning.reason))
        .collect();
    assert_eq!(warnings, [(Slapd::BASE_DN, told)]);
    let values = |findings: &[Diagnosis]| -> Vec<String> {
        let values = findings.iter().filter(|one| one.subject.ends_with(": values"));
        values.map(|one| one.result.clone().unwrap()).collect()
    };
    let found = values(&check_ldap(&settings).await);
    assert_eq!(found, [format!("warning: {told}")]);
    for uid in ["ada", "bob"] {
        slapd.replace(
            &format!("uid={uid},{PEOPLE_DN}"),
            "mail",
            &[&format!("{uid}@example.com")],
        );
    }
    slapd.replace(&ada, "telephoneNumber", &["1"]);
    assert!(values(&check_ldap(&settings).await).is_empty());
    assert_eq!(read_ldap(&settings).await.unwrap().warnings, []);
}

#[tokio::test]
async fn check_tells_each_step() {
    let mut staff = people(1, 30);
    staff[3].email = staff[4].email.to_uppercase();
    let slapd = Slapd::with_people(&staff);
    slapd.replace(&staff[0].dn(), "displayName", &[]);
    slapd.replace(&staff[1].dn(), "givenName", &[]);
    slapd.change(&format!(
        "dn: ou=far,{}\nobjectClass: referral\nobjectClass: extensibleObject\nou: far\nref: ldap://far.example/\n",
        Slapd::BASE_DN
    ));
    let mut settings = ldap(&slapd.url());
    settings.page_size = 20.try_into().ok();
    settings.attributes.texts.retain(|(name, _)| name != "phone");
    let findings = check_ldap(&settings).await;
    let told: Vec<String> = findings
        .iter()
        .map(|one| match &one.result {
            Ok(seen) => format!("{}: {seen}", one.subject),
            Err(problem) => format!("{}: problem: {}", one.subject, problem.what),
        })
        .map(|told| directory_sync::names::Names::default().render(&told))
        .collect();
    let expected = [
        format!(
            "connection and bind: {}, no encryption, as `{}`",
            slapd.url(),
            Slapd::BIND_DN
        ),
        "directory: OpenLDAP; offers pages; contains dc=example,dc=com".to_owned(),
        "active: `shadowFlag`: bits 0x2 disable; disabled people are deleted".to_owned(),
        "pages: the first of 2 pages took ".to_owned(),
        "limits: none struck pages of 20 entries".to_owned(),
        format!(
            "entries: problem: 29 entries usable, 1 rejected; the first: {} (staff): no value for `givenName`",
            staff[1].dn()
        ),
        "references: warning: the server refers to another one, ldap://far.example/".to_owned(),
        "attributes: missing, or not readable for this account, of 30 entries: `givenName` from 1, `displayName` from 1"
            .to_owned(),
        "duplicates: problem: 1 entry with the `email` of another".to_owned(),
    ];
    for (told, expected) in told.iter().zip(&expected) {
        assert!(told.starts_with(&format!("source `staff`: {expected}")), "{told}");
    }
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    settings.user_filter = "(uid=nobody)".to_owned();
    let findings = check_ldap(&settings).await;
    let problem = findings.last().unwrap().result.as_ref().unwrap_err();
    assert!(problem.what.contains("no entry below"), "{problem:?}");
}

/// Disabled people who are excluded from the search look absent.
#[tokio::test]
async fn check_warns_of_a_filter_that_hides_disabled_people() {
    let slapd = Slapd::with_people(&[ada()]);
    let mut settings = ldap(&slapd.url());
    settings.user_filter =
        "(&(objectClass=inetOrgPerson)(!(shadowflag:1.2.840.113556.1.4.803:=2))(uid=*))".to_owned();
    let findings = check_ldap(&settings).await;
    let warning = findings
        .iter()
        .find(|one| one.subject.ends_with("user_filter"))
        .unwrap();
    let told = warning.result.as_ref().unwrap();
    assert!(
        told.starts_with("warning: `user_filter` asks for `shadowFlag`"),
        "{told}"
    );
}

/// Three attributes of one person, each made in its own way, and what those ways ask the server for.
#[tokio::test]
async fn texts_are_made_from_lists_templates_and_choices() {
    let slapd = Slapd::with_people(&[ada(), Person::new("bob", "Bob", "B")]);
    let ada = format!("uid=ada,{PEOPLE_DN}");
    slapd.replace(
        &ada,
        "mail",
        &["z@other.example", "b@example.com", "a@example.com"],
    );
    slapd.replace(&ada, "initials", &["A"]);
    let mut settings = ldap(&slapd.url());
    let example = Regex::new("@example[.]com$").unwrap();
    for (name, rule) in &mut settings.attributes.texts {
        match name.as_str() {
            "email" => {
                rule.choice = Choice::FirstSorted;
                rule.matching = Some(example.clone());
            }
            "preferred_username" => {
                let template = Template::parse("{{ givenName | lower }}.{{ initials }}").unwrap();
                rule.from = TextOrigin::Template(template);
            }
            "phone" => {
                let names = ["mobile", "telephoneNumber"].map(str::to_owned);
                rule.from = TextOrigin::Attributes(names.into());
            }
            _ => {}
        }
    }
    let desired = read_ldap(&settings).await.unwrap();
    let [person] = desired.objects.as_slice() else {
        panic!("{desired:?}");
    };
    assert_eq!(text(person, "email"), Some("a@example.com"));
    assert_eq!(text(person, "preferred_username"), Some("ada.A"));
    assert_eq!(text(person, "phone"), Some("+49 30 123"));
    assert_eq!(desired.rejected[0].id, Some(ExternalId::new(*b"bob")));
    assert!(
        desired.rejected[0]
            .reason
            .contains("the template needs `initials`")
    );
}

#[tokio::test]
async fn rules_say_who_is_active() {
    let mut bob = Person::new("bob", "Bob", "B");
    bob.enabled = false;
    let slapd = Slapd::with_people(&[ada(), bob, Person::new("eve", "Eve", "E")]);
    slapd.replace(&format!("uid=eve,{PEOPLE_DN}"), "shadowExpire", &["1"]);
    let mut settings = ldap(&slapd.url());
    let expression = Expression::parse("(!(employeeType=FALSE))").unwrap();
    settings.attributes.active =
        LdapActive::Rules(vec![ActiveRule::ShadowExpire, ActiveRule::Filter(expression)]);
    let desired = read_ldap(&settings).await.unwrap();
    let found: Vec<Lifecycle> = desired.objects.iter().map(|person| person.lifecycle).collect();
    assert_eq!(
        found,
        [Lifecycle::Active, Lifecycle::Disabled, Lifecycle::Disabled]
    );
}
