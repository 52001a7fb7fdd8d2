//! Files of every version of famedly-sync.

use directory_sync::config::Credentials;

use crate::config::{Lab, zitadel};

const ATTRIBUTES: &str = "    attributes:
      first_name: cn
      last_name: sn
      preferred_username: displayName
      email: mail
      phone: telephoneNumber
      user_id: uid
      status: {name: shadowFlag, is_binary: false}
      disable_bitmasks: [0]
";

/// 0.2 and 0.3: `famedly`, `ldap` at the top, a cache file, flags in `CamelCase`, options that nothing ever read.
#[test]
fn version_0_2() {
    let dedented: Vec<_> = ATTRIBUTES.lines().map(|line| &line[2..]).collect();
    let attributes = dedented.join("\n");
    let lab = Lab::new(&format!(
        "\
famedly:
  url: https://auth.example.org
  key_file: DIR/service-user.json
  organization_id: 278274756195721220
  project_id: 278274945274880004
  idp_id: 000000000000000000
ldap:
  url: ldap://localhost:1389
  base_dn: ou=testorg,dc=example,dc=org
  bind_dn: cn=admin,dc=example,dc=org
  bind_password: adminpassword
  user_filter: \"(objectClass=shadowAccount)\"
  timeout: 5
  check_for_deleted_entries: true
  use_attribute_filter: true
  start_tls: false
  no_tls_verify: false
  root_certificates_path: ./certs
{attributes}
feature_flags: [VerifyEmail, VerifyPhone]
cache_path: ./cache.bin
log_level: debug
"
    ));
    let settings = lab.settings();
    assert_eq!(
        settings.notes,
        [
            "`cache_path` has no effect: nothing is kept between runs",
            "`sources.ldap.no_tls_verify` has no effect: no released version ever read it; see `sources.ldap.tls`",
            "`sources.ldap.root_certificates_path` has no effect: no released version ever read it; see \
             `sources.ldap.tls`",
            "`sources.ldap.start_tls` has no effect: no released version ever read it; see `sources.ldap.tls`",
            "`sources.ldap.check_for_deleted_entries` has no effect, as since famedly-sync 0.7; `policy.absent` \
             decides about the accounts of absent people",
        ]
    );
    let zitadel = zitadel(&settings);
    assert!(
        matches!(zitadel.credentials, Credentials::KeyFile(path) if path == lab.path("service-user.json"))
    );
    assert_eq!(zitadel.idp_id.as_deref(), Some("000000000000000000"));
    assert!(zitadel.verify_email && zitadel.verify_phone && !zitadel.sso_login);
    assert!(format!("{:?}", lab.ldap().attributes.active).contains("\"shadowFlag\""));
    let misplaced = lab
        .variable("FAMEDLY_LDAP_SYNC__FAMEDLY__URL", "x")
        .variable("FAMEDLY_LDAP_SYNC__LDAP__TIMEOUT", "x");
    assert_eq!(
        misplaced.refusal(),
        "error: `zitadel.url`: `x` is not an address: relative URL without a base\n  \
         at variable FAMEDLY_LDAP_SYNC__FAMEDLY__URL\nhint: did you mean `https://x`?\n\n\
         error: `sources.ldap.timeout` must be a duration such as `30s`, `5m` or `14d`, not `x`\n  \
         at variable FAMEDLY_LDAP_SYNC__LDAP__TIMEOUT\nhint: write a number and a unit (`ms`, `s`, `m`, `h`, `d`), or a number of seconds"
    );
}

/// A mistake below an old name has its line.
#[test]
fn old_names_have_lines() {
    let lab = Lab::new(
        "sources: {csv: {file_path: x}}\nfamedly:\n  url: x\n  token: y\n  project_id: 1\n  role: [a]\n  organization_id: 1\n",
    );
    assert_eq!(
        lab.refusal(),
        "error: `zitadel.url`: `x` is not an address: relative URL without a base\n  at DIR/config.yaml:3\n\
         hint: did you mean `https://x`?\n\n\
         error: `zitadel.role` must be a text, not a list\n  at DIR/config.yaml:6\n\
         hint: write one value after the key, without `[`, `-` or keys below it"
    );
}

#[test]
fn an_old_name_beside_the_new_one() {
    let lab = Lab::new(&format!(
        "{}famedly:\n  url: https://b.example\n",
        crate::config::SHORT
    ));
    assert_eq!(
        lab.refusal(),
        "error: `famedly` is the old name of `zitadel`, and both are given\n  at DIR/config.yaml:9\n\
         hint: move its keys to `zitadel`"
    );
}

/// 0.4 to 0.6: several sources in one file, a cache file for LDAP; flag `plain_localpart`.
#[test]
fn version_0_6() {
    let lab = Lab::new(&format!(
        "\
zitadel:
  url: https://auth.example.org/
  key_file: DIR/service-user.json
  organization_id: 278274756195721220
  project_id: 278274945274880004
  idp_id: 281430143275106308
sources:
  ldap:
    url: ldap://localhost:1389
    base_dn: ou=testorg,dc=example,dc=org
    bind_dn: \"\"
    bind_password: \"\"
    user_filter: \"(objectClass=shadowAccount)\"
    timeout: 5
    check_for_deleted_entries: false
    use_attribute_filter: true
    cache_path: ./test.cache
    tls:
      danger_use_start_tls: true
      danger_disable_tls_verify: true
{}
  ukt:
    endpoint_url: https://list.example.org/maillist
    oauth2_url: https://list.example.org/token
    client_id: sync
    client_secret: 1234
    scope: \"openid read-maillist\"
    grant_type: client_credentials
feature_flags:
  - sso_login
  - verify_email
  - plain_localpart
",
        ATTRIBUTES
            .replace("email: mail", "email: {name: mail, is_binary: false}")
            .replace("user_id: uid", "user_id: {name: uid, is_binary: true}")
    ));
    let settings = lab.settings();
    assert_eq!(
        settings.notes,
        [
            "`sources.ldap.cache_path` has no effect: nothing is kept between runs",
            "the feature flag `plain_localpart` has no effect, as since famedly-sync 0.9.1; \
             `zitadel.localpart: plain` gives new accounts the external id as localpart",
            "`sources.ldap.tls.danger_disable_tls_verify` is set: anyone on the network path can read the password \
             and change the answers",
        ]
    );
    let names: Vec<_> = settings.sources.iter().map(|source| &*source.name).collect();
    assert_eq!(names, ["ldap", "ukt"]);
    assert!(lab.ldap().attributes.user_id.is_binary);
}

#[test]
fn start_tls_is_for_plain_addresses() {
    let lab = Lab::changed(
        crate::config::COMPLETE,
        "danger_use_start_tls: false",
        "danger_use_start_tls: true",
    );
    assert_eq!(
        lab.settings().notes.last().map(String::as_str),
        Some("`sources.ldap.tls.danger_use_start_tls` has no effect: it is for addresses with `ldap://`")
    );
}
