//! Values of the wrong kind.

use super::*;

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
error: `sources.ldap.tls.server_certificate`: DIR/client.key contains no certificate (a PEM file with `BEGIN CERTIFICATE` is expected); it contains a private key
  at DIR/config.yaml:31",
    );
    check(
        "client_key: DIR/client.key",
        "client_key: DIR/client.crt",
        "
error: `sources.ldap.tls.client_key`: `DIR/client.crt` contains no private key in PEM format
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
            "error: `guard.max_changes` must be a percentage such as `10%` or a number such as `50` or `off`, not \
             `0.1`",
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
