//! Runs that do a part of what is wanted: what they say at the end, and what is left to do.

use testkit::zitadel::{Fault, FaultKind};

use crate::cli::stage::{START, Stage};

#[test]
fn the_verdict_of_a_partial_run_says_what_to_do() {
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy,Clark,\ndi@example.org,Di\n");
    stage
        .zitadel
        .inject(Fault::nth_write(1, FaultKind::status(400)).times(9));
    stage.run("").assert(
        1,
        &format!("{START}Source csv: 4 read, 1 rejected, incomplete: no person counts as absent\n  + create  Cy Clark (cy@example.org)  (users.csv:4)\n\nSymbols: + create\nPlan: 1 to create; 2 unchanged (2 accounts, 2 managed).\nIt takes 3 requests.\nrejected: users.csv:5 (csv): 2 fields instead of the 4 of the header\nfailed: create Cy Clark (cy@example.org): create_user: 400 injected\nIncomplete: nothing was changed; 1 failed; 1 rejected. N requests, T s (organization ORGANIZATION at ZITADEL, 2 unchanged). Exit code 1.\nNext: fix the rejected records and the failures listed above, then run again\n"),
        "",
    );
}

#[test]
fn an_ordinary_run_stands_alone() {
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy,Clark,\n");
    stage.run("").assert(
        0,
        &format!(
            "{START}Source csv: 3 read\n  + create  Cy Clark (cy@example.org)  (users.csv:4)\n\nSymbols: + \
             create\nPlan: 1 to create; 2 unchanged (2 accounts, 2 managed).\nIt takes 3 requests.\nDone: 1 created. N requests, T s (organization ORGANIZATION at ZITADEL, 2 unchanged).\n"
        ),
        "",
    );
    stage.run("").assert(
        0,
        &format!(
            "{START}Source csv: 3 read\nPlan: nothing to change; 3 unchanged (3 accounts, 3 managed).\nDone: in sync, \
             nothing to change. N requests, T s (organization ORGANIZATION at ZITADEL, 3 unchanged).\n"
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
    run.assert(
        4,
        &format!("{START}Source csv: 1 read\n  - delete  Ada Archer (ada@example.org)  absent from all sources  (account <ada@example.org>)\n  - delete  Bob Baker (bob@example.org)  absent from all sources  (account <bob@example.org>)\n  + create  Cy Clark (cy@example.org)  (users.csv:2)\n\nSymbols: - remove, + create\nPlan: 1 to create, 2 to delete; 0 unchanged (2 accounts, 2 managed).\nIt takes 11 requests.\n"),
        &format!("refused: 2 of 2 accounts (100.0 %) would be removed; `guard.max_removals` is 10 %, which always \
             allows one\nhint: look at the plan above (`--show-values` shows every value); if it is right, run \
             again with `--approve {token}`, which approves exactly these changes, or raise the limit\nRefused: \
             nothing was written, 3 changes are pending. N requests, T s (organization ORGANIZATION at ZITADEL). Exit code 4.\n"),
    );
    stage.assert_untouched();
}
