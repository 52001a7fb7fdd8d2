//! Files that a run wrote and another reads: plans and undo files.

use std::fs;
use std::path::Path;

use directory_sync::config::{Credentials, Link, Localpart, MetadataCheck, TargetSettings, ZitadelSettings};
use directory_sync::model::{Catalog, Change};
use directory_sync::plan::{AbsentPolicy, LeaverPolicy, Policy, Rules};
use directory_sync::saved::{plan_file, undo_file};
use directory_sync::target::zitadel::schema;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use super::{any_spoil, files, folder, small_world, spoilt};
use crate::crash::accounts::everything;

/// What the files of the corpus are about.
fn settings() -> ZitadelSettings {
    ZitadelSettings {
        url: "https://zitadel.example/".parse().expect("an address"),
        credentials: Credentials::KeyFile("key.json".into()),
        organization_id: "1".to_owned(),
        project_id: "2".to_owned(),
        idp_id: Some("3".to_owned()),
        role: "User".to_owned(),
        further_roles: Vec::new(),
        owned_roles: Vec::new(),
        metadata_attributes: vec![],
        sso_login: true,
        verify_email: false,
        verify_phone: false,
        localpart: Localpart::Uuid,
        link: Link::New,
        metadata: MetadataCheck::Confirm,
        claims_accounts: false,
        lag_wait: std::time::Duration::from_secs(300),
        heartbeat: false,
        end_sessions: false,
        phone_region: None,
    }
}

fn read_plan(path: &Path) -> Result<Vec<Change>, String> {
    let binding = json!({
        "target": {"kind": "zitadel", "key": "https://zitadel.example/ 1"}, "configuration": "c",
    });
    let binding = serde_json::from_value(binding).expect("a binding");
    let settings = settings();
    let rules = Rules {
        // As the plans of the corpus were made.
        policy: Policy {
            absent: AbsentPolicy::Deactivate,
            listed: LeaverPolicy::Delete,
            ..Policy::default()
        },
        given: std::slice::from_ref(&settings.role),
    };
    let catalog = Catalog::of_users(schema(Some(&settings)));
    plan_file::read(path, &catalog, &binding, rules).map_err(|error| error.to_string())
}

fn read_undo(path: &Path) -> Result<Vec<Change>, String> {
    let read = undo_file::read(path, &TargetSettings::Zitadel(settings()));
    let changes = read.map(|(run, _)| run.changes.into_iter().map(|past| past.change).collect());
    changes.map_err(|error| error.to_string())
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let files = files(&folder(name));
    files.iter().map(|file| fs::read(file).expect("a file")).collect()
}

/// A place in a document, and what is put there: nothing, something odd, or another piece of the document.
#[derive(Clone, Debug)]
enum Graft {
    Remove(Index),
    Put(Index, Value),
    Copy(Index, Index),
}

fn any_graft() -> impl Strategy<Value = Graft> {
    let odd = prop::sample::select(vec![
        json!(null),
        json!(""),
        json!("\u{0}"),
        json!("zz"),
        json!(-1),
        json!(1e300),
        json!([]),
        json!([""]),
        json!(["a", "b"]),
        json!({}),
        json!(true),
        json!("delete"),
        json!("undone"),
    ]);
    prop_oneof![
        any::<Index>().prop_map(Graft::Remove),
        (any::<Index>(), odd).prop_map(|(at, odd)| Graft::Put(at, odd)),
        any::<(Index, Index)>().prop_map(|(from, to)| Graft::Copy(from, to)),
    ]
}

/// Pointers to every node below the root.
fn nodes(value: &Value, at: &str, all: &mut Vec<String>) {
    let mut below = |key: String, value: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        let at = format!("{at}/{key}");
        all.push(at.clone());
        nodes(value, &at, all);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| below(key.clone(), value)),
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                below(place.to_string(), item);
            }
        }
        _ => {}
    }
}

fn grafted(text: &[u8], grafts: &[Graft]) -> Vec<u8> {
    let mut document: Value = serde_json::from_slice(text).expect("JSON");
    for graft in grafts {
        let mut all = Vec::new();
        nodes(&document, "", &mut all);
        if all.is_empty() {
            break;
        }
        match graft {
            Graft::Put(at, odd) => {
                *document.pointer_mut(&all[at.index(all.len())]).expect("a node") = odd.clone();
            }
            Graft::Copy(from, to) => {
                let piece = document
                    .pointer(&all[from.index(all.len())])
                    .cloned()
                    .expect("a node");
                *document.pointer_mut(&all[to.index(all.len())]).expect("a node") = piece;
            }
            Graft::Remove(at) => {
                let (parent, key) = all[at.index(all.len())].rsplit_once('/').expect("a pointer");
                match document.pointer_mut(parent).expect("a node") {
                    Value::Object(members) => drop(members.remove(key)),
                    Value::Array(items) => drop(items.remove(key.parse::<usize>().expect("a place"))),
                    _ => {}
                }
            }
        }
    }
    serde_json::to_vec_pretty(&document).expect("JSON")
}

/// Reads the corpus unchanged, and a corrupted file of it.
fn survives(
    read: impl Fn(&Path) -> Result<Vec<Change>, String>,
    text: &[u8],
    grafts: &[Graft],
    spoils: &[super::Spoil],
) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("kept.json");
    fs::write(&path, spoilt(&grafted(text, grafts), spoils)).expect("a file");
    match read(&path) {
        Ok(changes) => {
            let mut accounts: Vec<_> = changes.iter().filter_map(Change::target_id).collect();
            let count = accounts.len();
            accounts.sort_unstable();
            accounts.dedup();
            prop_assert_eq!(accounts.len(), count, "an account twice");
        }
        Err(what) => prop_assert!(what.starts_with("cannot use the "), "{what}"),
    }
    Ok(())
}

#[test]
fn the_corpus_of_kept_files_is_read() {
    for file in files(&folder("corpus/plans")) {
        assert!(
            !read_plan(&file).expect("a plan").is_empty(),
            "{}",
            file.display()
        );
    }
    for file in files(&folder("corpus/undo")) {
        assert!(
            !read_undo(&file).expect("an undo file").is_empty(),
            "{}",
            file.display()
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn any_bytes_as_a_plan_file(
        text in prop::sample::select(corpus("corpus/plans")),
        grafts in prop::collection::vec(any_graft(), 0..4),
        spoils in prop::collection::vec(any_spoil(), 0..3),
    ) {
        survives(read_plan, &text, &grafts, &spoils)?;
    }

    #[test]
    fn any_bytes_as_an_undo_file(
        text in prop::sample::select(corpus("corpus/undo")),
        grafts in prop::collection::vec(any_graft(), 0..4),
        spoils in prop::collection::vec(any_spoil(), 0..3),
    ) {
        survives(read_undo, &text, &grafts, &spoils)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    /// Whatever became of the file, the program ends in order, and who is not in it keeps everything.
    #[test]
    fn a_run_from_a_spoilt_file(
        is_undo in any::<bool>(),
        grafts in prop::collection::vec(any_graft(), 0..3),
        spoils in prop::collection::vec(any_spoil(), 0..2),
    ) {
        let (zitadel, installation) = small_world();
        installation.write("users.csv", "email,first_name,last_name,phone\nada@example.org,Ada,B,\neve@example.org,E,F,\n");
        let path = installation.path("kept.json").display().to_string();
        let bystander = zitadel.add_user(testkit::zitadel::UserSeed {
            email: "by.hand@example.org".to_owned(),
            ..testkit::zitadel::UserSeed::default()
        });
        let before = zitadel.user(&bystander);
        let words = if is_undo { ["sync", "--undo-file", &path] } else { ["plan", "--out", &path] };
        prop_assert_eq!(installation.run(&words).exit, 0);
        let unspoilt = everything(&zitadel);
        let text = fs::read(installation.path("kept.json")).expect("a file");
        installation.write("kept.json", spoilt(&grafted(&text, &grafts), &spoils));
        let command = if is_undo { "undo" } else { "apply" };
        let ran = installation.run(&[command, &path]);
        prop_assert!(ran.exit <= 4, "{ran:?}");
        prop_assert_eq!(zitadel.user(&bystander), before);
        if ran.exit >= 2 {
            prop_assert_eq!(everything(&zitadel), unspoilt);
        }
    }
}
