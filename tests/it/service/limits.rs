//! The server's limits while the process stays: they are read in each run.

use testkit::zitadel::{Fault, FaultKind};

use super::stay::Stay;
use crate::safety::lab::{Lab, staff};

const KEY: &str = "directory-sync.policy";

/// Changed between two runs, unreadable, paused and lifted: each run goes by what it finds, and none by what was before.
#[test]
fn each_run_goes_by_the_limits_that_it_finds() {
    let lab = Lab::csv(&staff(2));
    lab.configure("run: {at_start: false}\n");
    let mut stay = Stay::start(&lab, "");
    stay.until("only SIGHUP starts a run");
    let mut run = |outcome: &str, exit_code: u8, people: usize| {
        stay.send("-HUP");
        let line = stay.run_ends(outcome, exit_code);
        assert_eq!(lab.names().len(), people, "{line}");
    };
    let limit = |value: &str| lab.zitadel.set_organization_metadata(KEY, value);
    run("applied", 0, 2);
    // Set between two runs, and then another one.
    lab.people(&staff(3));
    limit("no-create: true");
    run("in_sync", 0, 2);
    limit("{\"paused\": \"moving\"}");
    run("refused", 4, 2);
    limit("dry-run: true");
    run("planned", 0, 2);
    // What is not understood, or cannot be read, is neither none nor the one before.
    limit("no-creates: true");
    run("failed", 3, 2);
    limit("no-delete: true");
    let search = "/management/v1/metadata/_search";
    let denied = r#"{"code": 5, "message": "membership not found (AUTHZ-cdgFk)", "details": [{"@type": "type.googleapis.com/zitadel.v1.ErrorDetail", "id": "AUTHZ-cdgFk", "message": "membership not found"}]}"#;
    lab.zitadel
        .inject(Fault::once("POST", search, FaultKind::json(404, denied)));
    run("failed", 3, 2);
    // Readable again, and nothing in it forbids to create.
    run("applied", 0, 3);
    lab.people(&staff(4));
    limit("no-create: true");
    run("in_sync", 0, 3);
    lab.zitadel.remove_organization_metadata(KEY);
    run("applied", 0, 4);
    let (exit, said) = stay.end();
    assert_eq!(exit, 0, "{said}");
}

/// Where they are required, to delete them is no way out for a process that stays either.
#[test]
fn required_limits_that_go_stop_the_next_run() {
    let lab = Lab::csv(&staff(2));
    lab.configure("run: {at_start: false}\n");
    lab.zitadel.set_organization_metadata(KEY, "{}");
    let mut stay = Stay::start(&lab, "--require-policy");
    stay.until("only SIGHUP starts a run");
    stay.send("-HUP");
    stay.run_ends("applied", 0);
    lab.zitadel.remove_organization_metadata(KEY);
    lab.people(&staff(3));
    stay.send("-HUP");
    stay.run_ends("failed", 3);
    assert_eq!(lab.names().len(), 2);
    assert_eq!(stay.end().0, 0);
}
