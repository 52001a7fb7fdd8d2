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
    // Labels are in alphabetical order.
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
        let labels = format!("source=\"csv\",state=\"{state}\"");
        let name = of_target("directory_sync_source_records", &labels);
        assert_eq!(figure(&stage, &name), Some(expected), "{state}");
    }
    let complete = of_target("directory_sync_source_complete", "source=\"csv\"");
    assert_eq!(figure(&stage, &complete), Some(0.0));
    let build = of_target("directory_sync_build_info", "version=\"0.1.0\"");
    assert_eq!(figure(&stage, &build), Some(1.0));
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

/// A plan by day leaves the last success of the sync by night.
#[test]
fn each_mode_keeps_its_last_success() {
    let stage = Stage::new();
    let of_mode = |mode: &str| {
        let labels = format!("mode=\"{mode}\"");
        of_target("directory_sync_last_success_timestamp_seconds", &labels)
    };
    assert_eq!(stage.run("sync --metrics-file directory_sync.prom").exit, 0);
    let success = figure(&stage, &of_mode("sync"));
    assert_eq!(stage.run("plan --metrics-file directory_sync.prom").exit, 0);
    assert_eq!(figure(&stage, &of_mode("sync")), success);
    assert!(figure(&stage, &of_mode("plan")) >= success);
}

/// Two configurations of one organization on one machine: no time series is in both files.
#[test]
fn configurations_of_one_target_are_kept_apart() {
    let stage = Stage::new();
    let series = |provider: &str| {
        stage.configure(&format!("provider: '{provider}'\n{}", stage.config()));
        let file = "directory_sync.prom";
        let success = |exit: i32| {
            let run = stage.run(&format!("sync --metrics-file {file}"));
            assert_eq!(run.exit, exit, "{run:?}");
            let text = stage.read(file);
            let mut lines = text.lines().map(str::to_owned);
            lines.find(|line| line.starts_with("directory_sync_last_success"))
        };
        stage.add_rows("");
        let good = success(0);
        stage.write("users.csv", "email,first_name,last_name,phone\n");
        assert_eq!(success(4), good);
        let text = std::fs::read_to_string(stage.path(file)).unwrap();
        std::fs::remove_file(stage.path(file)).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.rsplit_once(' ').unwrap().0.to_owned())
            .collect::<std::collections::BTreeSet<String>>()
    };
    let (staff, guests) = (series("staff"), series(r#"our "guests""#));
    assert!(staff.len() > 10, "{staff:?}");
    assert_eq!(staff.intersection(&guests).count(), 0, "{staff:?}\n{guests:?}");
}

/// A key that expires soon is reported before runs fail, and an expired one explains why they do.
#[test]
fn the_end_of_the_key_is_foreseen() {
    let stage = Stage::new();
    let set_end = |end: jiff::Timestamp| {
        let mut key: serde_json::Value = serde_json::from_str(&stage.read("service-user.json")).unwrap();
        key["expirationDate"] = end.to_string().into();
        stage.write("service-user.json", key.to_string());
        end.as_second()
    };
    let now = jiff::Timestamp::now();
    let day = |days: i64| now + jiff::SignedDuration::from_hours(24 * days + 1);
    let figure_of_key = of_target(
        "directory_sync_credential_expiry_timestamp_seconds",
        "what=\"key\"",
    );
    let command = "sync --report report.json --metrics-file directory_sync.prom";

    let run = stage.run(command);
    assert!(!run.out.contains("expires on"), "{run:?}");
    assert_eq!(figure(&stage, &figure_of_key), None);

    for (days, is_told) in [(15, false), (13, true)] {
        let end = set_end(day(days));
        let run = stage.run(command);
        assert_eq!(run.exit, 0, "{run:?}");
        assert_eq!(
            run.out.contains("of the service account expires on"),
            is_told,
            "{run:?}"
        );
        let seconds = figure(&stage, &figure_of_key).unwrap();
        assert!(
            (seconds - f64::from(u32::try_from(end).unwrap())).abs() < 1.0,
            "{seconds}"
        );
        let report: serde_json::Value = serde_json::from_str(&stage.read("report.json")).unwrap();
        let expected = day(days).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        assert_eq!(report["credentials"][0]["what"], "key");
        assert_eq!(report["credentials"][0]["expires"], expected);
        let check = stage.run("check");
        assert_eq!(check.exit, 0, "{check:?}");
        assert_eq!(check.out.contains("warning: the key"), is_told, "{check:?}");
        assert!(check.out.contains("expires on"), "{check:?}");
    }

    // The server refuses it like any other wrong key, without a reason.
    let user = stage.zitadel.foreign_key_file_json();
    stage.write("service-user.json", user);
    set_end(day(-3));
    let run = stage.run("plan");
    assert_eq!(run.exit, 3, "{run:?}");
    assert!(run.err.contains("by its file, the key expired on"), "{run:?}");
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

/// The figures of an earlier run do not stay when the configuration has a mistake.
#[test]
fn a_run_that_cannot_start_leaves_figures_as_well() {
    let stage = Stage::new();
    let good = stage.read("config.yaml");
    let exit_code = of_target("directory_sync_last_run_exit_code", "");
    let success = of_target("directory_sync_last_success_timestamp_seconds", "mode=\"sync\"");
    let metrics = |metrics: &str| stage.write("config.yaml", format!("{good}{metrics}unknown_key: 1\n"));
    metrics("metrics: {file: directory_sync.prom}\n");
    assert_eq!(stage.run("sync").exit, 2);
    let first = stage.read("directory_sync.prom");
    assert!(
        first.contains("directory_sync_last_run_exit_code{target=\"not configured\"} 2\n"),
        "{first}"
    );
    stage.write("config.yaml", &good);
    assert_eq!(stage.run("sync --metrics-file directory_sync.prom").exit, 0);
    let before = figure(&stage, &success);
    assert!(before.is_some());
    metrics("");
    assert_eq!(stage.run("sync --metrics-file directory_sync.prom").exit, 2);
    assert_eq!(figure(&stage, &exit_code), Some(2.0));
    assert_eq!(figure(&stage, &success), before);
}
