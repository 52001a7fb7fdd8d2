//! Bad input: one block for each mistake, with the place and what to do.

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

/// What is said of them.
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

error: `zitadel.idp_id` is missing
hint: the feature flag `sso_login` needs the id of the identity provider; add it, or remove the flag

error: `sources.ldap.url` is missing

error: `sources.ldap.bind_dn` is missing
hint: for an anonymous bind set both `bind_dn` and `bind_password` to `\"\"`

error: `sources.ldap.bind_password` must be a text, not a list
  at DIR/config.yaml:11

error: `sources.ldap.user_filter` is missing

error: `sources.ldap.timeout` must be a duration such as `30s`, `5m` or `14d`, not `5 parsecs`
  at DIR/config.yaml:12

error: `sources.ldap.attributes.first_name` is missing

error: `sources.ldap.attributes.last_name` is missing

error: `sources.ldap.attributes.email` is missing

error: `sources.ldap.attributes.status` is missing

error: `guard.max_removals` must be a share such as `10%` or a number such as `50`, not `110%`
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
hint: write each level on a line of its own, indented below the one before",
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
error: `zitadel.url` must not hold a user name or password
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
fn addresses_of_sources() {
    check(
        "url: ldaps://dc1.example.org",
        "url: [dc1.example.org:636, 'ldap://']",
        "
error: `sources.ldap.url`: `dc1.example.org:636` must start with `ldapi://`, `ldap://` or `ldaps://`
  at DIR/config.yaml:11
hint: did you mean `ldaps://dc1.example.org:636`?

error: `sources.ldap.url`: `ldap://` names no host
  at DIR/config.yaml:11",
    );
    check(
        "oauth2_url: https://list.example.org/token",
        "oauth2_url: list.example.org/token",
        "
error: `sources.ukt.oauth2_url`: `list.example.org/token` is not an address: relative URL without a base
  at DIR/config.yaml:40
hint: did you mean `https://list.example.org/token`?",
    );
    check(
        "url: ldaps://dc1.example.org",
        "url: []",
        "\nerror: `sources.ldap.url` is empty\n  at DIR/config.yaml:11",
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
        "\nerror: `zitadel.token` is empty\n  at DIR/config.yaml:5",
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
        "\nerror: `zitadel.client_id` is empty\n  at DIR/config.yaml:5",
    );
    check(
        "  key_file: DIR/service-user.json",
        "  client_id: sync\n  client_secret: hunter9\n  client_secret_file: DIR/x",
        "
error: `zitadel.client_secret` and `zitadel.client_secret_file` are both given
  at DIR/config.yaml:7
hint: keep one of them",
    );
}

#[test]
fn key_files() {
    let refusal = |content: &str| {
        let lab = Lab::new(COMPLETE);
        lab.write("service-user.json", content);
        lab.refusal()
    };
    let message = |problem: &str| {
        format!(
            "error: `zitadel.key_file`: {problem}\n  at DIR/config.yaml:5\n\
             hint: in Zitadel, open the service account, Keys, New, and save the JSON file"
        )
    };
    for (content, problem) in [
        ("hunter9", "`DIR/service-user.json` is not a JSON object"),
        (
            r#"{"type": "application", "keyId": "1", "key": "x", "appId": "2", "clientId": "3"}"#,
            "`DIR/service-user.json` is the key of type `application`, not of a service account",
        ),
        (
            r#"{"type": "serviceaccount", "keyId": "", "key": 5}"#,
            "`DIR/service-user.json` lacks `keyId`, `key`, `userId`",
        ),
        (
            r#"{"type": "serviceaccount", "keyId": "1", "key": "hunter9", "userId": "2"}"#,
            "`key` in `DIR/service-user.json` is not a private key in PEM format",
        ),
    ] {
        assert_eq!(refusal(content), message(problem));
    }
}

#[test]
fn secrets_in_files() {
    let lab = Lab::changed(
        COMPLETE,
        "bind_password: \"hunter2\"",
        "bind_password_file: DIR/password",
    );
    assert_eq!(
        lab.refusal(),
        "error: `sources.ldap.bind_password_file`: `DIR/password` does not exist\n  at DIR/config.yaml:14"
    );
    lab.write("password", "\r\n");
    assert_eq!(
        lab.refusal(),
        "error: `sources.ldap.bind_password_file`: `DIR/password` is empty\n  at DIR/config.yaml:14"
    );
    std::fs::write(lab.path("password"), b"hunter\xff").unwrap();
    assert_eq!(
        lab.refusal(),
        "error: `sources.ldap.bind_password_file`: `DIR/password` is not a text in UTF-8\n  at DIR/config.yaml:14"
    );
    check(
        "    client_secret: \"hunter3\"",
        "    client_secret: \"hunter3\"\n    client_secret_file: DIR",
        "
error: `sources.ukt.client_secret` and `sources.ukt.client_secret_file` are both given
  at DIR/config.yaml:43
hint: keep one of them",
    );
    check(
        "client_secret: \"hunter3\"",
        "client_secret_file: DIR",
        "\nerror: `sources.ukt.client_secret_file`: `DIR` is a directory\n  at DIR/config.yaml:42",
    );
    check(
        "    client_secret: \"hunter3\"\n",
        "",
        "\nerror: `sources.ukt.client_secret` is missing",
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

#[test]
fn filters() {
    let filter = "user_filter: \"(&(objectClass=user)(memberOf=cn=chat,ou=groups,dc=example,dc=org))\"";
    let message = |problem: &str| {
        format!(
            "error: `sources.ldap.user_filter` is not an LDAP filter: {problem}\n  at DIR/config.yaml:15\n\
             hint: it should look like `(&(objectClass=person)(mail=*))`"
        )
    };
    for (wrong, problem) in [
        ("(&(a=b)(c=d)", "a `)` is missing (character 13)"),
        (
            "(a=b))",
            "the filter ended before this character; join several by `(&...)` (character 6)",
        ),
        (
            "(&(a=b)(c))",
            "a comparison such as `=` is missing (character 10)",
        ),
        ("(a=b", "a `)` is missing (character 5)"),
        (
            "(a=b)(c=d)",
            "the filter ended before this character; join several by `(&...)` (character 6)",
        ),
    ] {
        check(filter, &format!("user_filter: \"{wrong}\""), &message(problem));
    }
}

#[test]
fn certificates_and_keys() {
    check(
        "      client_key: DIR/client.key\n",
        "",
        "
error: `sources.ldap.tls.client_certificate` is given without `sources.ldap.tls.client_key`: both client_key and client_certificate are needed
  at DIR/config.yaml:32
hint: add the other one, or remove this one to connect without a client certificate",
    );
    check(
        "      client_certificate: DIR/client.crt\n",
        "",
        "
error: `sources.ldap.tls.client_key` is given without `sources.ldap.tls.client_certificate`: both client_key and client_certificate are needed
  at DIR/config.yaml:32
hint: add the other one, or remove this one to connect without a client certificate",
    );
    check(
        "server_certificate: DIR/ca.crt",
        "server_certificate: DIR/none.crt",
        "\nerror: `sources.ldap.tls.server_certificate`: `DIR/none.crt` does not exist\n  at DIR/config.yaml:31",
    );
    check(
        "server_certificate: DIR/ca.crt",
        "server_certificate: DIR/client.key",
        "
error: `sources.ldap.tls.server_certificate`: DIR/client.key holds no certificate (a PEM file with `BEGIN CERTIFICATE` is expected); it holds a private key
  at DIR/config.yaml:31",
    );
    check(
        "client_key: DIR/client.key",
        "client_key: DIR/client.crt",
        "
error: `sources.ldap.tls.client_key`: `DIR/client.crt` holds no private key in PEM format
  at DIR/config.yaml:32",
    );
}

#[test]
fn numbers_and_attributes() {
    check(
        "timeout: 5",
        "timeout: 0",
        "\nerror: `sources.ldap.timeout` must be longer than 0, such as `30s`\n  at DIR/config.yaml:16",
    );
    for (part, replacement, line) in [
        (
            "page_size: 500",
            "page_size: -1",
            "error: `sources.ldap.page_size` must be a whole number, not `-1`",
        ),
        (
            "page_size: 500",
            "page_size: 4294967296",
            "error: `sources.ldap.page_size` must be a whole number, not `4294967296`",
        ),
        (
            "use_attribute_filter: true",
            "use_attribute_filter: maybe",
            "error: `sources.ldap.use_attribute_filter` must be `true` or `false`, not `maybe`",
        ),
        (
            "[0x2, 16]",
            "[0x2, two]",
            "error: `sources.ldap.attributes.disable_bitmasks` must be a list of 32-bit numbers such as `[2, 0x10]`, \
             not `two`",
        ),
        (
            "[0x2, 16]",
            "[0x2, [16]]",
            "error: `sources.ldap.attributes.disable_bitmasks` must be a list of 32-bit numbers such as `[2, 0x10]`; \
             element 2 is a list",
        ),
        (
            "user_id: {name: objectGUID, is_binary: true}",
            "user_id: [objectGUID]",
            "error: `sources.ldap.attributes.user_id` must be the name of an attribute, or \
             `{name: NAME, is_binary: true}`, not a list",
        ),
        (
            "user_id: {name: objectGUID, is_binary: true}",
            "user_id: {is_binary: true}",
            "error: `sources.ldap.attributes.user_id.name` is missing",
        ),
        (
            "{name: objectGUID, is_binary: true}",
            "{name: objectGUID, is_binary: maybe}",
            "error: `sources.ldap.attributes.user_id.is_binary` must be `true` or `false`, not `maybe`",
        ),
    ] {
        check_first_line(part, replacement, line);
    }
}

#[test]
fn limits_and_choices() {
    for (part, replacement, line) in [
        (
            "sources:\n",
            "guard: {max_changes: 0.1}\nsources:\n",
            "error: `guard.max_changes` must be a share such as `10%` or a number such as `50` or `off`, not `0.1`",
        ),
        (
            "sources:\n",
            "policy: {absent: deletes}\nsources:\n",
            "error: `policy.absent` must be `keep`, `deactivate` or `delete`, not `deletes`",
        ),
        (
            "sources:\n",
            "policy: [absent]\nsources:\n",
            "error: `policy` must be a table of keys",
        ),
        (
            "sources:\n",
            "apply: {rate_limit: 0}\nsources:\n",
            "error: `apply.rate_limit` must be a whole number from 1 or `off`, not `0`",
        ),
        (
            "sources:\n",
            "apply: {concurrency: {min: 9}}\nsources:\n",
            "error: `apply.concurrency.min` is 9, which is more than `apply.concurrency.max` (8)",
        ),
    ] {
        check_first_line(part, replacement, line);
    }
}

#[test]
fn texts_and_choices_of_the_target() {
    for (part, replacement, line) in [
        (
            "organization_id: 278274756195721220",
            "organization_id: \" \"",
            "error: `zitadel.organization_id` is empty",
        ),
        (
            "idp_id: 281430143275106308",
            "idp_id: \"\"",
            "error: `zitadel.idp_id` is empty",
        ),
        (
            "idp_id: 281430143275106308",
            "idp_id: 281430143275106308\n  metadata: none",
            "error: `zitadel.metadata` must be `confirm`, `presence` or `skip`, not `none`",
        ),
        (
            "idp_id: 281430143275106308",
            "idp_id: 281430143275106308\n  link: all",
            "error: `zitadel.link` must be `new` or `existing`, not `all`",
        ),
        (
            "[verify_email, sso_login]\nzitadel:\n",
            "[verify_email]\nzitadel:\n  link: existing\n",
            "error: `zitadel.link: existing` needs the feature flag `sso_login`",
        ),
        (
            "organization_id: 278274756195721220",
            "organization_id: !secret hunter9",
            "error: `zitadel.organization_id` has a tag, which has no meaning here",
        ),
    ] {
        check_first_line(part, replacement, line);
    }
}

/// Replaces the sources of the short configuration and compares the whole message.
#[track_caller]
fn check_sources(replacement: &str, message: &str) {
    let lab = Lab::changed(SHORT, "sources:\n  csv:\n    file_path: users.csv\n", replacement);
    assert_eq!(lab.refusal(), message.trim_start());
}

#[test]
fn sources() {
    for none in ["", "sources:\n", "sources: {}\n", "sources: {ldap: , csv: ~}\n"] {
        check_sources(
            none,
            "
error: no source is configured
hint: add `sources.ldap`, `sources.csv` or `sources.ukt`; `config.sample.yaml` shows their keys",
        );
    }
    check_sources(
        "sources: []\n",
        "
error: `sources` must be a table of keys
  at DIR/config.yaml:6
hint: indent its keys below it, such as `ldap:`",
    );
    check_sources(
        "sources: {cvs: {file_path: x}}\n",
        "
error: `sources.cvs.kind` is missing: only the names `ldap`, `csv` and `ukt` imply a kind
  at DIR/config.yaml:6
hint: did you mean `sources.csv`? Otherwise add `kind: csv`",
    );
    check_sources(
        "sources: {staff: {file_path: x, kind: cvs}}\n",
        "
error: `sources.staff.kind` must be `ldap`, `csv` or `ukt`, not `cvs`
  at DIR/config.yaml:6
hint: did you mean `csv`?",
    );
}

#[test]
fn names_of_sources() {
    check_sources(
        "sources: {ldap: {file_path: x, kind: csv}}\n",
        "
error: `sources.ldap.kind` is `csv`, but the name `ldap` is kept for kind `ldap`
  at DIR/config.yaml:6
hint: give the source another name",
    );
    check_sources(
        "sources: {'a b': {file_path: x, kind: csv}}\n",
        "
error: `a b` cannot be the name of a source
  at DIR/config.yaml:6
hint: use letters, digits, `-` and `_`",
    );
    check_sources(
        "sources: {csv: {file_path: x}, staff: {kind: csv, file_path: ''}}\n",
        "
error: `sources.staff.file_path` is empty
  at DIR/config.yaml:6",
    );
    assert_eq!(
        Lab::new(SHORT)
            .variable("FAMEDLY_SYNC__SOURCES__CSV", "")
            .refusal(),
        "
error: `sources.csv` must be a table of keys
  at variable FAMEDLY_SYNC__SOURCES__CSV
hint: a source is left out by removing its section, or by leaving it without any value"
            .trim_start()
    );
}

#[test]
fn files_that_are_no_configuration() {
    let refusal = |content: &str| Lab::new(content).refusal();
    assert_eq!(
        refusal("zitadel:\n  token: hunter9\n url: x\n"),
        "
error: the configuration file `DIR/config.yaml` is not valid YAML: did not find expected key
  at DIR/config.yaml:3:2
hint: values with `: `, ` #`, or a leading `*`, `&`, `!`, `%`, `@`, `{` or `[` need quotes"
            .trim_start()
    );
    assert_eq!(
        refusal(&format!("{SHORT}---\n{SHORT}")),
        "error: the configuration file `DIR/config.yaml` is not valid YAML: it holds more than one document\n\
         hint: remove the line `---` and what does not belong"
    );
    assert_eq!(
        refusal("zitadel:\n  token: a\n  TOKEN: b\n").split("\n\n").next(),
        Some(
            "error: `zitadel.token` is given more than once\n  at DIR/config.yaml:3\n\
             hint: keep one of them; letter case makes no difference"
        )
    );
    for content in ["hunter9", "- hunter9", "!x {a: b}"] {
        assert_eq!(
            refusal(content),
            "error: the configuration file `DIR/config.yaml` is not a table of keys\n\
             hint: it should look like `zitadel:` and, below and indented, `url: https://auth.example.org`"
        );
    }
    assert_eq!(
        refusal("token: !!int hunter9\n"),
        "error: the configuration file `DIR/config.yaml` is not valid YAML: \
         a key or a value with a tag does not have the right type\n  at DIR/config.yaml:1:8"
    );
    assert_eq!(
        refusal(&format!("a: {}{}\n", "[".repeat(200), "]".repeat(200)))
            .lines()
            .next(),
        Some("error: the configuration file `DIR/config.yaml` is not valid YAML: recursion limit exceeded")
    );
    let lab = Lab::new("");
    std::fs::write(lab.path("config.yaml"), b"a: 1\nb: \xff\n").unwrap();
    assert_eq!(
        lab.refusal(),
        "error: the configuration file `DIR/config.yaml` is not valid UTF-8\n  at DIR/config.yaml:2\n\
         hint: save it as UTF-8"
    );
}

#[test]
fn files_that_cannot_be_read() {
    let lab = Lab::new("");
    let missing = lab.path("missing");
    let lab = lab.config(missing);
    assert_eq!(
        lab.refusal(),
        "error: the configuration file `DIR/missing` does not exist\n  at option --config\n\
         hint: correct the path; a relative one starts at the working directory"
    );
    let lab = lab.config(None).variable("FAMEDLY_SYNC_CONFIG", "DIR/missing");
    assert_eq!(
        lab.refusal(),
        "error: the configuration file `DIR/missing` does not exist\n  at variable FAMEDLY_SYNC_CONFIG\n\
         hint: correct the path; a relative one starts at the working directory"
    );
    let folder = lab.path("");
    let lab = lab.config(folder);
    assert_eq!(
        lab.refusal(),
        "error: the configuration file `DIR/` cannot be read: it is a directory"
    );
    let looped = lab.path("loop.yaml");
    symlink(&looped, &looped).unwrap();
    let refusal = lab.config(looped).refusal();
    assert!(
        refusal.starts_with("error: the configuration file `DIR/loop.yaml` cannot be read: "),
        "{refusal}"
    );
    for name in ["config.toml", "config.INI", "config.ron", "config.json5"] {
        let lab = Lab::new("");
        lab.write(name, SHORT);
        let path = lab.path(name);
        assert_eq!(
            lab.config(path).refusal(),
            format!(
                "error: the configuration file `DIR/{name}` has another format; only YAML and JSON are read\n\
                 hint: write the same keys as YAML; `config.sample.yaml` shows all of them"
            )
        );
    }
}

/// No message prints a secret, whatever is wrong with the rest.
#[test]
fn secrets_are_never_shown() {
    let secrets = COMPLETE
        .replace("timeout: 5", "timeout: x")
        .replace("\"hunter2\"", "[hunter2]")
        .replace("\"hunter3\"", "{hunter3: 1}")
        .replace(
            "key_file: DIR/service-user.json",
            "token: hunter4\n  token_file: hunter5",
        );
    let refusal = Lab::new(&secrets).refusal();
    for secret in ["hunter2", "hunter4"] {
        assert!(!refusal.contains(secret), "{refusal}");
    }
    let settings = format!("{:?}", Lab::new(COMPLETE).settings());
    for secret in ["hunter2", "hunter3"] {
        assert!(!settings.contains(secret), "{settings}");
    }
}
