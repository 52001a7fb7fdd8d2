//! Kopano ad-connect's `adc.yaml`.

use std::time::Duration;

use directory_sync::config::{Credentials, LdapActive, LdapAuthentication, SearchScope};
use directory_sync::plan::AbsentPolicy;

use crate::config::{Lab, zitadel};

/// As the manual of ad-connect prints it.
const SAMPLE: &str = include_str!("../../../corpus/dialects/adc.yaml");

/// The target, of which the manual knows nothing.
const TARGET: &str =
    "zitadel: {url: https://auth.example.org, token: hunter4, organization_id: 1, project_id: 2}\n";

fn complete() -> String {
    format!("{SAMPLE}{TARGET}")
}

#[test]
fn the_sample_of_the_manual_is_read() {
    let lab = Lab::new(&complete());
    let settings = lab.settings();
    assert_eq!(
        settings.notes,
        [
            "`backend.ldap.sync.page_size` is 20: a large directory is read faster with 1000",
            "`backend.ldap.addr`: `bind_password` goes to `your-ldap-server.local` without encryption, so anyone \
             on the network path can read it; use an `ldaps://` address, or set `tls.danger_use_start_tls: true`",
        ]
    );
    assert!(settings.dry_run);
    let policy = &settings.policy;
    assert_eq!(
        (policy.create, policy.update, policy.remove, policy.absent),
        (true, true, true, AbsentPolicy::Delete)
    );
    assert_eq!(
        (
            policy.delete_deactivates,
            policy.update_provider_mismatch,
            policy.create_deactivated
        ),
        (true, false, false)
    );
}

#[test]
fn the_directory_of_the_sample_is_read() {
    let lab = Lab::new(&complete());
    let ldap = lab.ldap();
    assert_eq!(
        (
            ldap.urls[0].as_str(),
            ldap.base_dn.as_str(),
            ldap.bind_dn.as_str()
        ),
        (
            "ldap://your-ldap-server.local",
            "dc=lg,dc=local",
            "cn=readonly,dc=lg,dc=local"
        )
    );
    assert_eq!(ldap.page_size.map(u32::from), Some(20));
    assert_eq!(ldap.user_filter, "(objectClass=inetOrgPerson)");
    assert_eq!(ldap.search.scope, SearchScope::Subtree);
    assert_eq!(
        ldap.authentication,
        LdapAuthentication {
            attribute: Some("mail".to_owned()),
            template: Some("(&(objectClass=inetOrgPerson)(mail=%s))".to_owned()),
            timeout: Some(Duration::from_secs(5)),
        }
    );
    assert!(matches!(ldap.attributes.active, LdapActive::Always));
    let texts: Vec<_> = ldap
        .attributes
        .texts
        .iter()
        .map(|(name, rule)| format!("{name}={}", rule.attributes().join("|")))
        .collect();
    assert_eq!(
        texts,
        [
            "first_name=givenName",
            "last_name=sn",
            "email=mail",
            "preferred_username=displayName",
            "phone=telephoneNumber"
        ]
    );
    assert_eq!(ldap.attributes.user_id.name, "entryUUID");
}

/// Each setting takes something away, and only if it says so.
#[test]
fn settings_have_the_meaning_of_ad_connect() {
    let policy = |setting: &str| {
        let config = complete();
        let (before, after) = config.split_once("settings:\n").unwrap();
        let backend = &after[after.find("backend:").unwrap()..];
        Lab::new(&format!("{before}settings:\n  {setting}\n{backend}"))
            .settings()
            .policy
    };
    let usual = policy("dry-run: false");
    assert_eq!(
        (
            usual.create,
            usual.update,
            usual.remove,
            usual.delete_deactivates,
            usual.create_deactivated
        ),
        (true, true, true, false, false)
    );
    assert!(!usual.update_provider_mismatch);
    assert!(!policy("no-create: true").create);
    assert!(!policy("no-update: yes").update);
    assert!(!policy("no-delete: true").remove);
    assert!(policy("delete-disables: true").delete_deactivates);
    assert!(policy("create-as-disabled: true").create_deactivated);
    assert!(policy("no-update-provider-mismatch: false").update_provider_mismatch);
}

/// What their manual does not have is ours: attributes, a target, a guard.
#[test]
fn our_keys_stand_beside_theirs() {
    let config = complete().replace(
        "    scope: sub\n",
        "    scope: one\n    attributes: {user_id: uid, email: otherMailbox}\n    active: [userAccountControl]\n",
    );
    let lab = Lab::new(&format!("{config}guard: {{max_removals: 3}}\nprovider: north\n"));
    let ldap = lab.ldap();
    assert_eq!(ldap.search.scope, SearchScope::OneLevel);
    assert_eq!(ldap.attributes.user_id.name, "uid");
    assert!(ldap.transform.is_none());
    assert!(matches!(ldap.attributes.active, LdapActive::Rules(_)));
    assert_eq!(ldap.attributes.texts[2].1.attributes(), ["otherMailbox"]);
    assert_eq!(lab.settings().providers.name.as_deref(), Some("north"));
}

/// The login name at the target is the address.
#[test]
fn a_login_name_that_is_no_address_falls_back_to_mail() {
    let lab = Lab::changed(&complete(), "username_attribute: mail", "username_attribute: uid");
    let email = &lab.ldap().attributes.texts[2];
    assert_eq!(
        (email.0.as_str(), email.1.attributes()),
        ("email", vec!["uid", "mail"])
    );
    let matching = email.1.matching.as_ref().unwrap();
    assert!(matching.is_match("ada@example.org") && !matching.is_match("ada"));
    assert!(lab.settings().notes.iter().any(|note| note.contains("`uid`")));
}

#[test]
fn the_target_may_stand_in_variables() {
    let lab = |address: &str, auth: &str| {
        Lab::new(SAMPLE)
            .variable("AD_CONNECT_ADDR", address)
            .variable("AD_CONNECT_AUTH", auth)
            .variable("DIRECTORY_SYNC__ZITADEL__ORGANIZATION_ID", "1")
            .variable("DIRECTORY_SYNC__ZITADEL__PROJECT_ID", "2")
    };
    for (address, url) in [
        ("auth.example.org:443", "https://auth.example.org/"),
        ("auth.example.org:8443", "https://auth.example.org:8443/"),
        ("https://auth.example.org", "https://auth.example.org/"),
    ] {
        let target = zitadel(&lab(address, "sync:s:ecret").settings());
        assert_eq!(target.url.as_str(), url);
        assert!(matches!(target.credentials, Credentials::Client { id, .. } if id == "sync"));
    }
    let without = lab("auth.example.org", "secret");
    assert_eq!(
        first(&without.refusal()),
        "error: the variable AD_CONNECT_AUTH has no colon\n  at variable AD_CONNECT_AUTH\n\
         hint: it should look like CLIENT_ID:CLIENT_SECRET"
    );
}

fn first(refusal: &str) -> &str {
    refusal.split("\n\n").next().unwrap()
}

/// A part of the sample, what takes its place, and the first message.
const MISTAKES: &[(&str, &str, &str)] = &[
    (
        "  dry-run: true\n",
        "  dry-rum: true\n",
        "error: unknown key `settings.dry-rum`\n  at DIR/config.yaml:2\nhint: did you mean `settings.dry-run`?",
    ),
    (
        "  no-update: false\n",
        "  no-update: maybe\n",
        "error: `settings.no-update` must be `true` or `false`, not `maybe`\n  at DIR/config.yaml:3",
    ),
    (
        "mail=%s",
        "mail=x",
        "error: `backend.ldap.authentication.username_filter_template` is not a filter with one `%s`: \
         `%s`, the placeholder for the name, is missing\n  at DIR/config.yaml:24\n\
         hint: it should look like `(&(objectClass=person)(mail=%s))`",
    ),
    (
        "(mail=%s)",
        "(|(mail=%s)(uid=%s))",
        "error: `backend.ldap.authentication.username_filter_template` is not a filter with one `%s`: \
         `%s` appears in it 2 times, but only once is allowed\n  at DIR/config.yaml:24\n\
         hint: it should look like `(&(objectClass=person)(mail=%s))`",
    ),
    (
        "      filter: (objectClass=inetOrgPerson)\n",
        "      filter: (objectClass=inetOrgPerson\n",
        "error: `backend.ldap.sync.filter` is not an LDAP filter: a `)` is missing (character 27)\n  \
         at DIR/config.yaml:20\nhint: it should look like `(&(objectClass=person)(mail=*))`",
    ),
    (
        "    scope: sub\n",
        "    scope: tree\n",
        "error: `backend.ldap.scope` must be `sub`, `one` or `base`, not `tree`\n  at DIR/config.yaml:16",
    ),
    (
        "    base_dn: dc=lg,dc=local\n",
        "    base: dc=lg,dc=local\n",
        "error: unknown key `backend.ldap.base`\n  at DIR/config.yaml:15\nhint: did you mean `backend.ldap.base_dn`?",
    ),
    (
        "  no-create: false\n",
        "  no-create: false\n  no-create: true\n",
        "error: `settings.no-create` is given more than once\n  at DIR/config.yaml:5\nhint: keep one of them",
    ),
    (
        "      timeout: 5\n",
        "      timeout: soon\n",
        "error: `backend.ldap.authentication.timeout` must be a duration such as `30s`, `5m` or `14d`, not `soon`\n  \
         at DIR/config.yaml:25\nhint: write a number and a unit (`ms`, `s`, `m`, `h`, `d`), or a number of seconds",
    ),
];

#[test]
fn mistakes_are_reported_by_their_own_names() {
    for (part, wrong, told) in MISTAKES {
        let refusal = Lab::changed(&complete(), part, wrong).refusal();
        assert_eq!(first(&refusal), *told, "{wrong}");
    }
}
