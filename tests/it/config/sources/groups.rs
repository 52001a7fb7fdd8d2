//! Roles for members of groups: `entitlements` and `zitadel.owned_roles`.

use directory_sync::config::{Entitlement, Needs};

use crate::config::{COMPLETE, Lab, SHORT, zitadel};

const TLS: &str = "    tls:\n";

/// With these rules, in the indentation of a source's keys.
fn with(rules: &str) -> Lab {
    let rules = format!("    entitlements:\n{rules}\n{TLS}");
    Lab::changed(COMPLETE, TLS, &rules)
}

#[test]
fn a_rule_names_one_group_or_several() {
    let lab = with(
        "      - {role: Admin, group: 'cn=the admins,dc=example'}
      - role: User
        group: [cn=a, 'cn=b, dc=example']
        nested: no
        allow_empty: true",
    );
    let rule = |role: &str, groups: &[&str], nested, allow_empty| Entitlement {
        role: role.to_owned(),
        groups: groups.iter().map(ToString::to_string).collect(),
        nested,
        allow_empty,
    };
    assert_eq!(
        lab.ldap().entitlements,
        [
            rule("Admin", &["cn=the admins,dc=example"], true, false),
            rule("User", &["cn=a", "cn=b, dc=example"], false, true),
        ]
    );
    let settings = lab.settings();
    let zitadel = zitadel(&settings);
    assert_eq!(
        (zitadel.further_roles, zitadel.owned_roles),
        (vec!["Admin".to_owned()], vec![])
    );
    assert_eq!(settings.role, "User");
    for none in ["entitlements:", "entitlements: []"] {
        let lab = Lab::changed(COMPLETE, TLS, &format!("    {none}\n{TLS}"));
        assert_eq!(lab.ldap().entitlements, []);
    }
}

#[test]
fn owned_roles_are_a_list_with_each_once() {
    for list in ["[User, Admin, User]", "User Admin"] {
        let lab = Lab::changed(
            SHORT,
            "  project_id: 2\n",
            &format!("  project_id: 2\n  owned_roles: {list}\n"),
        );
        let zitadel = zitadel(&lab.settings());
        assert_eq!(zitadel.owned_roles, ["Admin", "User"], "{list}");
        assert_eq!(zitadel.further_roles, Vec::<String>::new());
    }
    let lab = Lab::new(SHORT).variable("DIRECTORY_SYNC__ZITADEL__OWNED_ROLES", "Admin");
    assert_eq!(zitadel(&lab.settings()).owned_roles, ["Admin"]);
    let lab = Lab::changed(
        SHORT,
        "  project_id: 2\n",
        "  project_id: 2\n  owned_roles: [Admin, '']\n",
    );
    assert_eq!(
        lab.refusal(),
        "error: `zitadel.owned_roles` contains an empty text\n  at DIR/config.yaml:6"
    );
}

/// A rule may have been removed with its source; then all people would lose the role.
#[test]
fn an_owned_role_that_no_source_gives_is_noted() {
    let owned = |lab: Lab| lab.variable("DIRECTORY_SYNC__ZITADEL__OWNED_ROLES", "Admin User");
    assert_eq!(
        owned(Lab::new(SHORT)).settings().notes,
        [
            "`zitadel.owned_roles` names `Admin`, which no source gives, so it is removed from every person; add a \
             rule to `entitlements`, or remove it from `owned_roles`"
        ]
    );
    let given = owned(with("      - {role: Admin, group: cn=a}")).settings().notes;
    assert!(
        !given.iter().any(|note| note.contains("owned_roles")),
        "{given:?}"
    );
}

/// The default role matters to commands that need no target.
#[test]
fn the_role_is_known_without_a_target() {
    let lab = Lab::new("zitadel: {role: Guest}\nsources: {csv: {file_path: x}}\n").needs(Needs::SourcesOnly);
    assert_eq!(lab.settings().role, "Guest");
}

const EXAMPLE: &str =
    "hint: it should look like `entitlements: [{role: Admin, group: \"cn=admins,dc=example,dc=org\"}]`";

#[test]
fn a_mistake_in_a_rule_is_found_with_its_location() {
    for (rules, message) in [
        (
            "      - {group: cn=a}",
            "error: `sources.ldap.entitlements.0.role` is missing".to_owned(),
        ),
        (
            "      - {role: ' ', group: cn=a}",
            "error: `sources.ldap.entitlements.0.role` is empty\n  at DIR/config.yaml:31\nhint: write a value after the key".to_owned(),
        ),
        (
            "      - {role: A, group: cn=a}\n      - {role: B}",
            "error: `sources.ldap.entitlements.1.group` is missing".to_owned(),
        ),
        (
            "      - role: A\n        group: admins",
            "error: `sources.ldap.entitlements.0.group`: `admins` is not a distinguished name\n  at \
             DIR/config.yaml:32\n\
             hint: write the whole name, such as `cn=admins,ou=groups,dc=example,dc=org`"
                .to_owned(),
        ),
        (
            "      - {role: A, group: []}",
            "error: `sources.ldap.entitlements.0.group` names no group\n  at DIR/config.yaml:31".to_owned(),
        ),
        (
            "      - {role: A, group: cn=a, nested: perhaps}",
            "error: `sources.ldap.entitlements.0.nested` must be `true` or `false`, not `perhaps`\n  at \
             DIR/config.yaml:31"
                .to_owned(),
        ),
        (
            "      - {role: A, group: cn=a, nestd: true}",
            "error: unknown key `sources.ldap.entitlements.0.nestd`\n  at DIR/config.yaml:31\nhint: did you mean \
             `sources.ldap.entitlements.0.nested`?"
                .to_owned(),
        ),
        (
            "      - Admin",
            format!(
                "error: `sources.ldap.entitlements.0` must be a table with `role` and `group`\n  at \
                 DIR/config.yaml:31\n{EXAMPLE}"
            ),
        ),
        (
            "      role: Admin",
            format!(
                "error: `sources.ldap.entitlements` must be a list of tables with `role` and `group`\n  at \
                 DIR/config.yaml:30\n{EXAMPLE}"
            ),
        ),
    ] {
        assert_eq!(with(rules).refusal(), message, "{rules}");
    }
}

/// A variable cannot hold a table.
#[test]
fn rules_come_from_a_file() {
    let lab = Lab::new(COMPLETE).variable("DIRECTORY_SYNC__SOURCES__LDAP__ENTITLEMENTS", "Admin cn=a");
    assert_eq!(
        lab.refusal(),
        format!(
            "error: `sources.ldap.entitlements` must be a list of tables with `role` and `group`\n  at variable \
             DIRECTORY_SYNC__SOURCES__LDAP__ENTITLEMENTS\n{EXAMPLE}"
        )
    );
}

/// Only directories have groups.
#[test]
fn a_file_has_no_groups() {
    let lab = Lab::changed(SHORT, "users.csv\n", "users.csv\n    entitlements: []\n");
    assert!(
        lab.refusal()
            .starts_with("error: unknown key `sources.csv.entitlements`")
    );
}
