//! The file of udm-directory-connector and nubus-directory-importer.

use directory_sync::config::{LdapActive, SearchScope, Settings, TargetSettings, UdmSettings};
use directory_sync::plan::AbsentPolicy;
use secrecy::ExposeSecret as _;

use crate::config::Lab;

/// With the names of the first generation.
const FIRST: &str = include_str!("../../../corpus/dialects/udm-directory-connector.yml");

/// As little as there may be, with the names of the second generation.
const SECOND: &str = "\
udm:
  uri: https://ucs.example.org/univention/udm
  user: sync
  password: a
  user_ou: ou=people
  group_ou: ou=groups
source:
  ldap_uri: ldaps://dc1.example.org
  bind_dn: cn=reader
  password: b
  user_base: dc=example,dc=org
  group_base: dc=example,dc=org
  user_trans:
    rename_attrs: {univentionObjectIdentifier: entryUUID, username: cn, lastname: sn}
  group_trans:
    rename_attrs: {univentionObjectIdentifier: entryUUID, name: cn, users: member}
";

fn udm(settings: &Settings) -> UdmSettings {
    match &settings.target {
        Some(TargetSettings::Udm(udm)) => udm.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_generation_is_read() {
    let lab = Lab::new(FIRST);
    let settings = lab.settings();
    let target = udm(&settings);
    assert_eq!(target.url.as_str(), "https://ucs.example.org/univention/udm/");
    assert_eq!(
        (target.users.ou.as_str(), target.users.key.as_str()),
        ("ou=ad,ou=sync", "univentionObjectIdentifier")
    );
    assert_eq!(target.users.properties.len(), 28);
    assert_eq!(settings.policy.absent, AbsentPolicy::Delete);
    assert!(!settings.dry_run);
    let ldap = lab.ldap();
    assert_eq!(ldap.bind_password.expose_secret(), "null", "a word");
    assert_eq!(ldap.search.scope, SearchScope::Subtree);
    assert_eq!(ldap.search.attributes.as_ref().map(Vec::len), Some(10));
    assert!(matches!(ldap.attributes.active, LdapActive::Always));
    assert_eq!(ldap.attributes.user_id.name, "univentionObjectIdentifier");
    let rules = ldap.transform.unwrap();
    let removed = [(
        "telephonenumber".to_owned(),
        vec![b"+49".to_vec(), b"007".to_vec()],
    )];
    assert_eq!(rules.remove_values, removed);
    assert_eq!(rules.replace_values[0].1[1], (b"no".to_vec(), b"NO".to_vec()));
    assert_eq!(rules.sanitize.len(), 3);
    let made: Vec<_> = ldap
        .attributes
        .texts
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    for property in [
        "username",
        "lastname",
        "e-mail",
        "mailPrimaryAddress",
        "jpegPhoto",
    ] {
        assert!(made.contains(&property), "{made:?}");
    }
}

#[test]
fn the_second_generation_has_defaults() {
    let lab = Lab::new(SECOND);
    let settings = lab.settings();
    assert_eq!(
        settings.notes,
        [
            "without `udm.user_primary_key_property` it is `univentionObjectIdentifier`",
            "people and groups that are missing in the directory are deleted, but at most 10 % of them in a run \
             (`guard.max_removals`), and none while the directory is empty or was not read completely; a run that \
             gives more than 10 % of the users another username (`guard.max_logins_changed`), removes more than 20 % of \
             the members of groups (`guard.max_memberships_removed`), or removes a property of more than 20 % of the \
             objects that have it (`guard.max_missing`) is refused as well",
        ]
    );
    let target = udm(&settings);
    let seconds = (target.connect_timeout.as_secs(), target.read_timeout.as_secs());
    assert_eq!(seconds, (6, 1800));
    let ldap = lab.ldap();
    assert_eq!(
        (ldap.timeout.as_secs(), ldap.page_size.map(u32::from)),
        (5, Some(500))
    );
    assert_eq!(ldap.user_filter, "(objectClass=user)");
    assert_eq!(ldap.search.attributes.map(|names| names.len()), Some(11));
    let rules = ldap.transform.unwrap();
    assert_eq!(rules.sanitize.len(), 8, "the usual ones");
}

#[test]
fn passwords_may_come_from_elsewhere() {
    let file = SECOND
        .replace("  password: a\n", "")
        .replace("  password: b\n", "");
    let lab = Lab::new(&file)
        .variable("SOURCE_PASSWORD", "from the environment")
        .variable("UDM_PASSWORD", "x")
        .variable("LOG_CONF", "/etc/log.conf")
        .variable("LOG_LEVEL", "warning")
        .flag("--udm-password", "udm.password", "from the option");
    assert_eq!(lab.ldap().bind_password.expose_secret(), "from the environment");
    let settings = lab.settings();
    assert_eq!(udm(&settings).password.expose_secret(), "from the option");
    assert_eq!(settings.log_level, tracing::level_filters::LevelFilter::WARN);
    assert!(
        settings
            .notes
            .iter()
            .any(|note| note.starts_with("the variable LOG_CONF has no effect"))
    );
    let empty = Lab::new(SECOND).variable("SOURCE_PASSWORD", "");
    assert_eq!(empty.ldap().bind_password.expose_secret(), "b");
    let missing = Lab::new(&file).refusal();
    assert!(
        missing.contains("`udm.password` is missing") && missing.contains("`source.password` is missing"),
        "{missing}"
    );
}

#[test]
fn skip_writes_is_a_dry_run() {
    for (word, is_dry) in [
        ("yes", true),
        ("y", true),
        ("On", true),
        ("1", true),
        ("N", false),
        ("off", false),
    ] {
        let lab = Lab::changed(SECOND, "udm:\n", &format!("udm:\n  skip_writes: {word}\n"));
        assert_eq!(lab.settings().dry_run, is_dry, "{word}");
    }
}

/// A part of [`SECOND`], what takes its place, and how the first message begins.
const MISTAKES: &[(&str, &str, &str)] = &[
    (
        "  user_ou: ou=people\n",
        "  user_ou: people\n",
        "error: `udm.user_ou` must be a container below the base of the directory, not `people`\n  at DIR/config.yaml:5\n\
         hint: it should look like `ou=people` or `ou=people,ou=sync`, without the base",
    ),
    (
        "  user_ou: ou=people\n",
        "  user_o: ou=people\n",
        "error: unknown key `udm.user_o`\n  at DIR/config.yaml:5\nhint: did you mean `udm.user_ou`?",
    ),
    (
        "  password: b\n",
        "  password: b\n  bind_pw: c\n",
        "error: `source.bind_pw` and `source.password` are both given\n  at DIR/config.yaml:11\nhint: keep one of them",
    ),
    (
        "  user: sync\n",
        "  user: sync\n  user: other\n",
        "error: `udm.user` is given more than once\n  at DIR/config.yaml:4\nhint: keep one of them",
    ),
    (
        "lastname: sn}\n",
        "lastname: sn}\n    sanitizer: {mail: [os:system]}\n",
        "error: `source.user_trans.sanitizer.mail`: `os:system` is not a known function: it is not in the list of functions\n  \
         at DIR/config.yaml:15",
    ),
    (
        "lastname: sn}\n",
        "lastname: sn}\n    decompose_attrs: {mail: ['(']}\n",
        "error: `source.user_trans.decompose_attrs.mail`: `(` is not a regular expression: Parsing error at position 1: \
         Opening parenthesis without closing parenthesis\n  at DIR/config.yaml:15\nhint: correct the expression",
    ),
    (
        "lastname: sn}\n",
        "lastname: sn}\n    compose_attrs: {title: ['{givenNames}']}\n",
        "error: `source.user_trans.compose_attrs.title` uses `givennames`, but no entry has that attribute where templates are \
         filled in\n  at DIR/config.yaml:15\nhint: correct the name; after `rename` an attribute has only its new name",
    ),
    (
        "lastname: sn}\n",
        "lastname: sn}\n    sanitize: {}\n",
        "error: unknown key `source.user_trans.sanitize`\n  at DIR/config.yaml:15\n\
         hint: did you mean `source.user_trans.sanitizer`?",
    ),
    (
        "{univentionObjectIdentifier: entryUUID, username",
        "{univentionSourceIdentifier: entryUUID, username",
        "error: `udm.user_primary_key_property` is `univentionObjectIdentifier`, but no entry has that attribute",
    ),
    (
        "  user_base: dc=example,dc=org\n",
        "  user_base: dc=example,dc=org\n  user_scope: base object\n",
        "error: `source.user_scope` must be `sub`, `one` or `base`, not `base object`\n  at DIR/config.yaml:12",
    ),
    (
        "udm:\n",
        "udm:\n  user_properties: [username, lastname]\n",
        "error: `udm.user_properties` does not name `univentionObjectIdentifier`",
    ),
    (
        "  uri: https://ucs.example.org/univention/udm\n",
        "  uri: ucs.example.org\n",
        "error: `udm.uri`: `ucs.example.org` is not an address",
    ),
];

/// Each is reported with the name and line of the file.
#[test]
fn mistakes_are_reported_by_their_own_names() {
    for (part, wrong, told) in MISTAKES {
        let refusal = Lab::changed(SECOND, part, wrong).refusal();
        let first = refusal.split("\n\n").next().unwrap();
        assert!(first.starts_with(told), "{wrong}\n{refusal}");
    }
}

/// The newest versions wait before they delete, and note since when in a property.
#[test]
fn the_grace_of_the_newest_versions_is_read() {
    let grace =
        "  group_ou: ou=groups\n  deletion_grace_period_days: 30\n  deprovision_timestamp_property: gecos\n";
    let settings = Lab::changed(SECOND, "  group_ou: ou=groups\n", grace).settings();
    let after = settings.policy.grace.unwrap().after;
    assert_eq!(after, Some(30 * 24 * 60 * 60));
    assert_eq!(udm(&settings).users.marker_property.as_deref(), Some("gecos"));
    let none = Lab::changed(SECOND, "  group_ou: ou=groups\n", &grace.replace("30", "0")).settings();
    assert_eq!(none.policy.grace, None);
}
