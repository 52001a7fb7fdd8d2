//! Runs that do a part of what is wanted: what they say at the end, and what is left to do.

use testkit::zitadel::{Fault, FaultKind};

use super::stage::{START, Stage};

#[test]
fn the_verdict_of_a_partial_run_says_what_to_do() {
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy,Clark,\ndi@example.org,Di\n");
    stage
        .zitadel
        .inject(Fault::nth_write(1, FaultKind::status(400)).times(9));
    stage.run("").assert(1, &format!("{START}"), "");
}

#[test]
fn an_ordinary_run_stands_alone() {
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy,Clark,\n");
    stage.run("").assert(
        0,
        &format!(
            "{START}Source csv: 3 read\n  + create  6379406578616d706c652e6f7267  (users.csv:4)\n\nSymbols: + \
             create\nPlan: 1 to create; 2 unchanged (2 accounts, 2 managed).\nDone: 1 created. N requests, T s.\n"
        ),
        "",
    );
    stage.run("").assert(
        0,
        &format!(
            "{START}Source csv: 3 read\nPlan: nothing to change; 3 unchanged (3 accounts, 3 managed).\nDone: in sync, \
             nothing to change. N requests, T s.\n"
        ),
        "",
    );
}

#[test]
fn a_refusal_says_how_to_go_on() {
    let stage = Stage::new();
    stage.configure(&format!("{}policy: {{absent: delete}}\n", stage.config()));
    stage.write(
        "users.csv",
        "email,first_name,last_name,phone\ncy@example.org,Cy,Clark,\n",
    );
    let run = stage.run("--report report.json");
    let report: serde_json::Value = serde_json::from_str(&stage.read("report.json")).unwrap();
    let token = report["approve"].as_str().unwrap();
    run.assert(4, &format!("{START}{token}"), "");
    stage.assert_untouched();
}
