//! Files that cannot be used.

use super::*;

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
error: `sources.ukt.client_secret` and `sources.ukt.client_secret_file` are both given (`sources.ukt.client_secret`: DIR/config.yaml:42)
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
        "error: the configuration file `DIR/config.yaml` is not valid YAML: it contains more than one document\n\
         hint: remove the line `---` and the other documents"
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
