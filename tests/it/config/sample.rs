//! `config.sample.yaml` is loadable and shows the defaults. That it names every key is tested beside the table of keys.

use std::fs;

use directory_sync::config::{ApplySettings, Needs};
use directory_sync::plan::{GuardLimits, Policy};

use super::Lab;

fn sample() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config.sample.yaml")).unwrap()
}

#[test]
fn it_names_exactly_the_paths_of_the_container() {
    let text = sample();
    let set: Vec<_> = text
        .lines()
        .filter(|line| line.contains("/opt/") && (!line.contains('#') || line.contains("this file is")))
        .filter_map(|line| Some(&line[line.find("/opt/")?..]))
        .collect();
    assert_eq!(
        set,
        [
            "/opt/famedly-sync-agent/config.yaml.",
            "/opt/famedly-sync-agent/service-user.json",
            "/opt/famedly-sync-agent/certs/test-ldap.crt",
        ]
    );
}

#[test]
fn it_loads_with_its_files_in_place_and_shows_the_defaults() {
    let lab = Lab::new(
        &sample()
            .replace(
                "/opt/famedly-sync-agent/service-user.json",
                "DIR/service-user.json",
            )
            .replace("/opt/famedly-sync-agent/certs/test-ldap.crt", "DIR/ca.crt"),
    );
    let settings = lab.settings();
    assert_eq!(settings.notes, Vec::<String>::new());
    assert_eq!(settings.policy, Policy::default());
    assert_eq!(settings.guard, GuardLimits::default());
    assert_eq!(
        format!("{:?}", settings.apply),
        format!("{:?}", ApplySettings::default())
    );
    assert!(format!("{:?}", lab.ldap().attributes.active).contains("disable_mask: 18"));
}

#[test]
fn as_it_is_only_its_files_are_missing() {
    assert_eq!(
        Lab::new(&sample())
            .refusal()
            .lines()
            .filter(|line| line.starts_with("error"))
            .collect::<Vec<_>>(),
        [
            "error: `zitadel.key_file`: `/opt/famedly-sync-agent/service-user.json` does not exist",
            "error: `sources.ldap.tls.server_certificate`: `/opt/famedly-sync-agent/certs/test-ldap.crt` does not exist",
        ]
    );
    let refusal = Lab::new(&sample()).needs(Needs::SourcesOnly).refusal();
    assert_eq!(refusal.matches("error").count(), 1, "{refusal}");
}
