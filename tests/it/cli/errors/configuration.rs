//! Mistakes on the command line and in the configuration: one message each, with its place and what to do. Exit code 2.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use crate::cli::stage::Stage;

/// Runs with this configuration instead.
fn refuses(config: impl FnOnce(&Stage) -> String, err: &str) {
    let stage = Stage::new();
    stage.configure(&config(&stage));
    stage.assert_refuses("", 2, err);
}

const LDAP: &str = r#"sources:
  ldap:
    url: ldap://127.0.0.1:1
    base_dn: dc=example,dc=com
    bind_dn: cn=sync,dc=example,dc=com
    bind_password: "hunter2"
    user_filter: (objectClass=person)
    attributes: {first_name: givenName, last_name: sn, email: mail, preferred_username: uid, phone: mobile, user_id: uid, status: shadowFlag}
"#;

#[test]
fn missing_file() {
    Stage::new().assert_refuses(
        "-c nowhere.yaml",
        2,
        "error: the configuration file `nowhere.yaml` does not exist\n  at option --config\nhint: correct the path; a \
         relative one starts at the working directory\n",
    );
}

#[test]
fn no_yaml() {
    refuses(
        |_| "zitadel: [1\nsources: 2\n".into(),
        "error: the configuration file `config.yaml` is not valid YAML: did not find expected ',' or ']'\n  at \
         config.yaml:2:8\nhint: values with `: `, ` #`, or a leading `*`, `&`, `!`, `%`, `@`, `{` or `[` need quotes\n",
    );
}

#[test]
fn wrong_types() {
    refuses(
        |_| "zitadel: 5\nsources: [1]\n".into(),
        "error: `sources` must be a table of keys\n  at config.yaml:2\nhint: indent its keys below it, such as \
         `ldap:`\n\nerror: `zitadel` must be a table of keys\n  at config.yaml:1\nhint: indent its keys below it, such \
         as `url:`\n\n2 mistakes in the configuration; nothing was done.\n",
    );
}

#[test]
fn two_documents() {
    refuses(
        |stage| format!("{0}---\n{0}", stage.config()),
        "error: the configuration file `config.yaml` is not valid YAML: it contains more than one document\nhint: \
         remove \
         the line `---` and the other documents\n",
    );
}

#[test]
fn a_key_file_that_is_none() {
    refuses(
        |stage| stage.config().replace("service-user.json", "users.csv"),
        "error: `zitadel.key_file`: `users.csv` is not a JSON object\n  at config.yaml:3\nhint: in Zitadel, open the \
         service account, Keys, New, and save the JSON file\n",
    );
}

#[test]
fn a_key_file_without_a_key() {
    let stage = Stage::new();
    stage.write(
        "service-user.json",
        r#"{"type":"serviceaccount","keyId":"1","key":"s3cret","userId":"2"}"#,
    );
    stage.assert_refuses(
        "",
        2,
        "error: `zitadel.key_file`: `key` in `service-user.json` is not a private key in PEM format\n  at \
         config.yaml:3\nhint: in Zitadel, open the service account, Keys, New, and save the JSON file\n",
    );
}

#[test]
fn a_url_without_scheme() {
    refuses(
        |stage| {
            stage
                .config()
                .replace(&stage.zitadel.url(), "auth.example.org:443")
        },
        "error: `zitadel.url`: `auth.example.org:443` must start with `http://` or `https://`\n  at config.yaml:2\nhint: \
         did you mean `https://auth.example.org:443`?\n",
    );
}

#[test]
fn a_url_with_a_path() {
    refuses(
        |stage| {
            stage
                .config()
                .replace("  key_file", "/ui/console\n  key_file")
                .replacen("\n/ui", "/ui", 1)
        },
        "error: `zitadel.url` must be the base address without a path, not `ZITADEL/ui/console`\n  at \
         config.yaml:2\nhint: use `ZITADEL`\n",
    );
}

#[test]
fn a_bind_dn_with_an_empty_password() {
    refuses(
        |stage| stage.config_with(&LDAP.replace("hunter2", "")),
        "error: `sources.ldap.bind_dn` is given, but `sources.ldap.bind_password` is empty\n  at config.yaml:11\nhint: \
         for an anonymous bind set both `bind_dn` and `bind_password` to `\"\"`\n",
    );
}

#[test]
fn a_ca_file_without_certificates() {
    refuses(
        |stage| stage.config_with(&format!("{LDAP}    tls: {{server_certificate: users.csv}}\n")),
        "error: `sources.ldap.tls.server_certificate`: users.csv contains no certificate (a PEM file with `BEGIN \
         CERTIFICATE` is expected)\n  at config.yaml:14\n",
    );
}

#[test]
fn an_ldap_filter_with_a_syntax_error() {
    refuses(
        |stage| stage.config_with(&LDAP.replace("(objectClass=person)", "\"(&(objectClass=person)(uid=*)\"")),
        "error: `sources.ldap.user_filter` is not an LDAP filter: a `)` is missing (character 30)\n  at \
         config.yaml:12\nhint: it should look like `(&(objectClass=person)(mail=*))`\n",
    );
}

#[test]
fn several_mistakes_are_reported_at_once() {
    refuses(
        |stage| {
            let config = stage.config().replace("organization_id", "organisation_id");
            format!("{config}log_level: loud\nguard: {{max_removals: lots}}\n")
        },
        "error: unknown key `zitadel.organisation_id`\n  at config.yaml:4\nhint: did you mean \
         `zitadel.organization_id`?\n\nerror: `log_level` must be `off`, `error`, `warn`, `info`, `debug` or \
         `trace`, not `loud`\n  at config.yaml:9\n\nerror: `guard.max_removals` must be a percentage such as `10%` \
         or a number such as `50`, not `lots`\n  at config.yaml:10\n\n3 mistakes in the configuration; nothing was \
         done.\n",
    );
}

#[test]
fn a_variable_that_is_not_utf_8() {
    let stage = Stage::new();
    let value = OsStr::from_bytes(b"caf\xe9");
    let run = stage.run_with("", &[("FAMEDLY_SYNC__ZITADEL__ROLE", value), ("LC_NAME", value)]);
    run.assert(
        2,
        "",
        "error: the variable FAMEDLY_SYNC__ZITADEL__ROLE is not valid UTF-8\n  at variable \
         FAMEDLY_SYNC__ZITADEL__ROLE\nhint: set it again in a UTF-8 terminal, or move the value to the configuration \
         file\n",
    );
    stage.assert_untouched();
}

#[test]
fn an_unknown_flag() {
    Stage::new().assert_refuses(
        "plan --detailed-exit-codes",
        2,
        "error: unexpected argument '--detailed-exit-codes' found\n\n  tip: a similar argument exists: \
         '--detailed-exit-code'\n\nUsage: directory-sync plan --detailed-exit-code\n\nFor more information, try \
         '--help'.\n",
    );
}

#[test]
fn an_unknown_subcommand() {
    Stage::new().assert_refuses(
        "snyc",
        2,
        "error: unrecognized subcommand 'snyc'\n\n  tip: a similar subcommand exists: 'sync'\n\nUsage: directory-sync \
         [OPTIONS] [COMMAND]\n\nFor more information, try '--help'.\n",
    );
}

#[test]
fn a_report_that_cannot_be_written() {
    Stage::new().assert_refuses(
        "--report nowhere/report.json",
        2,
        "error: cannot write the report to nowhere/report.json: No such file or directory (os error 2)\nhint: \
         choose a file in a writable folder\n",
    );
}

/// Yesterday's report must not pass for today's.
#[test]
fn mistakes_leave_a_report() {
    let stage = Stage::new();
    stage.write("report.json", "{\"schema\": \"directory-sync/report/1\"}");
    assert_eq!(stage.run("-c nowhere.yaml --report report.json").exit, 2);
    let report: serde_json::Value = serde_json::from_str(&stage.read("report.json")).unwrap();
    assert_eq!(
        (&report["outcome"], &report["exit_code"]),
        (&"failed".into(), &2.into())
    );
    assert!(
        report["error"]
            .as_str()
            .unwrap()
            .contains("`nowhere.yaml` does not exist")
    );
}
