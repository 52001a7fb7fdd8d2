//! A real domain controller. Ignored unless asked for: `scripts/test` asks when Samba is installed.

mod ad_connect;

use std::fmt::Write as _;

use directory_sync::config::{ActiveRule, Entitlement, LdapActive, LdapAttribute, LdapSettings};
use directory_sync::model::{Catalog, DesiredState, Lifecycle, Roles};
use directory_sync::source::LdapSource;
use testkit::samba::Samba;

use crate::sources::reader::{assert_failed, attribute, check_ldap, ldap, read_ldap, schema, text};

const PEOPLE: usize = 120;

/// `u003` is disabled, `u007` has expired.
fn domain() -> String {
    let mut ldif = String::new();
    for number in 0..PEOPLE {
        let name = format!("u{number:03}");
        let control = if number == 3 { 546 } else { 544 };
        let _ = write!(
            ldif,
            "dn: CN={name},{}\nobjectClass: user\nsAMAccountName: {name}\ngivenName: F{number}\nsn: \
             L{number}\nmail: {name}@example.com\nuserAccountControl: {control}\n",
            Samba::PEOPLE_DN
        );
        if number == 8 {
            // An attribute that no entry has would be a mapping mistake.
            ldif.push_str("displayName: Number Eight\ntelephoneNumber: +49 30 1234567\n");
        }
        if number == 7 {
            ldif.push_str("accountExpires: 130000000000000000\n");
        }
        ldif.push('\n');
    }
    ldif.push_str(&groups());
    ldif
}

/// `Inner` is in `Outer`, which is in `Inner`; the primary group of all people is in `Everybody`.
fn groups() -> String {
    let mut ldif = String::new();
    for (name, members) in [
        ("Inner", &["u000", "u001"][..]),
        ("Outer", &["u002", "Inner"]),
        ("Everybody", &["Domain Users"]),
    ] {
        let base = Samba::PEOPLE_DN;
        let _ = writeln!(
            ldif,
            "dn: CN={name},{base}\nobjectClass: group\nsAMAccountName: {name}"
        );
        for member in members {
            let _ = writeln!(ldif, "member: CN={member},{base}");
        }
        ldif.push('\n');
    }
    let inner = format!("CN=Inner,{}", Samba::PEOPLE_DN);
    let _ = writeln!(
        ldif,
        "dn: {inner}\nchangetype: modify\nadd: member\nmember: CN=Outer,{}\n",
        Samba::PEOPLE_DN
    );
    ldif
}

fn settings(samba: &Samba, url: &str) -> LdapSettings {
    let mut settings = ldap(url);
    settings.base_dn = Samba::BASE_DN.to_owned();
    settings.bind_dn = Samba::BIND_DN.to_owned();
    settings.bind_password = Samba::BIND_PASSWORD.into();
    settings.user_filter = "(&(objectClass=user)(mail=*))".to_owned();
    settings.page_size = 50.try_into().ok();
    settings.tls.server_certificate = Some(samba.certificates.ca.clone());
    settings.attributes.user_id = binary("objectGUID");
    settings.attributes.active = LdapActive::Status {
        attribute: attribute("userAccountControl"),
        disable_mask: 2,
    };
    settings
}

fn binary(name: &str) -> LdapAttribute {
    LdapAttribute {
        name: name.to_owned(),
        is_binary: true,
    }
}

fn disabled(desired: &DesiredState) -> Vec<&str> {
    let people = desired.objects.iter();
    let disabled = people.filter(|person| person.lifecycle == Lifecycle::Disabled);
    let mut emails: Vec<&str> = disabled.filter_map(|person| text(person, "email")).collect();
    emails.sort_unstable();
    emails
}

/// One test, because making a domain takes longer than asking it everything.
#[tokio::test]
#[ignore = "needs Samba AD DC; scripts/test runs it where that is installed"]
async fn a_domain_controller_is_read() {
    let samba = Samba::with(&domain());
    let ldaps = settings(&samba, &samba.ldaps_url());
    let mut start_tls = settings(&samba, &samba.url());
    start_tls.tls.danger_use_start_tls = true;
    for settings in [&ldaps, &start_tls] {
        everybody_is_read_by_a_binary_id(settings).await;
    }
    rules_look_at_more_than_the_bit(ldaps.clone()).await;
    a_sid_is_an_id_too(ldaps.clone()).await;
    groups_give_roles(ldaps.clone()).await;
    a_refused_bind_is_explained(&samba, ldaps.clone()).await;
    the_controller_is_described(&ldaps).await;
    ad_connect::everybody_is_imported_by_guid(&samba, &ldaps, PEOPLE).await;
    a_login_is_tried(ldaps).await;
}

async fn everybody_is_read_by_a_binary_id(settings: &LdapSettings) {
    let desired = read_ldap(settings).await.unwrap();
    assert!(desired.complete, "references of the domain are no loss");
    assert_eq!((desired.objects.len(), desired.rejected.len()), (PEOPLE, 0));
    assert_eq!(disabled(&desired), ["u003@example.com"]);
    for person in &desired.objects {
        assert_eq!(person.id.as_bytes().len(), 16);
        assert!(person.origin.at.contains("(objectGUID "), "{:?}", person.origin);
    }
}

async fn rules_look_at_more_than_the_bit(mut settings: LdapSettings) {
    settings.attributes.active = LdapActive::Rules(vec![
        ActiveRule::UserAccountControl,
        ActiveRule::AccountExpires,
        ActiveRule::ComputedControl,
    ]);
    let desired = read_ldap(&settings).await.unwrap();
    assert_eq!(desired.rejected, []);
    assert_eq!(disabled(&desired), ["u003@example.com", "u007@example.com"]);
}

async fn a_sid_is_an_id_too(mut settings: LdapSettings) {
    settings.attributes.user_id = binary("objectSid");
    let desired = read_ldap(&settings).await.unwrap();
    assert_eq!(desired.objects.len(), PEOPLE);
    assert!(desired.objects[0].origin.at.contains("(objectSid S-1-5-21-"));
}

/// Nested groups in a circle, and the primary group, whose members are only recorded in the people's entries.
async fn groups_give_roles(mut settings: LdapSettings) {
    let rule = |role: &str, group: &str, nested| Entitlement {
        role: role.to_owned(),
        groups: vec![format!("cn={group}, {}", Samba::PEOPLE_DN.to_lowercase())],
        nested,
        allow_empty: false,
    };
    settings.entitlements = vec![
        rule("Nested", "outer", true),
        rule("Circle", "inner", true),
        rule("Direct", "outer", false),
        rule("All", "domain users", false),
        rule("AllNested", "everybody", true),
    ];
    let desired = read_ldap(&settings).await.unwrap();
    let holders = |role: &str| -> Vec<&str> {
        let people = desired.objects.iter();
        let holders = people.filter(|person| person.roles(&schema()).contains(&role.into()));
        let mut emails: Vec<&str> = holders.filter_map(|person| text(person, "email")).collect();
        emails.sort_unstable();
        emails
    };
    let three = ["u000@example.com", "u001@example.com", "u002@example.com"];
    assert_eq!(holders("Nested"), three);
    assert_eq!(holders("Circle"), three);
    assert_eq!(holders("Direct"), three[2..]);
    assert_eq!(
        (holders("All").len(), holders("AllNested").len()),
        (PEOPLE, PEOPLE)
    );
    settings.entitlements = vec![rule("None", "everybody", false)];
    assert_eq!(read_ldap(&settings).await.unwrap().objects.len(), PEOPLE);
    settings.entitlements = vec![rule("None", "cert publishers", false)];
    assert_failed(
        read_ldap(&settings).await,
        &["no member can be seen in the group `CN=Cert Publishers,"],
        "`allow_empty: true`",
    );
}

async fn a_refused_bind_is_explained(samba: &Samba, mut wrong: LdapSettings) {
    wrong.bind_password = "mistyped-1".into();
    assert_failed(
        read_ldap(&wrong).await,
        &["invalidCredentials (49)", "data 52e"],
        "the password is wrong",
    );
    let plain = settings(samba, &samba.url());
    assert_failed(
        read_ldap(&plain).await,
        &["strongerAuthRequired (8)"],
        "use an `ldaps://` address",
    );
}

/// The controller refers to its own partitions, which hide no one, and says why it refuses a password.
async fn a_login_is_tried(mut settings: LdapSettings) {
    settings.authentication.attribute = Some("sAMAccountName".to_owned());
    settings.user_filter = "(objectClass=user)".to_owned();
    let catalog = Catalog::of_users(schema());
    let source = LdapSource::new(&"ldap".into(), &settings, &catalog, &Roles::from([])).unwrap();
    let (found, steps) = source.find_person("administrator").await.unwrap();
    assert!(steps.iter().all(|step| step.result.is_ok()), "{steps:?}");
    let tried = async |password: &str| source.try_password(&found, &password.into()).await.result;
    let seen = tried(Samba::BIND_PASSWORD).await.unwrap();
    assert!(seen.to_lowercase().contains("cn=administrator"), "{seen}");
    let wrong = tried("mistyped-1").await.unwrap_err();
    assert_eq!(
        wrong.fix.as_deref(),
        Some("the password is wrong (Active Directory, data 52e)")
    );
    assert!(!wrong.what.contains("mistyped-1"), "{}", wrong.what);
    assert!(tried("").await.unwrap_err().what.contains("anonymous bind"));
    for name in ["*", "u00*", "administrator)(cn=*"] {
        let nobody = source.find_person(name).await.unwrap_err();
        assert!(nobody.is_answer, "{nobody:?}");
    }
    let (disabled, _) = source.find_person("u003").await.unwrap();
    assert!(
        source
            .try_password(&disabled, &"any-password-1".into())
            .await
            .result
            .is_err()
    );
}

async fn the_controller_is_described(settings: &LdapSettings) {
    let told: Vec<String> = check_ldap(settings)
        .await
        .into_iter()
        .map(|finding| format!("{}: {}", finding.subject, finding.result.expect("all is well")))
        .collect();
    let told = told.join("\n");
    for words in [
        "directory: Samba Team",
        "offers pages; contains DC=ad,DC=example,DC=test",
        "pages: the first of 3 pages took ",
        "limits: none struck pages of 50 entries; the default query policy says MaxPageSize 1000, MaxQueryDuration 120, \
         MaxValRange 1500",
        "references: 1 reference to other servers, all of them known and without people",
        "entries: 120 entries usable",
        "`displayName` from 119",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}
