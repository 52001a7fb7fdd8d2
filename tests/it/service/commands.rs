//! Commands of an administrator at the target, and what the process leaves there about itself.

use serde_json::{Value, json};
use testkit::zitadel::{Access, Fault, FaultKind};

use super::stay::Stay;
use crate::safety::lab::{Lab, staff};

const COMMAND: &str = "directory-sync.command";

/// A process that nothing but a command starts a run of.
fn listening(lab: &Lab) -> Stay {
    lab.configure("run: {poll: 50ms, at_start: false}\n");
    Stay::start(lab, "")
}

/// The next value that the service account sets at itself is refused.
fn refused_note(lab: &Lab) -> Fault {
    let path = format!("/v2/users/{}/metadata", lab.zitadel.service_user_id());
    let answer = FaultKind::Answer {
        status: 403,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: r#"{"code": 7, "message": "No matching permissions found (AUTH-5mWD2)"}"#.to_owned(),
    };
    Fault::once("POST", &path, answer)
}

/// What the last run left about itself, as far as it does not differ from time to time.
fn told(lab: &Lab) -> Value {
    let text = lab
        .zitadel
        .user_metadata(&lab.zitadel.service_user_id(), "directory-sync.last_run");
    let mut last_run: Value = serde_json::from_str(&text.expect("a last run")).unwrap();
    let finished = last_run["finished"].take();
    let finished: jiff::Timestamp = finished.as_str().unwrap().parse().unwrap();
    let age = jiff::Timestamp::now().as_second() - finished.as_second();
    assert!((0..60).contains(&age), "{age} s");
    last_run
}

#[test]
fn each_command_is_carried_out_once_also_by_another_process() {
    let lab = Lab::csv(&staff(2));
    lab.zitadel
        .set_organization_metadata(COMMAND, r#"{"id": "1", "run": "plan"}"#);
    let mut stay = listening(&lab);
    stay.run_ends("planned", 0);
    assert_eq!(lab.names(), Vec::<String>::new());
    let counts = json!({"planned": 2, "applied": 0, "failed": 0, "not_started": 0, "rejected": 0, "unchanged": 0, "kept": 0});
    assert_eq!(
        told(&lab),
        json!({"id": "1", "finished": null, "exit_code": 0, "counts": counts})
    );

    lab.zitadel
        .set_organization_metadata(COMMAND, r#"{"id": "2", "run": "sync"}"#);
    stay.run_ends("applied", 0);
    assert_eq!(lab.names().len(), 2);
    let counts = json!({"planned": 2, "applied": 2, "failed": 0, "not_started": 0, "rejected": 0, "unchanged": 0, "kept": 0});
    assert_eq!(
        told(&lab),
        json!({"id": "2", "finished": null, "exit_code": 0, "counts": counts})
    );
    let (exit, said) = stay.end();
    assert_eq!((exit, said.matches("run finished").count()), (0, 2), "{said}");

    let mut stay = listening(&lab);
    lab.people(&staff(3));
    // It asks several times before the next command comes.
    lab.zitadel.set_organization_metadata(COMMAND, "nonsense");
    stay.until("is not a command");
    lab.zitadel
        .set_organization_metadata(COMMAND, r#"{"id": "2", "run": "sync"}"#);
    lab.zitadel
        .set_organization_metadata(COMMAND, r#"{"id": "3", "run": "sync"}"#);
    stay.run_ends("applied", 0);
    let (exit, said) = stay.end();
    assert_eq!((exit, said.matches("run finished").count()), (0, 1), "{said}");
    assert_eq!(lab.names().len(), 3);
}

#[test]
fn what_is_no_command_is_reported_once() {
    let lab = Lab::csv(&staff(1));
    lab.zitadel.set_organization_metadata(COMMAND, "run!");
    let mut stay = listening(&lab);
    stay.until("`directory-sync.command` at the target is not a command: expected value at line 1 column 1");
    for text in [r#"{"id": "1", "run": "wipe"}"#, r#"{"id": "1"}"#] {
        lab.zitadel.set_organization_metadata(COMMAND, text);
        stay.until("is not a command");
    }
    lab.zitadel
        .set_organization_metadata(COMMAND, r#"{"id": "1", "run": "sync"}"#);
    stay.run_ends("applied", 0);
    lab.zitadel.remove_organization_metadata(COMMAND);
    let (exit, said) = stay.end();
    assert_eq!((exit, said.matches("is not a command").count()), (0, 3), "{said}");
}

/// A target that cannot be asked is reported once, and asked again. What cannot be noted is not carried out.
#[test]
fn a_target_that_does_not_answer_is_asked_again() {
    let lab = Lab::csv(&staff(1));
    lab.zitadel
        .set_organization_metadata(COMMAND, r#"{"id": "1", "run": "sync"}"#);
    lab.zitadel.set_access(&Access::Nothing);
    let mut stay = listening(&lab);
    stay.until("the target could not be asked for a command");
    lab.zitadel.set_access(&Access::OrgUserManager);
    lab.zitadel.inject(refused_note(&lab));
    stay.run_ends("applied", 0);
    let (exit, said) = stay.end();
    assert_eq!(exit, 0);
    assert_eq!(said.matches("run finished").count(), 1, "{said}");
}

#[test]
fn a_sync_leaves_a_heartbeat_only_if_it_is_asked_to() {
    let lab = Lab::csv(&staff(2));
    lab.run("sync").exits(0);
    let service_user = lab.zitadel.service_user_id();
    let noted = || {
        lab.zitadel
            .user_metadata(&service_user, "directory-sync.last_run")
    };
    assert_eq!(noted(), None);
    let config = std::fs::read_to_string(lab.path("config.yaml")).unwrap();
    crate::program::write_private(
        &lab.path("config.yaml"),
        config.replace("sources:", "  heartbeat: true\nsources:"),
    );
    lab.people(&staff(3));
    lab.run("plan").exits(0);
    lab.run("sync --dry-run").exits(0);
    assert_eq!(noted(), None);
    lab.run("sync").exits(0);
    let counts = json!({"planned": 1, "applied": 1, "failed": 0, "not_started": 0, "rejected": 0, "unchanged": 2, "kept": 0});
    assert_eq!(
        told(&lab),
        json!({"id": null, "finished": null, "exit_code": 0, "counts": counts})
    );
    // Nor does it change how the run ends.
    lab.zitadel.inject(refused_note(&lab));
    lab.run("sync")
        .exits(0)
        .says("could not be written to the target");
    std::fs::remove_file(lab.path("users.csv")).unwrap();
    lab.run("sync").exits(3);
    assert_eq!(told(&lab)["exit_code"], 3);
}

/// Monitoring reads the metrics of the last run of a process that stays running.
#[test]
fn each_run_leaves_its_figures() {
    let lab = Lab::csv(&staff(2));
    lab.zitadel
        .set_organization_metadata(COMMAND, r#"{"id": "1", "run": "sync"}"#);
    lab.configure(
        "run: {poll: 50ms, at_start: false}\nmetrics: {file: FOLDER/directory_sync.prom}\n"
            .replace("FOLDER", &lab.path("").display().to_string())
            .as_str(),
    );
    let mut stay = Stay::start(&lab, "");
    stay.run_ends("applied", 0);
    let figures = || std::fs::read_to_string(lab.path("directory_sync.prom")).unwrap();
    let code = |text: &str| {
        let line = text
            .lines()
            .find(|line| line.starts_with("directory_sync_last_run_exit_code"));
        line.and_then(|line| line.rsplit_once(' '))
            .map(|(_, code)| code.to_owned())
    };
    assert_eq!(code(&figures()).as_deref(), Some("0"));
    lab.people(&[]);
    lab.zitadel
        .set_organization_metadata(COMMAND, r#"{"id": "2", "run": "sync"}"#);
    stay.run_ends("refused", 4);
    assert_eq!(code(&figures()).as_deref(), Some("4"));
    let (exit, said) = stay.end();
    assert_eq!(exit, 0, "{said}");
}
