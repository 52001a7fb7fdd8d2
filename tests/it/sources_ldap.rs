//! People from a real directory.

use directory_sync::config::{
    ActiveRule, Choice, Expression, LdapActive, LdapAttribute, Template, TextOrigin,
};
use directory_sync::model::{Diagnosis, ExternalId, Lifecycle};
use regex::Regex;
use testkit::people::{PEOPLE_DN, Person, people, to_ldif};
use testkit::slapd::{Options, Slapd};

use crate::sources_reader::{assert_failed, attribute, check_ldap, ldap, read_ldap, stream_ldap, text};

fn ada() -> Person {
    Person {
        phone: Some("+49 30 123".to_owned()),
        ..Person::new("ada", "Ada", "Lovelace")
    }
}

#[tokio::test]
async fn everybody_is_read_with_all_attributes() {
    let staff = people(7, 50);
    let slapd = Slapd::with_people(&staff);
    let desired = read_ldap(&ldap(&slapd.url())).await.unwrap();
    assert!(desired.complete);
    assert_eq!(desired.rejected, []);
    assert_eq!(desired.identities.len(), staff.len());
    for (found, person) in desired.identities.iter().zip(&staff) {
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

/// A page smaller than the server's limit brings everybody, whatever the limit.
#[tokio::test]
async fn pages_get_round_a_size_limit_that_allows_paging() {
    let slapd = Options::people(&people(1, 2500))
        .limits("size.hard=500 size.prtotal=unlimited")
        .start();
    let mut settings = ldap(&slapd.url());
    settings.page_size = 400.try_into().ok();
    let desired = read_ldap(&settings).await.unwrap();
    assert_eq!(desired.identities.len(), 2500);
    assert!(desired.complete);
}

#[tokio::test]
async fn a_size_limit_is_an_error_with_the_line_that_lifts_it() {
    let staff = people(1, 600);
    let cases = [
        (
            "size.hard=500 size.pr=200 size.prtotal=500",
            Some(100),
            "sizeLimitExceeded (4)",
            500,
        ),
        (
            "size.hard=500 size.pr=200 size.prtotal=500",
            Some(300),
            "adminLimitExceeded (11)",
            0,
        ),
        ("size.prtotal=disabled", Some(100), "adminLimitExceeded (11)", 0),
        ("size.hard=500", None, "sizeLimitExceeded (4)", 500),
    ];
    for (limits, page, answer, entries) in cases {
        let slapd = Options::people(&staff).limits(limits).start();
        let mut settings = ldap(&slapd.url());
        settings.page_size = page.and_then(|size: u32| size.try_into().ok());
        let place = format!(
            "search below `{}` (whole subtree) for `{}`",
            settings.base_dn, settings.user_filter
        );
        let stopped = format!("stopped after {entries} entries");
        assert_failed(
            read_ldap(&settings).await,
            &[&place, &stopped, answer],
            &format!("limits dn.exact=\"{}\" size=unlimited", Slapd::BIND_DN),
        );
    }
}

#[tokio::test]
async fn without_pages_everybody_is_read_too() {
    let slapd = Options::people(&people(1, 700)).limits("size=unlimited").start();
    let mut settings = ldap(&slapd.url());
    settings.page_size = None;
    assert_eq!(read_ldap(&settings).await.unwrap().identities.len(), 700);
}

/// The trap of the crate's own paging: a server that dies between two pages looks like the end of the list.
#[tokio::test]
async fn a_server_that_dies_between_pages_ends_the_read() {
    type End = fn(&mut Slapd);
    for end in [Slapd::kill as End, Slapd::stop] {
        let mut slapd = Slapd::with_people(&people(1, 1000));
        let mut settings = ldap(&slapd.url());
        settings.page_size = 100.try_into().ok();
        let mut records = 0;
        let read = stream_ldap(&settings, &mut |_| {
            records += 1;
            if records == 100 {
                end(&mut slapd);
            }
        })
        .await;
        assert_failed(
            read,
            &["stopped after", "the server closed the connection"],
            "try again",
        );
        assert!((100..1000).contains(&records), "{records}");
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
        let found: Vec<Lifecycle> = desired.identities.iter().map(|person| person.lifecycle).collect();
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
    let ids: Vec<_> = desired
        .identities
        .iter()
        .map(|person| person.id.clone())
        .collect();
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
        assert_eq!(desired.identities.len(), 1);
        assert_eq!(desired.identities[0].id.as_bytes().len(), 36);
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
    assert_eq!(desired.identities.len(), 2);
    assert_eq!(text(&desired.identities[0], "phone"), None);
    assert!(desired.complete, "bob is known, so nobody else hides behind him");
    slapd.delete(&bob);
    slapd.add(&Person::new("cid", "Cid", "C"));
    assert_eq!(read_ldap(&ldap(&slapd.url())).await.unwrap().identities.len(), 3);
}

#[tokio::test]
async fn several_values_are_told_once_by_attribute() {
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
    assert_eq!(text(&desired.identities[0], "email"), Some("z@example.com"));
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
async fn a_socket_of_the_file_system_and_an_anonymous_bind_work() {
    let slapd = Slapd::with_people(&[ada()]);
    let mut settings = ldap(&slapd.ldapi_url());
    assert_eq!(read_ldap(&settings).await.unwrap().identities.len(), 1);
    settings.bind_dn.clear();
    settings.bind_password = "".into();
    assert_eq!(read_ldap(&settings).await.unwrap().identities.len(), 1);
}

#[tokio::test]
async fn a_mistake_in_the_settings_is_named() {
    let slapd = Slapd::with_people(&[ada()]);
    let good = ldap(&slapd.url());
    let mut wrong_password = good.clone();
    wrong_password.bind_password = "wrong".into();
    assert_failed(
        read_ldap(&wrong_password).await,
        &[
            "binding at ldap://localhost:",
            Slapd::BIND_DN,
            "invalidCredentials (49)",
        ],
        "bind_password",
    );
    let mut no_password = good.clone();
    no_password.bind_password = "".into();
    assert_failed(
        read_ldap(&no_password).await,
        &["`bind_password` is empty"],
        "leave `bind_dn` empty",
    );
    let mut no_base = good.clone();
    no_base.base_dn = "ou=nowhere,dc=example,dc=com".to_owned();
    assert_failed(
        read_ldap(&no_base).await,
        &["noSuchObject (32)", "ou=nowhere"],
        "`base_dn`",
    );
    let mut odd_base = good.clone();
    odd_base.base_dn = "nowhere".to_owned();
    assert_failed(
        read_ldap(&odd_base).await,
        &["invalidDNSyntax (34)"],
        "distinguished name",
    );
    let mut bad_filter = good.clone();
    bad_filter.user_filter = "(uid=a".to_owned();
    assert_failed(read_ldap(&bad_filter).await, &["(uid=a", "filter"], "user_filter");
}

#[tokio::test]
async fn a_server_that_wants_encryption_says_so() {
    let slapd = Options::people(&[ada()])
        .server_line("security simple_bind=128")
        .start();
    assert_failed(
        read_ldap(&ldap(&slapd.url())).await,
        &["confidentialityRequired (13)"],
        "use an `ldaps://` address",
    );
}

/// The second server takes over when the first cannot be reached, but a refused bind is final.
#[tokio::test]
async fn servers_are_tried_in_order() {
    let slapd = Slapd::with_people(&[ada()]);
    let mut gone = Slapd::with_people(&[]);
    gone.stop();
    let mut settings = ldap(&gone.url());
    assert_failed(
        read_ldap(&settings).await,
        &["connecting to", "connection refused"],
        "`url`",
    );
    settings.urls.push(slapd.url().parse().unwrap());
    assert_eq!(read_ldap(&settings).await.unwrap().identities.len(), 1);
    gone.restart();
    assert_eq!(
        read_ldap(&settings).await.unwrap().identities.len(),
        0,
        "the first one answers again"
    );
    settings.bind_password = "wrong".into();
    let error = read_ldap(&settings).await.unwrap_err();
    assert!(error.what.contains("invalidCredentials"), "{error:?}");
    assert!(
        !error.what.contains(slapd.url().as_str()),
        "the second was asked too: {error:?}"
    );
    settings.urls.reverse();
    settings.urls.pop();
    settings.urls.insert(0, "ldap://nowhere.invalid".parse().unwrap());
    drop(slapd);
    let error = read_ldap(&settings).await.unwrap_err();
    for url in &settings.urls {
        assert!(error.what.contains(url.as_str()), "{url}: {error:?}");
    }
}

#[tokio::test]
async fn an_address_that_names_nothing_is_told() {
    let error = read_ldap(&ldap("ldap://nowhere.invalid")).await.unwrap_err();
    assert!(
        error.what.contains("connecting to ldap://nowhere.invalid"),
        "{error:?}"
    );
    assert!(error.hint.unwrap().contains("check host and port"));
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
        .collect();
    let expected = [
        format!("connection and bind: {}, no encryption", slapd.url()),
        "directory: OpenLDAP; offers pages; holds dc=example,dc=com".to_owned(),
        "active: `shadowFlag`: bits 0x2 disable; who is disabled is deleted".to_owned(),
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

/// Disabled people whom the search leaves out look absent.
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
    let [person] = desired.identities.as_slice() else {
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
    let found: Vec<Lifecycle> = desired.identities.iter().map(|person| person.lifecycle).collect();
    assert_eq!(
        found,
        [Lifecycle::Active, Lifecycle::Disabled, Lifecycle::Disabled]
    );
}
