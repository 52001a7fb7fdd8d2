//! The files that deploy the program say what the documents promise, and what the program understands.

mod compiler;
#[cfg(unix)]
mod compose;
#[cfg(unix)]
mod cron;
mod documents;
#[cfg(unix)]
mod host;
mod image;
mod kubernetes;
mod prometheus;
mod service_unit;
#[cfg(unix)]
mod systemd;
mod udm;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize as _;
use serde_yaml::Value;

const FOLDER: &str = "/opt/famedly-sync-agent";
const USER: u64 = 65532;
/// The folder of lock, undo files and report.
const STATE: &str = "/var/lib/directory-sync";
/// Exit codes after which trying at once would end the same way: incomplete, configuration, refused by the guard, another run.
const FINAL: [u64; 4] = [1, 2, 4, 5];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn documents(path: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(&text(path))
        .map(|document| Value::deserialize(document).unwrap_or_else(|error| panic!("{path}: {error}")))
        .collect()
}

fn document(path: &str) -> Value {
    let mut all = documents(path);
    assert_eq!(all.len(), 1, "{path} holds one document");
    all.remove(0)
}

/// The value at a path such as `spec.containers.0.name`.
fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, step| {
        let found = step
            .parse::<usize>()
            .map_or_else(|_| value.get(step), |index| value.get(index));
        found.unwrap_or_else(|| panic!("`{step}` of `{path}` is not there"))
    })
}

fn string<'a>(value: &'a Value, path: &str) -> &'a str {
    at(value, path)
        .as_str()
        .unwrap_or_else(|| panic!("`{path}` is no text"))
}

fn list<'a>(value: &'a Value, path: &str) -> &'a Vec<Value> {
    at(value, path)
        .as_sequence()
        .unwrap_or_else(|| panic!("`{path}` is no list"))
}

/// The words of a command.
fn words(command: &Value) -> Vec<String> {
    let words = command.as_sequence().unwrap().iter();
    words.map(|word| word.as_str().unwrap().to_owned()).collect()
}

fn image() -> String {
    format!("directory-sync:{}", env!("CARGO_PKG_VERSION"))
}

fn yaml_files(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(name.as_str(), "target" | ".git" | "opt" | "templates") {
            yaml_files(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml")
        {
            found.push(path.strip_prefix(root()).unwrap().to_string_lossy().into_owned());
        }
    }
}

#[test]
fn every_yaml_file_of_the_repository_parses() {
    let mut files = Vec::new();
    yaml_files(&root(), &mut files);
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        assert!(!documents(&file).is_empty(), "{file} is empty");
    }
}

#[test]
fn ci_runs_what_contributors_run() {
    assert!(text(".ci/run").lines().any(|line| line == "scripts/test"));
    assert!(text("CONTRIBUTING.md").contains("scripts/test"));
    for script in [
        ".ci/run",
        "scripts/test",
        "scripts/package",
        "scripts/test-package",
        "deploy/trial/prepare.sh",
        "deploy/trial/ldap.sh",
    ] {
        let shell = if text(script).starts_with("#!/bin/sh") {
            "sh"
        } else {
            "bash"
        };
        let status = Command::new(shell)
            .arg("-n")
            .arg(root().join(script))
            .status()
            .unwrap();
        assert!(status.success(), "{script} has a syntax error");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(root().join(script)).unwrap().permissions().mode();
            assert_eq!(mode & 0o111, 0o111, "{script} can be executed");
        }
    }
}

/// Benchmarks are programs that `--all-targets` would run for minutes.
#[test]
fn without_nextest_no_benchmark_runs() {
    let script = text("scripts/test");
    let mut lines = script.lines().filter(|line| line.contains("runner=(cargo test"));
    let line = lines.next().expect("a runner in place of nextest");
    assert_eq!(lines.next(), None);
    assert!(line.contains("--lib --bins --tests"), "{line}");
    for option in ["--all-targets", "--benches"] {
        assert!(!line.contains(option), "{option}");
    }
}

/// The words that follow the program's name in commands that the deployment files run or print.
fn spoken_words() -> Vec<String> {
    let files = [
        "Dockerfile",
        "docker-compose.yaml",
        "ldap-sync-cronjob.yaml",
        "deploy/systemd/directory-sync.service",
        "README.md",
        "docs/deployment.md",
    ];
    let all: String = files.map(text).join("\n");
    let commands = all
        .lines()
        .filter(|line| line.contains("docker ") || line.contains("ExecStart="));
    commands.flat_map(words_after_the_program).collect()
}

fn words_after_the_program(line: &str) -> Vec<String> {
    let mut words = line
        .split_whitespace()
        .skip_while(|word| !word.ends_with("directory-sync"));
    let mut spoken = Vec::new();
    words.next();
    for word in words {
        let bare = word.trim_end_matches('`');
        if bare.starts_with(|sign: char| sign == '-' || sign.is_ascii_lowercase()) {
            spoken.push(bare.to_owned());
        }
        if bare.len() < word.len() {
            break;
        }
    }
    spoken
}

#[test]
fn every_flag_and_command_in_the_files_exists() {
    let output = Command::new(env!("CARGO_BIN_EXE_directory-sync"))
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let spoken = spoken_words();
    assert!(
        spoken.iter().any(|word| word == "plan") && spoken.iter().any(|word| word == "--config"),
        "{spoken:?}"
    );
    for word in spoken {
        let known = help
            .split(|sign: char| sign.is_whitespace() || sign == ',')
            .any(|own| own == word);
        assert!(known, "`{word}` is not in --help");
    }
}
