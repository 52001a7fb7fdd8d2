//! `--metrics-file`: figures about each run.

use std::os::unix::fs::PermissionsExt as _;

use crate::cli::stage::Stage;

/// The value of a figure, by its name and labels.
fn figure(stage: &Stage, figure: &str) -> Option<f64> {
    let text = stage
        .read("directory_sync.prom")
        .replace(&stage.zitadel.url(), "ZITADEL");
    let text = text.replace(&stage.zitadel.organization_id(), "ORGANIZATION");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(figure)?.strip_prefix(' '));
    line.map(|value| value.parse().unwrap())
}

fn of_target(name: &str, labels: &str) -> String {
    // Labels stand in the order of the alphabet.
    let mut all: Vec<String> = labels
        .split(',')
        .filter(|label| !label.is_empty())
        .map(str::to_owned)
        .collect();
    all.push("target=\"organization ORGANIZATION at ZITADEL\"".to_owned());
    all.sort();
    format!("{name}{{{}}}", all.join(","))
}

#[test]
fn a_run_leaves_its_figures() {
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy,Clark,\n,No,Address,\n");
    let run = stage.run("sync --metrics-file directory_sync.prom");
    assert_eq!(run.exit, 1, "{run:?}");
    for (name, labels, expected) in [
        ("directory_sync_last_run_exit_code", "", 1.0),
        ("directory_sync_last_run_refused", "", 0.0),
        ("directory_sync_resources", "type=\"user\",state=\"managed\"", 2.0),
        (
            "directory_sync_changes",
            "action=\"create\",result=\"planned\",type=\"user\"",
            1.0,
        ),
        (
            "directory_sync_changes",
            "action=\"create\",result=\"applied\",type=\"user\"",
            1.0,
        ),
        (
            "directory_sync_changes",
            "action=\"delete\",result=\"planned\",type=\"user\"",
            0.0,
        ),
        ("directory_sync_requests", "result=\"failed\"", 0.0),
    ] {
        assert_eq!(
            figure(&stage, &of_target(name, labels)),
            Some(expected),
            "{name} {labels}"
        );
    }
    for (state, expected) in [("read", 4.0), ("rejected", 1.0), ("disabled", 0.0)] {
        let name = format!("directory_sync_source_records{{source=\"csv\",state=\"{state}\"}}");
        assert_eq!(figure(&stage, &name), Some(expected), "{state}");
    }
    assert_eq!(
        figure(&stage, "directory_sync_source_complete{source=\"csv\"}"),
        Some(0.0)
    );
    assert_eq!(
        figure(&stage, "directory_sync_build_info{version=\"0.1.0\"}"),
        Some(1.0)
    );
    let mode = stage
        .path("directory_sync.prom")
        .metadata()
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o644);
    let text = stage.read("directory_sync.prom");
    assert!(!text.contains("example.org"), "{text}");
}

/// The time of the last good run outlives bad ones, whatever ends them.
#[test]
fn the_last_success_is_carried_over() {
    let stage = Stage::new();
    let last = of_target("directory_sync_last_success_timestamp_seconds", "mode=\"sync\"");
    assert_eq!(stage.run("sync --metrics-file directory_sync.prom").exit, 0);
    let success = figure(&stage, &last);
    assert!(success > Some(1.7e9), "{success:?}");
    stage.write("users.csv", "email,first_name,last_name,phone\n");
    assert_eq!(stage.run("sync --metrics-file directory_sync.prom").exit, 4);
    assert_eq!(
        figure(&stage, &of_target("directory_sync_last_run_refused", "")),
        Some(1.0)
    );
    assert_eq!(figure(&stage, &last), success);
    std::fs::remove_file(stage.path("users.csv")).unwrap();
    stage.reconfigure("sources:\n", "metrics: {file: directory_sync.prom}\nsources:\n");
    assert_eq!(stage.run("sync").exit, 3);
    assert_eq!(
        figure(&stage, &of_target("directory_sync_last_run_exit_code", "")),
        Some(3.0)
    );
    assert_eq!(figure(&stage, &last), success);
}

#[test]
fn another_file_is_not_replaced_and_the_run_goes_on() {
    let stage = Stage::new();
    stage.write("notes.txt", "mine\n");
    let run = stage.run("sync --metrics-file notes.txt");
    assert_eq!(run.exit, 0);
    assert!(run.err.contains("the metrics could not be written"), "{run:?}");
    assert_eq!(stage.read("notes.txt"), "mine\n");
    assert_eq!(stage.run("sync --metrics-file users.csv").exit, 2);
}
