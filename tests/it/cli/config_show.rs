//! `config show`: what takes effect, where it comes from, and what is not told.

use serde_json::{Value, json};

use super::stage::Stage;

/// The value of a key, from its line, and its origin.
fn line<'a>(out: &'a str, key: &str) -> (&'a str, &'a str) {
    let is_it = |line: &&str| line.trim_start().starts_with(&format!("{key}: "));
    let line = out.lines().find(is_it).unwrap_or_else(|| panic!("{key}: {out}"));
    let (value, origin) = line.split_once("  # ").unwrap_or_else(|| panic!("{line}"));
    (value.trim_start().split_once(": ").unwrap().1.trim(), origin)
}

fn values(out: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(out).unwrap();
    assert_eq!(document["schema"], "directory-sync/configuration/1");
    document["values"].as_array().unwrap().clone()
}

/// Everything about one key.
fn value(out: &str, key: &str) -> Value {
    let mut found = values(out).into_iter().filter(|value| value["key"] == key);
    let value = found.next().unwrap_or_else(|| panic!("{key}: {out}"));
    assert_eq!(found.next(), None);
    value
}

const REST: &str = "\
policy_file: limits.yaml
guard:
  protected: [\"boss@example.org\"]
  max_changes: 5
notify:
  healthchecks: https://hc.example/ping-4711
  webhook: {url: \"https://user:pass-4711@hook.example/T-4711?key=4711\", secret: sec-4711}
sources:
  csv:
    file_path: users.csv
  people:
    kind: ldap
    url: ldaps://dc1.example.org
    base_dn: ou=people,dc=example,dc=org
    bind_dn: cn=reader,dc=example,dc=org
    bind_password: pw-4711
    user_filter: (mail=*)
    transform:
      rename: {Uid: Login}
    attributes:
      first_name: givenName
      last_name: sn
      email: {name: [mail, other], case: lower}
      user_id: uid
    active: always
";

fn stage() -> Stage {
    let stage = Stage::empty();
    stage.configure(&stage.config_with(REST));
    stage.write(
        "limits.yaml",
        "no-delete: true\nmax_removals: 3\nprotected: [a, b]\n",
    );
    stage
}

/// A default, a line, a variable, an option and a limit; nothing is asked for that.
#[test]
fn each_value_has_its_origin() {
    let stage = stage();
    let variables = [
        ("FAMEDLY_SYNC__GUARD__MAX_CHANGES", "7"),
        ("DIRECTORY_SYNC__DRY_RUN", "yes"),
    ];
    let run = stage.run_with("config show -v", &variables);
    assert_eq!(run.exit, 0, "{run:?}");
    let out = &run.out;
    for (key, value, origin) in [
        ("log_level", "debug", "option -v"),
        ("dry_run", "true", "variable DIRECTORY_SYNC__DRY_RUN"),
        ("max_changes", "7", "variable FAMEDLY_SYNC__GUARD__MAX_CHANGES"),
        ("key_file", "service-user.json", "config.yaml:3"),
        ("role", "User", "default"),
        ("remove", "false", "`policy_file` (limits.yaml); true: default"),
        (
            "max_removals",
            "\"3\"",
            "`policy_file` (limits.yaml); 10%: default",
        ),
        ("protected", "[\"boss@example.org\"]", "config.yaml:8"),
        ("name", "[mail, other]", "config.yaml:28"),
        ("rename", "{Uid: Login}", "config.yaml:24"),
        ("bind_password", "\"***\"", "config.yaml:21"),
        ("healthchecks", "https://hc.example/***", "config.yaml:11"),
        ("page_size", "1000", "default"),
    ] {
        let (shown, from) = line(out, key);
        assert_eq!(
            (shown.trim_matches('"'), from),
            (value.trim_matches('"'), origin),
            "{key}: {out}"
        );
    }
    assert!(out.contains("# Limits of the target are not included"), "{out}");
    assert!(
        out.contains("# guard.protected: 2 more (`policy_file` (limits.yaml))"),
        "{out}"
    );
    assert!(!out.contains("4711"), "{out}");
    assert_eq!(stage.zitadel.requests(), 0);
}

#[test]
fn the_same_as_data() {
    let stage = stage();
    let run = stage.run("config show --format json");
    assert_eq!(run.exit, 0, "{run:?}");
    let out = &run.out;
    assert!(!out.contains("4711"), "{out}");
    assert_eq!(
        value(out, "zitadel.key_file"),
        json!({"key": "zitadel.key_file", "value": "service-user.json",
               "origin": {"kind": "file", "path": "config.yaml", "line": 3}})
    );
    assert_eq!(
        value(out, "policy.remove"),
        json!({"key": "policy.remove", "value": false, "origin": {"kind": "ceiling", "name": "`policy_file` (limits.yaml)"},
               "configured": {"value": true, "origin": {"kind": "default"}}})
    );
    assert_eq!(
        value(out, "sources.people.attributes.email.name")["value"],
        json!(["mail", "other"])
    );
    assert_eq!(
        value(out, "sources.people.transform.rename")["value"],
        json!({"Uid": "Login"})
    );
    assert_eq!(value(out, "sources.people.page_size")["value"], json!(1000));
    assert!(
        values(out)
            .iter()
            .all(|value| !value["key"].as_str().unwrap().contains("groups"))
    );
}

/// What is printed is a configuration of its own, which does the same.
#[test]
fn what_is_printed_can_be_read_again() {
    let stage = stage();
    let secrets = [
        ("secret: sec-4711", "secret_file: secret"),
        ("bind_password: pw-4711", "bind_password_file: secret"),
        ("https://hc.example/ping-4711", "https://hc.example"),
        (
            "https://user:pass-4711@hook.example/T-4711?key=4711",
            "https://hook.example",
        ),
    ];
    for (from, to) in secrets {
        stage.reconfigure(from, to);
    }
    stage.write("secret", "sec-4711");
    let first = stage.run("config show --format json");
    let text = stage.run("config show").out;
    stage.write(
        "again.yaml",
        text.replace("ZITADEL", &stage.zitadel.url())
            .replace("ORGANIZATION", &stage.zitadel.organization_id()),
    );
    let again = stage.run("-c again.yaml config show --format json");
    assert_eq!(again.exit, 0, "{again:?}\n{text}");
    let plain = |out: &str| -> Vec<(Value, Value)> {
        let values = values(out).into_iter();
        values
            .map(|value| (value["key"].clone(), value["value"].clone()))
            .collect()
    };
    assert_eq!(plain(&again.out), plain(&first.out));
}

/// Protected accounts are not shown if names are hidden.
#[test]
fn people_are_hidden_with_other_names() {
    let stage = stage();
    let hidden = [("DIRECTORY_SYNC__OUTPUT__NAMES", "hide")];
    for words in ["config show", "config show --format json"] {
        let run = stage.run_with(words, &hidden);
        assert_eq!(run.exit, 0, "{run:?}");
        assert!(
            !run.out.contains("boss@") && run.out.contains("\"#"),
            "{}",
            run.out
        );
    }
}

/// The target is asked with an option, and what it sets counts.
#[test]
fn limits_of_the_target_are_asked_for() {
    let stage = Stage::empty();
    stage
        .zitadel
        .set_organization_metadata("directory-sync.policy", "no-create: true\ndry-run: true");
    let run = stage.run("config show");
    assert_eq!(line(&run.out, "create"), ("true", "default"), "{run:?}");
    let run = stage.run("config show --target-limits");
    assert_eq!(run.exit, 0, "{run:?}");
    let origin = "organization metadata `directory-sync.policy`";
    for (key, value, configured) in [("create", "false", "true"), ("dry_run", "true", "false")] {
        assert_eq!(
            line(&run.out, key),
            (value, format!("{origin}; {configured}: default").as_str())
        );
    }
    assert!(!run.out.contains("not included"), "{}", run.out);
    stage
        .zitadel
        .set_organization_metadata("directory-sync.policy", "no-creates: true");
    let run = stage.run("config show --target-limits");
    assert_eq!((run.exit, run.out.as_str()), (3, ""), "{run:?}");
    assert!(run.err.contains("no-creates"), "{run:?}");
}

/// A file of another tool is shown as what it was translated to, with its own lines.
#[test]
fn files_of_other_tools_show_their_lines() {
    let stage = Stage::empty();
    stage.write("adc.yaml", include_str!("../../corpus/dialects/adc.yaml"));
    let variables = [
        ("AD_CONNECT_ADDR", "auth.example:443"),
        ("AD_CONNECT_AUTH", "me:sec-4711"),
        ("DIRECTORY_SYNC__ZITADEL__ORGANIZATION_ID", "1"),
        ("DIRECTORY_SYNC__ZITADEL__PROJECT_ID", "2"),
    ];
    let run = stage.run_with("-c adc.yaml config show", &variables);
    assert_eq!(run.exit, 0, "{run:?}");
    for (key, value, origin) in [
        ("create", "true", "adc.yaml:4 settings.no-create"),
        ("url", "https://auth.example", "variable AD_CONNECT_ADDR"),
        ("client_secret", "\"***\"", "variable AD_CONNECT_AUTH"),
        (
            "user_filter",
            "(objectClass=inetOrgPerson)",
            "adc.yaml:20 backend.ldap.sync.filter",
        ),
        ("absent", "delete", "default of ad-connect"),
        ("listed", "delete", "default"),
    ] {
        assert_eq!(line(&run.out, key), (value, origin), "{}", run.out);
    }
    assert!(
        !run.out.contains("4711") && !run.out.contains("readonly\""),
        "{}",
        run.out
    );
    let json = stage.run_with("-c adc.yaml config show --format json", &variables);
    assert_eq!(
        value(&json.out, "policy.create")["origin"],
        json!({"kind": "file", "path": "adc.yaml", "line": 4, "key": "settings.no-create"})
    );
}

#[test]
fn a_broken_configuration_is_refused_as_always() {
    let stage = Stage::empty();
    stage.reconfigure("  csv:\n", "  cvs:\n");
    let run = stage.run("config show");
    let plan = stage.run("plan");
    assert_eq!((run.exit, run.out.as_str(), &run.err), (2, "", &plan.err));
    stage.write("limits.yaml", "no-deletes: true");
    stage.configure(
        &stage.config_with("policy_file: limits.yaml\nsources:\n  csv:\n    file_path: users.csv\n"),
    );
    let run = stage.run("config show");
    assert_eq!((run.exit, run.out.as_str()), (3, ""), "{run:?}");
}
