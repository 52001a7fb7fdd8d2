//! Scenarios with hidden names.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regex::Regex;
use serde_json::Value;
use testkit::udm::Kind;

use super::golden;
use super::play::Stage;
use crate::schemas;

/// Plays all steps, and fails with each personal value in an output or a report.
pub(super) fn play(root: &Path) {
    let (folder, mut stage) = Stage::open(root, None);
    stage.names = "hide";
    for (step, place) in folder.steps() {
        stage.prepare(&folder, &step, place);
        let before = secrets(&stage);
        let with = |words: Vec<String>, more: &[&str]| -> Vec<String> {
            let more = more.iter().map(ToString::to_string);
            words.into_iter().chain(more).collect()
        };
        let mut told = Vec::new();
        for format in ["text", "json"] {
            let mut words = with(step.plan(), &["--format", format]);
            if step.has_plan() {
                words.extend(["--out", "plan.json"].map(str::to_owned));
            }
            told.push(stage.run(&step, &words).transcript);
        }
        let files = ["--report", "report.json", "--undo-file", "undo.json"];
        let run = stage.run(&step, &with(step.run(), &files));
        if let Some(token) = golden::approval_token(&run.transcript) {
            stage.world.name("approval", token);
        }
        told.push(run.transcript);
        told.extend(fs::read_to_string(stage.working.path().join("report.json")));
        // A run that cannot begin prints no document, and leaves its report all the same.
        let least = if step.exit == 2 { 1 } else { 2 };
        stage.wrong.extend(misshapen(&stage, &told, least));
        let wrong = told.iter().flat_map(|text| found(text, &before));
        stage.wrong.extend(wrong);
    }
    assert!(stage.wrong.is_empty(), "\n\n{}", stage.wrong.join("\n\n"));
}

/// What does not fit the schema of its form, of what the program printed and wrote.
fn misshapen(stage: &Stage, told: &[String], least: usize) -> Vec<String> {
    let files = ["plan.json", "report.json", "undo.json"].map(|name| stage.working.path().join(name));
    let files = files.iter().filter_map(|path| fs::read_to_string(path).ok());
    let lines = told.iter().flat_map(|text| text.lines().map(str::to_owned));
    let documents = files
        .chain(lines)
        .filter_map(|text| serde_json::from_str::<Value>(&text).ok());
    let documents: Vec<Value> = documents
        .filter(|document| document.get("schema").is_some())
        .collect();
    assert!(documents.len() >= least, "a report, and one that was printed");
    documents
        .iter()
        .filter_map(|document| schemas::check(document).err())
        .collect()
}

/// Values that identify a person: names, addresses, numbers and ids of accounts, and addresses of the files.
fn secrets(stage: &Stage) -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    for user in stage.world.zitadel.all_users() {
        let (given, family) = (&user.given_name, &user.family_name);
        secrets.extend([user.username.clone(), user.email.clone(), user.phone.clone()]);
        secrets.extend([format!("{given} {family}"), format!("{family}, {given}")]);
        secrets.insert(hex::encode(&user.email));
        // Older tools stored words there, which also appear elsewhere.
        secrets.extend(hex::decode(&user.nick_name).map(|_| user.nick_name.clone()));
    }
    let objects = stage.world.udm.iter().flat_map(|udm| {
        let kinds = [Kind::User, Kind::Group].into_iter();
        kinds.flat_map(|kind| udm.objects(kind))
    });
    for object in objects.filter(|object| object.dn.contains(",ou=")) {
        let text = |name: &str| {
            object
                .properties
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let id = text("univentionObjectIdentifier");
        secrets.extend([
            hex::encode(&id),
            id,
            object.dn.clone(),
            text("mailPrimaryAddress"),
        ]);
        secrets.insert(format!("{} {}", text("firstname"), text("lastname")));
    }
    let address = Regex::new(r"[\w.+-]+@[\w.-]+\.\w+").unwrap();
    for entry in fs::read_dir(stage.working.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "csv") {
            let text = fs::read_to_string(path).unwrap_or_default();
            for found in address.find_iter(&text) {
                secrets.extend([found.as_str().to_owned(), hex::encode(found.as_str())]);
            }
        }
    }
    secrets.retain(|secret| secret.len() > 5);
    secrets
}

/// The lines with a secret or the name of an entry.
fn found(text: &str, secrets: &BTreeSet<String>) -> Vec<String> {
    let entry = Regex::new("(?i)(uid|cn)=[^,]+,ou=people").unwrap();
    let is_told =
        |line: &&str| entry.is_match(line) || secrets.iter().any(|secret| line.contains(secret.as_str()));
    text.lines().filter(is_told).map(str::to_owned).collect()
}
