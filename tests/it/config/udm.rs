//! The other target: `udm:`, and what sources may give it.

use std::time::Duration;

use directory_sync::config::{SourceKind, TargetSettings, UdmObjects, UdmSettings, UdmTls};
use secrecy::ExposeSecret as _;

use super::Lab;

const UDM: &str = "\
udm:
  url: https://ucs.example.org/univention/udm
  user: sync
  password: hunter5
  users:
    ou: ou=people,ou=sync
    properties: [univentionObjectIdentifier, username, firstname, lastname, e-mail]
sources:
  ldap:
    url: ldaps://dc1.example.org
    base_dn: dc=example,dc=org
    bind_dn: cn=reader
    bind_password: hunter2
    user_filter: (objectClass=user)
    attributes:
      username: sAMAccountName
      lastname: sn
      e-mail: mail
      user_id: {name: objectGUID, is_binary: true}
      status: userAccountControl
      disable_bitmasks: [2]
";

/// The same with a file beside, and ids as text in both.
const WITH_FILE: &str = "  csv:
    file_path: users.csv
";

fn udm(lab: &Lab) -> UdmSettings {
    match lab.settings().target {
        Some(TargetSettings::Udm(udm)) => udm,
        other => panic!("{other:?}"),
    }
}

#[test]
fn everything_has_a_key() {
    let groups = "  tls: {server_certificate: DIR/ca.crt}\n  read_timeout: 60s\n  groups:\n    ou: ou=teams\n    key: description\n    \
                  marker_property: mailAddress\n";
    let udm = udm(&Lab::changed(UDM, "  users:\n", &format!("{groups}  users:\n")));
    assert_eq!(udm.url.as_str(), "https://ucs.example.org/univention/udm/");
    assert_eq!(
        (udm.user.as_str(), udm.password.expose_secret()),
        ("sync", "hunter5")
    );
    assert_eq!(udm.connect_timeout, Duration::from_secs(6));
    assert_eq!(udm.read_timeout, Duration::from_secs(60));
    assert!(matches!(
        &udm.tls,
        UdmTls {
            server_certificate: Some(_),
            danger_disable_tls_verify: false
        }
    ));
    assert!(udm.binary_ids);
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        udm.users,
        UdmObjects {
            ou: "ou=people,ou=sync".into(),
            key: "univentionObjectIdentifier".into(),
            properties: names(&[
                "univentionObjectIdentifier",
                "username",
                "firstname",
                "lastname",
                "e-mail"
            ]),
            marker_property: None,
        }
    );
    assert_eq!(
        udm.groups,
        Some(UdmObjects {
            ou: "ou=teams".into(),
            key: "description".into(),
            properties: names(&[
                "description",
                "name",
                "nestedGroup",
                "univentionObjectIdentifier",
                "users"
            ]),
            marker_property: Some("mailAddress".into()),
        })
    );
}

/// Without a list of their own, users have the properties that the connectors before this tool kept.
#[test]
fn the_usual_properties_are_those_of_the_connectors() {
    let line = "    properties: [univentionObjectIdentifier, username, firstname, lastname, e-mail]\n";
    let udm = udm(&Lab::changed(UDM, line, ""));
    assert_eq!(udm.users.properties.len(), 28);
    assert_eq!(udm.groups, None);
}

/// A directory says what properties are made of, and a file has columns of their names.
#[test]
fn sources_give_the_properties_of_the_target() {
    let text = UDM.replace("{name: objectGUID, is_binary: true}", "entryUUID");
    let lab = Lab::new(&(text + WITH_FILE));
    let texts = lab.ldap().attributes.texts;
    let names: Vec<&str> = texts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["username", "lastname", "e-mail"]);
    let columns = lab
        .settings()
        .sources
        .into_iter()
        .find_map(|source| match source.kind {
            SourceKind::Csv(csv) => Some((csv.id_column, csv.further_columns)),
            _ => None,
        });
    let (id, further) = columns.unwrap();
    assert_eq!(id.as_deref(), Some("univentionObjectIdentifier"));
    assert_eq!(further, ["username", "firstname", "lastname", "e-mail"]);
}

/// Whatever names the other target is named: a line of the file, or a variable.
#[test]
fn both_targets_are_named_with_their_places() {
    let text = format!("{UDM}zitadel:\n  url: https://a.example\n");
    let line = UDM.lines().count() + 1;
    let file = Lab::new(&text).refusal();
    let place = format!("(`zitadel`: DIR/config.yaml:{line})\n  at DIR/config.yaml:1\n");
    assert!(file.contains(&place), "{place}: {file}");
    for name in ["DIRECTORY_SYNC__ZITADEL__KEY_FILE", "FAMEDLY_SYNC__ZITADEL__URL"] {
        let told = Lab::new(UDM).variable(name, "https://a.example").refusal();
        let place = format!(
            "but a configuration has one target (`zitadel`: variable {name})\n  at DIR/config.yaml:1\n"
        );
        assert!(told.contains(&place), "{place}: {told}");
    }
}

/// What is changed in the file, the replacement, and the message.
const MISTAKES: &[(&str, &str, &str)] = &[
    (
        "udm:\n",
        "zitadel: {url: https://a.example}\nudm:\n",
        "`zitadel` and `udm` are both given",
    ),
    ("  user: sync\n", "", "`udm.user` is missing"),
    ("user: sync", "user: 'a:b'", "`udm.user` contains a colon"),
    ("  password: hunter5\n", "", "`udm.password` is missing"),
    ("password: hunter5", "password: ''", "`udm.password` is empty"),
    (
        "password: hunter5",
        "passwort: hunter5",
        "did you mean `udm.password`?",
    ),
    (
        "/univention/udm",
        "/udm?x=1",
        "`udm.url` must not contain a query",
    ),
    (
        "https://ucs",
        "https://me:x@ucs",
        "`udm.url` must not contain a user name",
    ),
    (
        "ou=people,ou=sync",
        "cn=users",
        "below the base of the directory, not `cn=users`",
    ),
    (
        "ou=people,ou=sync",
        "people",
        "below the base of the directory, not `people`",
    ),
    (
        "ou=people,ou=sync",
        "ou=people,dc=example",
        "below the base of the directory, not `ou=people,dc=example`",
    ),
    (
        ", username",
        "",
        "`udm.users.properties` does not name `username`",
    ),
    (
        "lastname, e-mail",
        "e-mail",
        "`udm.users.properties` does not name `lastname`",
    ),
    (
        "[univentionObjectIdentifier, ",
        "[",
        "the property of `udm.users.key`",
    ),
    (
        "e-mail]\n",
        "e-mail]\n    key: username\n",
        "`udm.users.key` is `username`, which changes",
    ),
    (
        "e-mail]\n",
        "e-mail]\n    key: employeeNumber\n",
        "does not name `employeeNumber`",
    ),
    (
        "e-mail]\n",
        "e-mail]\n    marker_property: firstname\n",
        "which contains values of the sources",
    ),
    (
        "e-mail]\n",
        "e-mail, password]\n",
        "names `password`: new users get a random password",
    ),
    (
        "      lastname: sn\n",
        "",
        "`sources.ldap.attributes.lastname` is missing",
    ),
    (
        "e-mail: mail",
        "first_name: mail",
        "did you mean `sources.ldap.attributes.firstname`?",
    ),
    (
        "e-mail: mail",
        "usrname: mail",
        "did you mean `sources.ldap.attributes.username`?",
    ),
    ("e-mail: mail", "city: l", "add `city` there"),
    (
        "sources:\n",
        "policy: {absent: delete, grace: {after: 14d}}\nsources:\n",
        "`policy.grace` needs `udm.users.marker_property`",
    ),
    (
        "  users:\n",
        "  groups: {properties: name}\n  users:\n",
        "`udm.groups.ou` is missing",
    ),
    (
        "sources:\n",
        "sources:\n  csv: {file_path: users.csv}\n",
        "`sources.ldap.attributes.user_id` is binary and `sources.csv.file_path` is text",
    ),
    (
        "sources:\n",
        "sources:\n  csv: {file_path: users.csv, list_separator: ','}\n",
        "`sources.csv.list_separator` must not contain a comma",
    ),
];

#[test]
fn a_mistake_is_found_before_anything_is_read() {
    for (part, replacement, message) in MISTAKES {
        let refusal = Lab::changed(UDM, part, replacement).refusal();
        assert!(refusal.contains(message), "{replacement}: {message}\n{refusal}");
        assert!(!refusal.contains("hunter"), "{refusal}");
    }
}

/// What only the other target has a place for is refused, and the way on is named.
#[test]
fn what_udm_has_no_place_for_is_refused() {
    for (key, told) in [
        (
            "run: {poll: 30s}\n",
            "error: `run.poll` needs the target `zitadel`: UDM cannot store a command\n  at DIR/config.yaml:22\n\
             hint: use `run.every`, or send SIGHUP to the process",
        ),
        (
            "policy: {end_sessions: true}\n",
            "error: `policy.end_sessions` needs the target `zitadel`: UDM has no sessions\n  \
             at DIR/config.yaml:22\nhint: remove it; sessions have to be ended where people sign in, such as in Keycloak",
        ),
    ] {
        let refusal = Lab::new(&format!("{UDM}{key}")).refusal();
        assert_eq!(refusal.split("\n\n").next(), Some(told), "{key}");
    }
    let off = Lab::new(&format!(
        "{UDM}policy: {{end_sessions: false}}\nrun: {{every: 15m}}\n"
    ));
    assert!(!off.settings().policy.end_sessions);
}
