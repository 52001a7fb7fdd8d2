//! The exit codes of `check`: 3 for what cannot be read, 1 for data that cannot be used.

use serde_json::Value;
use testkit::slapd::Slapd;
use testkit::udm::UdmDouble;

use super::stage::Stage;
use crate::program::{Installation, Ran};
use crate::udm::double;

/// A row that cannot be used.
const FAULT: &str = ",No,Address,\n";

/// Another key than the service account has.
const OTHER_KEY: &str = include_str!("../../../testkit/src/zitadel/foreign-key.pem");

#[test]
fn a_wrong_key_of_the_service_account_cannot_read() {
    for rows in ["", FAULT] {
        let stage = Stage::new();
        stage.add_rows(rows);
        let mut key: Value = serde_json::from_str(&stage.read("service-user.json")).unwrap();
        key["key"] = OTHER_KEY.into();
        stage.write("service-user.json", key.to_string());
        let run = stage.run("check");
        assert_eq!(run.exit, 3, "{run:?}");
        assert!(
            run.out
                .contains("PROBLEM  target zitadel: token: no token for key"),
            "{run:?}"
        );
        stage.reconfigure("key_file: service-user.json", "token: wrong");
        let run = stage.run("check");
        assert_eq!(run.exit, 3, "{run:?}");
    }
}

/// A directory, and UDM with the passwords that the configuration has.
struct Site {
    installation: Installation,
    _slapd: Slapd,
    udm: UdmDouble,
}

fn site(bind_password: &str, password: &str, properties: &str) -> Site {
    let (slapd, udm) = (Slapd::with_people(&[]), double::start());
    slapd.add(&testkit::people::Person::new("ada", "Ada", "Archer"));
    let installation = Installation::of(&format!(
        "udm:\n  url: {}/\n  user: {}\n  password: {password}\n  users: {{ou: ou=people, properties: [univentionObjectIdentifier, \
         username, lastname{properties}]}}\nsources:\n  ldap:\n    url: {}\n    bind_dn: {}\n    bind_password: {bind_password}\n    \
         base_dn: {}\n    user_filter: (objectClass=inetOrgPerson)\n    active: always\n    \
         attributes: {{user_id: entryUUID, username: uid, lastname: sn}}\nlock: {{dir: FOLDER}}\n",
        udm.url(),
        udm.username(),
        slapd.url(),
        Slapd::BIND_DN,
        Slapd::BASE_DN,
    ));
    Site {
        installation,
        _slapd: slapd,
        udm,
    }
}

fn check(site: &Site) -> Ran {
    site.installation.run(&["check"])
}

#[test]
fn a_wrong_password_cannot_read() {
    let right = (Slapd::BIND_PASSWORD, double::PASSWORD);
    assert_eq!(check(&site(right.0, right.1, "")).exit, 0);
    for (bind, password, problem) in [
        ("wrong", right.1, "server answered invalidCredentials (49)"),
        (right.0, "wrong", "the server refuses the password"),
    ] {
        let ran = check(&site(bind, password, ""));
        assert_eq!(ran.exit, 3, "{}", ran.out);
        assert!(ran.out.contains(problem), "{}", ran.out);
    }
}

/// What UDM lacks for the values of some people is a fault of the data, as in a run.
#[test]
fn a_server_without_mail_domains_can_be_read() {
    let site = site(Slapd::BIND_PASSWORD, double::PASSWORD, ", mailPrimaryAddress");
    for domain in site.udm.objects(testkit::udm::Kind::MailDomain) {
        site.udm.delete(&domain.dn);
    }
    let ran = check(&site);
    assert_eq!(ran.exit, 1, "{}", ran.out);
    assert!(
        ran.out
            .contains("PROBLEM  target udm: mail domains: there are none"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("ok       target udm: users: 0 in the container")
            || ran.out.contains("container of users"),
        "{}",
        ran.out
    );
}
