//! The `CronJob`.

use super::*;

fn cron_job() -> Value {
    let job = document("ldap-sync-cronjob.yaml");
    assert_eq!(string(&job, "apiVersion"), "batch/v1");
    assert_eq!(string(&job, "kind"), "CronJob");
    job
}

#[test]
fn the_cron_job_has_the_promised_names_and_time() {
    let job = cron_job();
    assert_eq!(string(&job, "metadata.name"), "ldap-sync");
    assert_eq!(string(&job, "metadata.namespace"), "ldap-sync");
    assert_eq!(string(&job, "spec.schedule"), "0 0 * * *");
    assert_eq!(string(&job, "spec.concurrencyPolicy"), "Forbid");
    let pod = at(&job, "spec.jobTemplate.spec.template.spec");
    assert_eq!(string(pod, "containers.0.name"), "ldap-sync");
    assert_eq!(string(pod, "containers.0.image"), image());
}

#[test]
fn the_cron_job_reads_config_map_and_secret_from_one_folder() {
    let job = cron_job();
    let pod = at(&job, "spec.jobTemplate.spec.template.spec");
    let mounts = list(pod, "containers.0.volumeMounts");
    let config = mounts
        .iter()
        .find(|mount| string(mount, "mountPath") == FOLDER)
        .expect("the folder is mounted");
    let volumes = list(pod, "volumes");
    for mount in mounts {
        let found = volumes
            .iter()
            .any(|volume| at(volume, "name") == at(mount, "name"));
        assert!(found, "{mount:?} has its volume");
    }
    let volume = volumes
        .iter()
        .find(|volume| at(volume, "name") == at(config, "name"))
        .unwrap();
    let sources = list(volume, "projected.sources");
    assert_eq!(string(&sources[0], "configMap.name"), "famedly-sync");
    assert_eq!(
        sources[0].get("configMap").unwrap().get("optional"),
        None,
        "a run needs its configuration"
    );
    assert_eq!(string(&sources[1], "secret.name"), "famedly-sync");
    let variables = at(pod, "containers.0.envFrom.0.secretRef");
    assert_eq!(*at(variables, "optional"), true);
    let manual = text("ldap-sync-cronjob.yaml");
    assert!(
        manual
            .contains("kubectl create configmap --from-file config.yaml famedly-sync --namespace ldap-sync")
    );
    assert!(manual.contains("kubectl create -f ldap-sync-cronjob.yaml"));
}

#[test]
fn the_pod_has_no_more_rights_than_it_needs() {
    let job = cron_job();
    let pod = at(&job, "spec.jobTemplate.spec.template.spec");
    assert_eq!(*at(pod, "automountServiceAccountToken"), false);
    assert_eq!(*at(pod, "securityContext.runAsNonRoot"), true);
    assert_eq!(at(pod, "securityContext.runAsUser"), &Value::from(USER));
    assert_eq!(
        at(pod, "securityContext.fsGroup"),
        &Value::from(USER),
        "mode 0440 is readable through the group"
    );
    assert_eq!(
        string(pod, "securityContext.seccompProfile.type"),
        "RuntimeDefault"
    );
    let container = at(pod, "containers.0.securityContext");
    assert_eq!(*at(container, "allowPrivilegeEscalation"), false);
    assert_eq!(*at(container, "readOnlyRootFilesystem"), true);
    assert_eq!(list(container, "capabilities.drop"), &["ALL"]);
    let mut mounts = list(pod, "containers.0.volumeMounts").iter();
    assert!(
        mounts.any(|mount| string(mount, "mountPath") == "/tmp"),
        "something can be written"
    );
}

#[test]
fn only_what_may_end_differently_is_tried_again() {
    let job = cron_job();
    let job = at(&job, "spec.jobTemplate.spec");
    assert_eq!(
        string(job, "template.spec.restartPolicy"),
        "Never",
        "podFailurePolicy needs it"
    );
    assert_eq!(string(job, "podFailurePolicy.rules.0.action"), "FailJob");
    let rule = at(job, "podFailurePolicy.rules.0.onExitCodes");
    assert_eq!(
        at(rule, "containerName"),
        at(job, "template.spec.containers.0.name")
    );
    assert_eq!(string(rule, "operator"), "In");
    assert_eq!(list(rule, "values"), &FINAL);
    assert_eq!(at(job, "backoffLimit"), &Value::from(2));

    let unit = text("deploy/systemd/directory-sync.service");
    let prevented = unit
        .lines()
        .find_map(|line| line.strip_prefix("RestartPreventExitStatus="))
        .unwrap();
    assert_eq!(prevented, FINAL.map(|code| code.to_string()).join(" "));
    assert!(!unit.contains("SuccessExitStatus"), "only 0 is success");
}
