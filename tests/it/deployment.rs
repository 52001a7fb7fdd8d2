//! The files that deploy the program say what the documents promise, and what the program understands.

mod compiler;
mod documents;
mod image;
mod kubernetes;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize as _;
use serde_yaml::Value;

const FOLDER: &str = "/opt/famedly-sync-agent";
const USER: u64 = 65532;
/// Exit codes after which trying at once would end the same way: incomplete, configuration, refused by the guard.
const FINAL: [u64; 3] = [1, 2, 4];

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

fn image() -> String {
    format!("directory-sync:{}", env!("CARGO_PKG_VERSION"))
}

fn yaml_files(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(name.as_str(), "target" | ".git" | "opt") {
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
fn compose_without_a_profile_is_one_sync_of_opt() {
    let compose = document("docker-compose.yaml");
    let services = at(&compose, "services").as_mapping().unwrap();
    let always: Vec<_> = services
        .iter()
        .filter(|(_, service)| service.get("profiles").is_none())
        .collect();
    assert!(
        matches!(always.as_slice(), [(name, _)] if *name == "famedly-sync-agent"),
        "services without a profile"
    );

    let service = at(&compose, "services.famedly-sync-agent");
    assert_eq!(string(service, "network_mode"), "host");
    assert_eq!(string(service, "image"), image());
    assert_eq!(string(service, "build"), ".");
    assert_eq!(string(service, "volumes.0.source"), "./opt");
    assert_eq!(string(service, "volumes.0.target"), FOLDER);
    assert_eq!(
        string(service, "user"),
        format!("${{DIRECTORY_SYNC_USER:-{USER}:{USER}}}")
    );
    for key in ["restart", "command", "entrypoint", "environment"] {
        assert!(
            service.get(key).is_none(),
            "`{key}` would change what one `docker compose up` does"
        );
    }
}

#[test]
fn every_service_of_the_trial_belongs_to_it_and_finds_the_others() {
    let compose = document("docker-compose.yaml");
    let services = at(&compose, "services").as_mapping().unwrap();
    let volumes = at(&compose, "volumes").as_mapping().unwrap();
    let trial = services
        .iter()
        .filter(|(name, _)| name.as_str().unwrap().starts_with("trial-"));
    let mut count = 0;
    for (name, service) in trial {
        count += 1;
        assert_eq!(list(service, "profiles"), &["trial"], "{name:?}");
        let needed = service
            .get("depends_on")
            .and_then(Value::as_mapping)
            .into_iter()
            .flatten();
        for (needed, _) in needed {
            assert!(services.contains_key(needed), "{name:?} needs {needed:?}");
        }
        for mount in service
            .get("volumes")
            .and_then(Value::as_sequence)
            .into_iter()
            .flatten()
        {
            let volume = mount.as_str().unwrap().split(':').next().unwrap();
            assert!(volumes.contains_key(volume), "{name:?} mounts {volume}");
        }
    }
    assert_eq!(count, 5);
    let mounts = list(&compose, "services.trial-sync.volumes");
    assert_eq!(mounts, &[format!("trial-opt:{FOLDER}")]);
}

#[test]
fn the_trial_is_configured_with_what_its_preparation_makes() {
    let config = document("deploy/trial/config.yaml");
    let prepare = text("deploy/trial/prepare.sh");
    for key in ["organization_id", "project_id"] {
        let placeholder = string(&config, &format!("zitadel.{key}"));
        assert_eq!(placeholder, format!("@{}@", key.to_uppercase()));
        assert!(
            prepare.contains(&format!("s/{placeholder}/")),
            "prepare.sh fills in {placeholder}"
        );
    }
    assert_eq!(
        string(&config, "zitadel.key_file"),
        format!("{FOLDER}/service-user.json")
    );
    let compose = text("docker-compose.yaml");
    for script in ["trial-ldap", "trial-prepare"] {
        assert!(text("deploy/trial/Dockerfile").contains(&format!("/usr/local/bin/{script}\n")));
        assert!(compose.contains(&format!("command: [{script}]")));
    }
}

#[test]
fn the_systemd_timer_starts_one_run_a_day() {
    let unit = text("deploy/systemd/directory-sync.service");
    for line in [
        "Type=oneshot",
        "Restart=on-failure",
        "DynamicUser=yes",
        "NoNewPrivileges=yes",
    ] {
        assert!(unit.lines().any(|own| own == line), "{line}");
    }
    let timer = text("deploy/systemd/directory-sync.timer");
    for line in [
        "OnCalendar=*-*-* 00:00:00",
        "Persistent=true",
        "WantedBy=timers.target",
    ] {
        assert!(timer.lines().any(|own| own == line), "{line}");
    }
}

#[test]
fn ci_runs_what_contributors_run() {
    assert!(text(".ci/run").lines().any(|line| line == "scripts/test"));
    assert!(text("CONTRIBUTING.md").contains("scripts/test"));
    for script in [
        ".ci/run",
        "scripts/test",
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

/// The words that follow the program's name in commands that the deployment files run or print.
fn spoken_words() -> Vec<String> {
    let files = [
        "Dockerfile",
        "docker-compose.yaml",
        "ldap-sync-cronjob.yaml",
        "deploy/systemd/directory-sync.service",
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
