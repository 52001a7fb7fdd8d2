//! The file for docker compose.

use super::host::Host;
use super::*;

fn service() -> Value {
    at(&document("docker-compose.yaml"), "services.famedly-sync-agent").clone()
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

    let service = service();
    assert_eq!(string(&service, "network_mode"), "host");
    assert_eq!(string(&service, "image"), image());
    assert_eq!(string(&service, "build"), ".");
    for (index, source, target) in [(0, "./opt", FOLDER), (1, "./state", STATE)] {
        assert_eq!(string(&service, &format!("volumes.{index}.source")), source);
        assert_eq!(string(&service, &format!("volumes.{index}.target")), target);
    }
    assert_eq!(
        string(&service, "user"),
        format!("${{DIRECTORY_SYNC_USER:-{USER}:{USER}}}")
    );
    for key in ["restart", "entrypoint"] {
        assert!(
            service.get(key).is_none(),
            "`{key}` would change what one `docker compose up` does"
        );
    }
}

#[test]
fn the_service_makes_a_run_for_each_target() {
    let service = service();
    let command = words(at(&service, "command"));
    let variables: Vec<_> = at(&service, "environment")
        .as_mapping()
        .unwrap()
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().unwrap().to_owned(),
                value.as_str().unwrap().to_owned(),
            )
        })
        .collect();
    for host in [Host::zitadel(), Host::udm()] {
        host.makes_a_run(&command, &variables, "state/");
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
