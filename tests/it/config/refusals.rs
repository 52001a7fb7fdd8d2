//! Bad input: one block for each mistake, with the place and what to do.

mod files;
mod sources;
mod values;

use std::os::unix::fs::symlink;

use super::{COMPLETE, Lab, SHORT};

/// Replaces a part of the complete configuration and compares the whole message.
#[track_caller]
fn check(part: &str, replacement: &str, message: &str) {
    let lab = Lab::changed(COMPLETE, part, replacement);
    assert_eq!(lab.refusal(), message.trim_start());
}

/// The same where only the first line of the message matters to the case.
#[track_caller]
fn check_first_line(part: &str, replacement: &str, line: &str) {
    let lab = Lab::changed(COMPLETE, part, replacement);
    assert_eq!(lab.refusal().lines().next(), Some(line));
}

/// Mistakes of many kinds.
const MISTAKES: &str = "log_level: verbose
feature_flags: [sso_login, dry_rum]
zitadel:
  ulr: https://auth.example.org
  key_file: DIR/missing.json
  organization_id: 1
  project_id: []
sources:
  ldap:
    base_dn: dc=example
    bind_password: [hunter2]
    timeout: 5 parsecs
    attributes:
      user_id: {name: uid, binary: true}
polcy: {}
";

/// Their messages.
const ALL_OF_THEM: &str = "error: unknown key `polcy`
  at DIR/config.yaml:15
hint: did you mean `policy`?

error: unknown key `sources.ldap.attributes.user_id.binary`
  at DIR/config.yaml:14
hint: did you mean `sources.ldap.attributes.user_id.is_binary`?

error: unknown key `zitadel.ulr`
  at DIR/config.yaml:4
hint: did you mean `zitadel.url`?

error: `log_level` must be `off`, `error`, `warn`, `info`, `debug` or `trace`, not `verbose`
  at DIR/config.yaml:1

error: unknown feature flag `dry_rum`
  at DIR/config.yaml:2
hint: did you mean `dry_run`?

error: `zitadel.key_file`: `DIR/missing.json` does not exist
  at DIR/config.yaml:5
hint: in Zitadel, open the service account, Keys, New, and save the JSON file

error: `zitadel.project_id` must be a text, not a list
  at DIR/config.yaml:7
hint: write one value after the key, without `[`, `-` or keys below it

error: `zitadel.idp_id` is missing
hint: the feature flag `sso_login` needs the id of the identity provider; add it, or remove the flag

error: `sources.ldap.url` is missing
hint: write the address of the directory, such as `ldaps://ldap.example.org`

error: `sources.ldap.bind_dn` is missing
hint: for an anonymous bind set both `bind_dn` and `bind_password` to `\"\"`

error: `sources.ldap.bind_password` must be a text, not a list
  at DIR/config.yaml:11
hint: write one value after the key, without `[`, `-` or keys below it

error: `sources.ldap.user_filter` is missing

error: `sources.ldap.timeout` must be a duration such as `30s`, `5m` or `14d`, not `5 parsecs`
  at DIR/config.yaml:12
hint: write a number and a unit (`ms`, `s`, `m`, `h`, `d`), or a number of seconds

error: `sources.ldap.attributes.first_name` is missing

error: `sources.ldap.attributes.last_name` is missing

error: `sources.ldap.attributes.email` is missing

error: `sources.ldap.attributes.status` is missing

error: `guard.max_removals` must be a percentage such as `10%` or a number such as `50`, not `110%`
  at variable FAMEDLY_SYNC__GUARD__MAX_REMOVALS";

#[test]
fn all_mistakes_are_shown_at_once() {
    let lab = Lab::new(MISTAKES).variable("FAMEDLY_SYNC__GUARD__MAX_REMOVALS", "110%");
    assert_eq!(lab.refusal(), ALL_OF_THEM);
}

#[test]
fn unknown_keys_and_flags() {
    check(
        "[verify_email, sso_login]",
        "\n- verify_email\n- sso_login\n- verify_mail",
        "
error: unknown feature flag `verify_mail`
  at DIR/config.yaml:5
hint: did you mean `verify_email`?",
    );
    check(
        "sources:\n",
        "bind_password: hunter9\nsources:\n",
        "
error: unknown key `bind_password`
  at DIR/config.yaml:9
hint: did you mean `sources.ldap.bind_password`?",
    );
    check(
        "sources:\n",
        "zitadel.role: User\nsources:\n",
        "
error: unknown key `zitadel.role`: a dot does not separate levels here
  at DIR/config.yaml:9
hint: write each level on its own line, indented below the one before",
    );
    check(
        "log_level: info",
        "log_level: info\ncolour:",
        "
error: unknown key `colour`
  at DIR/config.yaml:2",
    );
    assert_eq!(
        Lab::new(SHORT)
            .variable("FAMEDLY_SYNC__FEATURE_FLAGS", "dry_run,verify_email")
            .variable("FAMEDLY_SYNC__SOURCES__CSV__FILEPATH", "x")
            .refusal(),
        "
error: unknown key `sources.csv.filepath`
  at variable FAMEDLY_SYNC__SOURCES__CSV__FILEPATH
hint: did you mean `sources.csv.file_path`?

error: unknown feature flag `dry_run,verify_email`
  at variable FAMEDLY_SYNC__FEATURE_FLAGS
hint: separate the flags by spaces"
            .trim_start()
    );
}

#[test]
fn addresses() {
    check(
        "url: https://auth.example.org",
        "url: auth.example.org:443",
        "
error: `zitadel.url`: `auth.example.org:443` must start with `http://` or `https://`
  at DIR/config.yaml:4
hint: did you mean `https://auth.example.org:443`?",
    );
    check(
        "url: https://auth.example.org",
        "url: auth.example.org",
        "
error: `zitadel.url`: `auth.example.org` is not an address: relative URL without a base
  at DIR/config.yaml:4
hint: did you mean `https://auth.example.org`?",
    );
    check(
        "url: https://auth.example.org",
        "url: https://auth.example.org/ui/console",
        "
error: `zitadel.url` must be the base address without a path, not `https://auth.example.org/ui/console`
  at DIR/config.yaml:4
hint: use `https://auth.example.org`",
    );
    check(
        "url: https://auth.example.org",
        "url: https://admin:hunter9@auth.example.org",
        "
error: `zitadel.url` must not contain a user name or password
  at DIR/config.yaml:4
hint: use `zitadel.key_file` or `zitadel.token_file`",
    );
    check(
        "url: https://auth.example.org",
        "url: ftp://admin:hunter9@auth.example.org",
        "
error: `zitadel.url`: the address must start with `http://` or `https://`
  at DIR/config.yaml:4",
    );
}

#[test]
fn credentials_of_the_target() {
    check(
        "  key_file: DIR/service-user.json",
        "  key_file: DIR/service-user.json\n  token_file: x\n  token: hunter9",
        "
error: `zitadel.key_file` and `zitadel.token` and `zitadel.token_file` are given, but only one can be used
  at DIR/config.yaml:5
hint: keep one of them",
    );
    check(
        "  key_file: DIR/service-user.json\n",
        "",
        "
error: `zitadel.key_file` is missing
hint: download the service account's key, or give `zitadel.token`, `zitadel.token_file`, or `zitadel.client_id` and `zitadel.client_secret`",
    );
    check(
        "key_file: DIR/service-user.json",
        "token: \"\"",
        "\nerror: `zitadel.token` is empty\n  at DIR/config.yaml:5\nhint: write a value after the key",
    );
}

#[test]
fn client_credentials_are_whole_and_the_only_ones() {
    check(
        "  key_file: DIR/service-user.json",
        "  key_file: DIR/service-user.json\n  client_id: sync\n  client_secret: hunter9",
        "
error: `zitadel.key_file` and `zitadel.client_id` are given, but only one can be used
  at DIR/config.yaml:5
hint: keep one of them",
    );
    let new_secret = "\nhint: in Zitadel, open the service account, Actions, Generate Client Secret; the secret is shown once";
    check(
        "key_file: DIR/service-user.json",
        "client_id: sync",
        &format!("\nerror: `zitadel.client_secret` is missing{new_secret}"),
    );
    check(
        "key_file: DIR/service-user.json",
        "client_secret: hunter9",
        "
error: `zitadel.client_id` is missing
hint: give the user name of the service account, as Zitadel shows it beside the client secret",
    );
    check(
        "  key_file: DIR/service-user.json",
        "  client_id: sync\n  client_secret: \"\"",
        &format!("\nerror: `zitadel.client_secret` is empty\n  at DIR/config.yaml:6{new_secret}"),
    );
    check(
        "  key_file: DIR/service-user.json",
        "  client_id: \"\"\n  client_secret: hunter9",
        "\nerror: `zitadel.client_id` is empty\n  at DIR/config.yaml:5\nhint: write a value after the key",
    );
    check(
        "  key_file: DIR/service-user.json",
        "  client_id: sync\n  client_secret: hunter9\n  client_secret_file: DIR/x",
        "
error: `zitadel.client_secret` and `zitadel.client_secret_file` are both given (`zitadel.client_secret`: DIR/config.yaml:6)
  at DIR/config.yaml:7
hint: keep one of them",
    );
}

#[test]
fn half_a_bind_would_be_anonymous() {
    check(
        "bind_password: \"hunter2\"",
        "bind_password: \"\"",
        "
error: `sources.ldap.bind_dn` is given, but `sources.ldap.bind_password` is empty
  at DIR/config.yaml:14
hint: for an anonymous bind set both `bind_dn` and `bind_password` to `\"\"`",
    );
    check(
        "bind_dn: cn=reader,dc=example,dc=org",
        "bind_dn: \"\"",
        "
error: `sources.ldap.bind_password` is given, but `sources.ldap.bind_dn` is empty
  at DIR/config.yaml:13
hint: for an anonymous bind set both `bind_dn` and `bind_password` to `\"\"`",
    );
}
