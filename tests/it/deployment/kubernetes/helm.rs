//! The chart for Helm.

use std::process::Output;

use super::schemas::Schemas;
use crate::deployment::*;

const CHART: &str = "deploy/helm/directory-sync";

/// What Helm answers; `None` if it is not installed.
fn helm(arguments: &[&str]) -> Option<Output> {
    let output = Command::new("helm")
        .args(arguments)
        // As `go install` builds it, Helm takes a very old server for the present one.
        .args(["--kube-version", "1.31.0"])
        .current_dir(root())
        .output();
    if output.is_err() {
        eprintln!("NOT RUN, because helm is not installed");
    }
    output.ok()
}

/// The objects that the chart makes of values.
fn objects(values: &str, more: &[&str]) -> Option<Vec<Value>> {
    let values = format!("{CHART}/ci/{values}-values.yaml");
    let output = helm(&[&["template", "staff", CHART, "--values", &values], more].concat())?;
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let documents = serde_yaml::Deserializer::from_str(&text);
    Some(
        documents
            .map(|document| Value::deserialize(document).unwrap())
            .collect(),
    )
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    let mut found = objects.iter().filter(|object| string(object, "kind") == kind);
    found.next().unwrap_or_else(|| panic!("there is no {kind}"))
}

#[test]
fn helm_finds_nothing_wrong() {
    for values in ["zitadel", "deployment"] {
        let values = format!("{CHART}/ci/{values}-values.yaml");
        let Some(output) = helm(&["lint", "--strict", CHART, "--values", &values]) else {
            return;
        };
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}");
        assert!(!said.contains("[WARNING]"), "{said}");
    }
}

#[test]
fn each_object_of_the_chart_fits_the_schema_of_the_api() {
    let schemas = Schemas::new();
    let without_volume = ["--set", "persistence.enabled=false"];
    for (values, more, count) in [
        ("zitadel", &[][..], 5),
        ("zitadel", &without_volume, 4),
        ("deployment", &[], 3),
    ] {
        let Some(objects) = objects(values, more) else {
            return;
        };
        assert_eq!(objects.len(), count, "{values} {more:?}");
        for object in objects {
            schemas
                .check(&object)
                .unwrap_or_else(|error| panic!("{values}: {error}"));
            for label in ["name", "instance", "version", "managed-by"] {
                let labels = at(&object, "metadata.labels");
                assert!(
                    labels.get(format!("app.kubernetes.io/{label}")).is_some(),
                    "{label}"
                );
            }
        }
    }
}

/// The chart and the file without Helm promise the same.
#[test]
fn the_cron_job_of_the_chart_is_that_of_the_file() {
    let Some(objects) = objects("zitadel", &["--set", "timeZone=Etc/UTC"]) else {
        return;
    };
    let (own, file) = (of_kind(&objects, "CronJob"), document("ldap-sync-cronjob.yaml"));
    for path in [
        "schedule",
        "timeZone",
        "concurrencyPolicy",
        "startingDeadlineSeconds",
        "jobTemplate.spec.activeDeadlineSeconds",
        "jobTemplate.spec.backoffLimit",
        "jobTemplate.spec.template.spec.restartPolicy",
        "jobTemplate.spec.template.spec.securityContext",
        "jobTemplate.spec.template.spec.terminationGracePeriodSeconds",
        "jobTemplate.spec.template.spec.containers.0.command",
        "jobTemplate.spec.template.spec.containers.0.env",
        "jobTemplate.spec.template.spec.containers.0.image",
        "jobTemplate.spec.template.spec.containers.0.resources",
        "jobTemplate.spec.template.spec.containers.0.securityContext",
        "jobTemplate.spec.podFailurePolicy.rules.0",
        "jobTemplate.spec.podFailurePolicy.rules.1.onExitCodes.values",
    ] {
        let path = format!("spec.{path}");
        assert_eq!(at(own, &path), at(&file, &path), "{path}");
    }
}

#[test]
fn a_deployment_has_one_process_at_a_time() {
    let Some(objects) = objects("deployment", &[]) else {
        return;
    };
    let deployment = of_kind(&objects, "Deployment");
    assert_eq!(at(deployment, "spec.replicas"), 1);
    assert_eq!(string(deployment, "spec.strategy.type"), "Recreate");
    let container = at(deployment, "spec.template.spec.containers.0");
    assert_eq!(words(at(container, "command"))[..2], ["directory-sync", "run"]);
    assert!(string(container, "image").contains("@sha256:"));
}

#[test]
fn wrong_values_are_refused() {
    let values = format!("{CHART}/ci/zitadel-values.yaml");
    for (wrong, what) in [
        ("mode=job", "mode"),
        ("persistence.enable=true", "enable"),
        // Helm would write it as a floating-point number.
        (
            "config.zitadel.organization_id=278274756195721220",
            "organization_id",
        ),
        ("config=null", "existingConfigMap"),
    ] {
        let Some(output) = helm(&["template", CHART, "--values", &values, "--set", wrong]) else {
            return;
        };
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(what), "{wrong}: {said}");
    }
}

#[test]
fn the_chart_has_the_version_of_the_program() {
    let chart = document(&format!("{CHART}/Chart.yaml"));
    for key in ["version", "appVersion"] {
        assert_eq!(string(&chart, key), env!("CARGO_PKG_VERSION"), "{key}");
    }
}
