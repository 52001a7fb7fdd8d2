//! The `CronJob`.

use super::schemas::Schemas;
use crate::deployment::*;

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
    // The first rule that fits counts: a run on a drained node ends with 1.
    let rules = list(job, "podFailurePolicy.rules");
    assert_eq!(string(&rules[0], "action"), "Ignore");
    assert_eq!(string(&rules[0], "onPodConditions.0.type"), "DisruptionTarget");
    assert_eq!(string(&rules[0], "onPodConditions.0.status"), "True");
    assert_eq!(string(&rules[1], "action"), "FailJob");
    let rule = at(&rules[1], "onExitCodes");
    assert_eq!(
        at(rule, "containerName"),
        at(job, "template.spec.containers.0.name")
    );
    assert_eq!(string(rule, "operator"), "In");
    assert_eq!(list(rule, "values"), &FINAL);
    assert_eq!(rules.len(), 2, "3 and crashes are tried again");
    assert_eq!(at(job, "backoffLimit"), &Value::from(2));
}

/// The containers of both kinds of deployment.
fn containers() -> [Value; 2] {
    let job = cron_job();
    let deployment = document("ldap-sync-deployment.yaml");
    [
        at(&job, "spec.jobTemplate.spec.template.spec").clone(),
        at(&deployment, "spec.template.spec").clone(),
    ]
}

#[test]
fn lock_undo_files_and_report_are_on_the_volume() {
    let claim = document("deploy/kubernetes/state.yaml");
    for pod in containers() {
        let mounts = list(&pod, "containers.0.volumeMounts");
        let mount = mounts
            .iter()
            .find(|mount| string(mount, "mountPath") == STATE)
            .unwrap();
        let mut volumes = list(&pod, "volumes").iter();
        let volume = volumes
            .find(|volume| at(volume, "name") == at(mount, "name"))
            .unwrap();
        assert_eq!(
            at(volume, "persistentVolumeClaim.claimName"),
            at(&claim, "metadata.name")
        );
        let variable = at(&pod, "containers.0.env.0");
        assert_eq!(string(variable, "name"), "DIRECTORY_SYNC__LOCK__DIR");
        assert_eq!(string(variable, "value"), STATE);
        let command = words(at(&pod, "containers.0.command"));
        for option in ["--undo-file", "--report"] {
            let at = command.iter().position(|word| word == option).unwrap();
            assert!(command[at + 1].starts_with(STATE), "{option}");
        }
    }
}

#[cfg(unix)]
#[test]
fn the_cron_job_makes_a_run_for_each_target() {
    let job = cron_job();
    let container = at(&job, "spec.jobTemplate.spec.template.spec.containers.0");
    let variables: Vec<_> = list(container, "env")
        .iter()
        .map(|variable| {
            (
                string(variable, "name").to_owned(),
                string(variable, "value").to_owned(),
            )
        })
        .collect();
    for host in [
        crate::deployment::host::Host::zitadel(),
        crate::deployment::host::Host::udm(),
    ] {
        host.makes_a_run(&words(at(container, "command")), &variables, "state/");
    }
}

#[test]
fn each_object_fits_the_schema_of_the_api() {
    let schemas = Schemas::new();
    for file in [
        "ldap-sync-cronjob.yaml",
        "ldap-sync-deployment.yaml",
        "deploy/kubernetes/state.yaml",
    ] {
        for object in documents(file) {
            schemas
                .check(&object)
                .unwrap_or_else(|error| panic!("{file}: {error}"));
        }
    }
    let mut job = cron_job();
    assert!(schemas.check(&job).is_ok());
    let condition = "spec.jobTemplate.spec.podFailurePolicy.rules.0.onPodConditions.0";
    let condition = condition
        .split('.')
        .fold(&mut job, |value, step| match step.parse::<usize>() {
            Ok(index) => &mut value[index],
            Err(_) => &mut value[step],
        });
    condition.as_mapping_mut().unwrap().remove("status");
    assert!(schemas.check(&job).is_err(), "a missing field is found");
}
