//! The alert rules.

use super::*;

/// Metrics of the contract that the rules may name.
const METRICS: [&str; 6] = [
    "directory_sync_last_success_timestamp_seconds",
    "directory_sync_last_run_refused",
    "directory_sync_last_run_exit_code",
    "directory_sync_source_complete",
    "directory_sync_credential_expiry_timestamp_seconds",
    "directory_sync_build_info",
];

#[test]
fn each_alert_fires_when_it_should_and_not_before() {
    for arguments in [
        ["check", "rules", "directory-sync.rules.yaml"],
        ["test", "rules", "directory-sync.rules.test.yaml"],
    ] {
        let output = Command::new("promtool")
            .args(arguments)
            .current_dir(root().join("deploy/prometheus"))
            .output();
        let Ok(output) = output else {
            eprintln!("NOT RUN, because promtool is not installed (Debian package prometheus)");
            return;
        };
        assert!(output.status.success(), "{output:?}");
    }
}

#[test]
fn the_rules_name_metrics_that_exist() {
    let rules = text("deploy/prometheus/directory-sync.rules.yaml");
    let named = rules.split(|sign: char| !sign.is_ascii_lowercase() && sign != '_');
    let named: std::collections::BTreeSet<_> =
        named.filter(|word| word.starts_with("directory_sync_")).collect();
    assert_eq!(named, METRICS.into_iter().collect());
}
