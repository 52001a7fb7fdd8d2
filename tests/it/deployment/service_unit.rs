//! The two ways to let the process stay: a systemd unit, and a Deployment.

use super::*;

const UNIT: &str = "deploy/systemd/directory-sync-run.service";
const ONE_RUN: &str = "deploy/systemd/directory-sync.service";

/// The lines of a unit that set something, without comments.
fn settings(path: &str) -> Vec<String> {
    let text = text(path);
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && line.contains('='));
    lines.map(str::to_owned).collect()
}

/// The value of a setting that appears once.
fn setting(path: &str, name: &str) -> String {
    let all = settings(path);
    let values = all
        .iter()
        .filter_map(|line| line.strip_prefix(&format!("{name}=")));
    let values: Vec<&str> = values.collect();
    assert_eq!(values.len(), 1, "{name} in {path}: {values:?}");
    values[0].to_owned()
}

#[test]
fn systemd_knows_when_the_process_is_ready_and_whether_it_is_alive() {
    for (name, value) in [
        ("Type", "notify"),
        ("ExecReload", "/bin/kill -s HUP $MAINPID"),
        ("Restart", "on-failure"),
        ("RestartPreventExitStatus", "2"),
        ("WatchdogSec", "2min"),
    ] {
        assert_eq!(setting(UNIT, name), value, "{name}");
    }
    let start = setting(UNIT, "ExecStart");
    assert!(
        start.starts_with("directory-sync run --config ${CREDENTIALS_DIRECTORY}/config.yaml"),
        "{start}"
    );
    // The default signal, to end what is under way and stop: nothing else may be set.
    let all = settings(UNIT);
    assert!(
        !all.iter()
            .any(|line| line.starts_with("KillSignal") || line.starts_with("ExecStop"))
    );
    let socket = setting(UNIT, "RestrictAddressFamilies");
    assert!(
        socket.split(' ').any(|family| family == "AF_UNIX"),
        "the way to systemd: {socket}"
    );
}

/// It reads the same files, and may do no more, than the unit that runs once.
#[test]
fn the_unit_that_stays_has_the_files_and_rights_of_the_one_that_runs_once() {
    let differs = [
        "Description",
        "Type",
        "ExecStart",
        "ExecReload",
        "Restart",
        "RestartPreventExitStatus",
        "RestartSec",
        "WatchdogSec",
        "TimeoutStartSec",
        "TimeoutStopSec",
        "StateDirectory",
        "StartLimitIntervalSec",
        "StartLimitBurst",
        "WantedBy",
    ];
    let shared = |path: &str| {
        let mut lines = settings(path);
        lines.retain(|line| !differs.iter().any(|name| line.starts_with(&format!("{name}="))));
        lines
    };
    assert_eq!(shared(UNIT), shared(ONE_RUN));
    assert!(shared(UNIT).len() > 20);
}

/// A unit that is enabled is started with the machine.
#[test]
fn the_unit_can_be_enabled() {
    assert_eq!(setting(UNIT, "WantedBy"), "multi-user.target");
    assert!(text("docs/service.md").contains("systemctl enable --now directory-sync-run"));
}

fn deployment() -> Value {
    let deployment = document("ldap-sync-deployment.yaml");
    assert_eq!(string(&deployment, "apiVersion"), "apps/v1");
    assert_eq!(string(&deployment, "kind"), "Deployment");
    deployment
}

/// Two processes share no lock: the old one has ended before the new one starts.
#[test]
fn the_deployment_never_has_two_processes() {
    let deployment = deployment();
    assert_eq!(at(&deployment, "spec.replicas"), &Value::from(1));
    assert_eq!(string(&deployment, "spec.strategy.type"), "Recreate");
    let labels = at(&deployment, "spec.selector.matchLabels");
    assert_eq!(labels, at(&deployment, "spec.template.metadata.labels"));
    let pod = at(&deployment, "spec.template.spec");
    assert_eq!(list(pod, "containers").len(), 1);
    assert_eq!(list(pod, "containers.0.command")[..2], ["directory-sync", "run"]);
    assert_eq!(string(pod, "containers.0.image"), image());
    assert_eq!(at(pod, "terminationGracePeriodSeconds"), &Value::from(60));
    assert_eq!(pod.get("restartPolicy"), None, "a Deployment knows only `Always`");
}

/// The same `ConfigMap` and `Secret`, and the same rights, as the `CronJob` that it takes the place of.
#[test]
fn the_pod_that_stays_is_that_of_the_cron_job() {
    let deployment = deployment();
    let job = document("ldap-sync-cronjob.yaml");
    for path in ["metadata.name", "metadata.namespace"] {
        assert_eq!(string(&deployment, path), string(&job, path));
    }
    let pods = [
        at(&deployment, "spec.template.spec"),
        at(&job, "spec.jobTemplate.spec.template.spec"),
    ];
    for path in [
        "securityContext",
        "automountServiceAccountToken",
        "enableServiceLinks",
        "volumes",
        "containers.0.image",
        "containers.0.env",
        "containers.0.envFrom",
        "containers.0.securityContext",
        "containers.0.volumeMounts",
    ] {
        assert_eq!(at(pods[0], path), at(pods[1], path), "{path}");
    }
    let manual = text("ldap-sync-deployment.yaml");
    for command in [
        "kubectl create namespace ldap-sync",
        "kubectl create configmap --from-file config.yaml famedly-sync --namespace ldap-sync",
        "kubectl create secret generic famedly-sync --from-file service-user.json --namespace ldap-sync",
        "kubectl create -f ldap-sync-deployment.yaml",
        "kubectl rollout restart deployment/ldap-sync --namespace ldap-sync",
    ] {
        assert!(manual.contains(command), "{command}");
    }
}
