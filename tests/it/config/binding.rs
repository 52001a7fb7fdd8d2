//! Which keys of the configuration a plan file is bound to.

use directory_sync::saved::plan_file::Binding;

use super::{COMPLETE, Lab};

/// Part of the configuration, what takes its place, and whether a plan that was made before is still good.
const TABLE: &[(&str, &str, bool)] = &[
    // Logging, connections, waiting times and speed.
    ("log_level: info", "log_level: debug", true),
    (
        "[verify_email, sso_login]",
        "[verify_email, sso_login, dry_run]",
        true,
    ),
    ("DIR/service-user.json", "DIR/copy.json", true),
    ("key_file: DIR/service-user.json", "token: other", true),
    ("zitadel:\n", "zitadel:\n  lag_wait: 1s\n", true),
    (
        "sources:\n",
        "apply: {rate_limit: 5, deadline: 1h, concurrency: {min: 2, max: 3}}\nsources:\n",
        true,
    ),
    ("sources:\n", "lock: {dir: DIR}\nsources:\n", true),
    (
        "sources:\n",
        "guard: {max_removals: 1%, max_memberships_removed: 1%, protected: [ada]}\nsources:\n",
        true,
    ),
    ("\"hunter2\"", "\"other\"", true),
    ("timeout: 5", "timeout: 6", true),
    (
        "    page_size: 500\n",
        "    page_size: 50\n    deadline: 2h\n    connect_timeout: 2s\n",
        true,
    ),
    ("use_attribute_filter: true", "use_attribute_filter: false", true),
    (
        "last_modified: whenChanged",
        "last_modified: modifyTimestamp",
        true,
    ),
    ("DIR/ca.crt", "DIR/client.crt", true),
    ("\"hunter3\"", "\"other\"", true),
    ("list.example.org/token", "list.example.org/other", true),
    ("client_credentials", "other", true),
    // The target.
    ("https://auth.example.org", "https://other.example.org", false),
    ("278274756195721220", "1", false),
    ("278274945274880004", "1", false),
    ("281430143275106308", "1", false),
    ("[verify_email, sso_login]", "[sso_login]", false),
    (
        "[verify_email, sso_login]",
        "[verify_email, sso_login, verify_phone]",
        false,
    ),
    ("[verify_email, sso_login]", "[verify_email]", false),
    (
        "[verify_email, sso_login]",
        "[verify_email, sso_login, deactivate_only]",
        false,
    ),
    ("zitadel:\n", "zitadel:\n  role: Guest\n", false),
    ("zitadel:\n", "zitadel:\n  owned_roles: [Admin]\n", false),
    (
        "zitadel:\n",
        "zitadel:\n  metadata_attributes: {room: room}\n",
        false,
    ),
    ("zitadel:\n", "zitadel:\n  localpart: plain\n", false),
    ("zitadel:\n", "zitadel:\n  link: existing\n", false),
    ("zitadel:\n", "zitadel:\n  metadata: skip\n", false),
    ("zitadel:\n", "zitadel:\n  phone_region: DE\n", false),
    // What is decided.
    ("sources:\n", "policy: {create: false}\nsources:\n", false),
    ("sources:\n", "policy: {update: false}\nsources:\n", false),
    ("sources:\n", "policy: {remove: false}\nsources:\n", false),
    (
        "sources:\n",
        "policy: {delete_deactivates: true}\nsources:\n",
        false,
    ),
    (
        "sources:\n",
        "policy: {create_deactivated: true}\nsources:\n",
        false,
    ),
    ("sources:\n", "policy: {end_sessions: true}\nsources:\n", false),
    (
        "sources:\n",
        "policy: {update_provider_mismatch: false}\nsources:\n",
        false,
    ),
    ("sources:\n", "policy: {adopt: false}\nsources:\n", false),
    ("sources:\n", "policy: {create_disabled: true}\nsources:\n", false),
    ("sources:\n", "policy: {disabled: keep}\nsources:\n", false),
    ("sources:\n", "policy: {absent: delete}\nsources:\n", false),
    ("sources:\n", "policy: {grace: {after: 7d}}\nsources:\n", false),
    ("sources:\n", "policy: {grace: {runs: 3}}\nsources:\n", false),
    ("sources:\n", "policy: {listed: deactivate}\nsources:\n", false),
    (
        "sources:\n",
        "policy: {retired_providers: [old]}\nsources:\n",
        false,
    ),
    ("sources:\n", "provider: staff\nsources:\n", false),
    // What is read, and what it becomes.
    ("ldaps://dc1.", "ldaps://dc2.", false),
    ("ou=staff", "ou=other", false),
    ("cn=reader", "cn=other", false),
    ("cn=chat", "cn=other", false),
    ("givenName", "cn", false),
    ("last_name: sn", "last_name: {name: sn, unicode: nfc}", false),
    ("displayName", "cn", false),
    ("email: mail", "email: {name: mail, case: lower}", false),
    (
        "phone: telephoneNumber",
        "phone: {name: telephoneNumber, matching: x}",
        false,
    ),
    (
        "      phone: telephoneNumber\n",
        "      phone: telephoneNumber\n      preferred_language: preferredLanguage\n",
        false,
    ),
    ("is_binary: true", "is_binary: false", false),
    ("[0x2, 16]", "[0x2]", false),
    (
        "    timeout: 5\n",
        "    timeout: 5\n    entitlements: [{role: Admin, group: \"cn=admins,dc=example,dc=org\"}]\n",
        false,
    ),
    ("DIR/users.csv", "DIR/other.csv", false),
    ("usersync4chat/maillist", "other", false),
    ("client_id: sync", "client_id: other", false),
    ("openid read-maillist", "openid", false),
];

/// A secret may be renewed, and a limit or a time changed, while a plan waits. What it was made of may not.
#[test]
fn a_plan_is_bound_to_what_decides() {
    let lab = Lab::new(COMPLETE);
    lab.write(
        "copy.json",
        &std::fs::read_to_string(lab.path("service-user.json")).unwrap(),
    );
    let binding = || {
        let settings = lab.settings();
        Binding::of(&settings, settings.target.as_ref().unwrap())
    };
    let before = binding();
    for (part, replacement, stays_good) in TABLE {
        assert!(COMPLETE.contains(part), "{part}");
        lab.write("config.yaml", &COMPLETE.replacen(part, replacement, 1));
        assert_eq!(binding() == before, *stays_good, "{part} -> {replacement}");
    }
}
