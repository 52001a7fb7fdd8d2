//! The schemas that the program prints, and documents that are held to them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use boon::{Compiler, Schemas};
use directory_sync::saved::{plan_file, undo_file};
use directory_sync::{config, report};
use serde_json::{Value, json};

/// Whether a document that the program wrote fits the schema of its form; the error says where it does not.
pub(crate) fn check(document: &Value) -> Result<(), String> {
    let schema = match document["schema"].as_str() {
        Some("directory-sync/report/1") => report::schema(),
        Some("directory-sync/plan-view/1") => report::plan_schema(),
        Some("directory-sync/plan/2") => plan_file::schema(),
        Some("directory-sync/undo/2") => undo_file::schema(),
        other => return Err(format!("no schema of {other:?}")),
    };
    validate(document, schema)
}

fn validate(document: &Value, schema: Value) -> Result<(), String> {
    let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
    compiler.add_resource("schema.json", schema).unwrap();
    let index = compiler.compile("schema.json", &mut schemas).unwrap();
    let valid = schemas.validate(document, index);
    valid.map_err(|error| format!("{error:#}"))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn printed(of: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_directory-sync"))
        .args(["schema", of])
        .env_clear()
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A configuration of the tests as data; what a test fills in may be any text.
fn configuration(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap();
    let text = text.replace("{{", "filled-").replace("}}", "-in");
    serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn valid_configuration(document: &Value) -> Result<(), String> {
    validate(document, config::schema())
}

#[test]
fn each_schema_is_printed_without_a_configuration() {
    for (of, schema) in [
        ("config", config::schema()),
        ("report", report::schema()),
        ("plan", plan_file::schema()),
        ("plan-view", report::plan_schema()),
        ("undo", undo_file::schema()),
    ] {
        let document: Value = serde_json::from_str(&printed(of)).unwrap();
        assert_eq!(document, schema, "{of}");
        assert_eq!(
            document["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
    }
}

/// `config.schema.json` is beside the sample, which names it for editors.
#[test]
fn the_file_for_editors_is_up_to_date() {
    let path = root().join("config.schema.json");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, printed("config")).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap_or_default(),
        printed("config"),
        "`directory-sync schema config > config.schema.json`, or UPDATE_GOLDEN=1, brings the file up to date"
    );
    let sample = fs::read_to_string(root().join("config.sample.yaml")).unwrap();
    assert!(sample.starts_with("# yaml-language-server: $schema=./config.schema.json\n"));
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    for file in ["config.schema.json", "config.sample.yaml"] {
        assert!(
            manifest.contains(&format!("[\"{file}\", \"etc/directory-sync/\", \"644\"]")),
            "{file}"
        );
    }
}

#[test]
fn configurations_of_every_kind_are_valid() {
    let mut paths = vec![root().join("config.sample.yaml")];
    paths.extend(["trial", "udm"].map(|name| root().join("deploy").join(name).join("config.yaml")));
    for entry in fs::read_dir(root().join("tests/scenarios")).unwrap() {
        let folder = entry.unwrap().path();
        let steps = ["", "1", "2", "3", "4"].map(|step| folder.join(step).join("config.yaml"));
        paths.extend(steps.into_iter().filter(|path| path.exists()));
    }
    assert!(paths.len() > 90);
    let mut foreign = 0;
    for path in paths {
        let document = configuration(&path);
        // A file of the connectors has their own keys.
        if document.get("source").is_some() {
            foreign += 1;
            assert!(valid_configuration(&document).is_err(), "{}", path.display());
            continue;
        }
        let valid = valid_configuration(&document);
        assert_eq!(valid, Ok(()), "{}", path.display());
    }
    assert!(foreign > 0);
}

#[test]
fn a_wrong_configuration_is_not() {
    let sample = configuration(&root().join("config.sample.yaml"));
    for (path, wrong) in [
        ("zitadel/ulr", json!("https://a.example")),
        ("zitadel/url", json!(["https://a.example"])),
        ("zitadel/localpart", json!("mail")),
        ("log_level", json!("loud")),
        ("log_level", json!({"a": "b"})),
        ("feature_flags", json!(["sso_logins"])),
        ("guard/max_removals", json!("ten")),
        ("guard/max_removals", json!(1.5)),
        ("guard/max_per_kind/move", json!(1)),
        ("policy/absent", json!("remove")),
        ("sources/ldap/attributes/email", json!({"nmae": "mail"})),
        ("sources/ldap/attributes/email", json!({"case": "title"})),
        ("sources/ldap/entitlements", json!([{"role": "Admin"}])),
        ("sources/ldap/transform", json!({"rename_all": {}})),
        ("sources/ldap/timeout", json!("5 parsecs")),
        ("sources/ldap/file_path", json!("users.csv")),
        ("sources/guests", json!({"file_path": "users.csv"})),
        ("sources/guests", json!({"kind": "csv", "url": "users.csv"})),
        ("notify/webhook/on", json!(["never"])),
    ] {
        let mut document = sample.clone();
        let mut place = &mut document;
        for level in path.split('/') {
            place = &mut place[level];
        }
        *place = wrong.clone();
        assert!(valid_configuration(&document).is_err(), "{path}: {wrong}");
    }
    let mut document = sample;
    document["sources"]["guests"] = json!({"kind": "csv", "file_path": "users.csv"});
    assert_eq!(valid_configuration(&document), Ok(()));
}

/// An editor shows what the sample says.
#[test]
fn keys_have_descriptions_and_defaults() {
    let schema = config::schema();
    let key = |path: &str| {
        schema
            .pointer(&format!("/properties/{}", path.replace('.', "/properties/")))
            .unwrap()
            .clone()
    };
    let lag = key("policy.grace.after");
    assert_eq!(
        (&lag["description"], &lag["default"]),
        (&json!("such as 14d"), &json!("off"))
    );
    let removals = key("guard.max_missing");
    assert!(
        removals["description"]
            .as_str()
            .unwrap()
            .starts_with("Records of a source that lack")
    );
    assert_eq!(key("apply.concurrency.max")["default"], json!(8));
    assert_eq!(key("sources.ldap.bind_password")["writeOnly"], json!(true));
    assert_eq!(
        key("sources.ldap.bind_password")["description"],
        key("sources.ldap.bind_dn")["description"]
    );
    assert!(key("guard.max_removals").get("description").is_none());
}

#[test]
fn files_of_the_corpus_are_valid() {
    for name in [
        "plans/every_kind.json",
        "undo/every_kind.json",
        "undo/of_an_undo.json",
    ] {
        let text = fs::read_to_string(root().join("tests/corpus").join(name)).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(check(&document), Ok(()), "{name}");
        let mut longer = document.clone();
        longer["binding"]["more"] = json!(1);
        assert!(check(&longer).is_err(), "{name}");
        let mut longer = document;
        longer["changes"][0]["more"] = json!(1);
        assert!(check(&longer).is_err(), "{name}");
    }
}
