//! The report of each outcome: other programs rely on its fields.

use serde_json::{Value, json};
use testkit::zitadel::{Fault, FaultKind};

use crate::cli::stage::Stage;

/// Why `applied` has a warning.
const REASON: &str = "the phone number is not one that Zitadel takes; it is left out, and a number the account has \
    stays";

/// Runs with `--report` and returns its content, without values that differ between runs.
fn report(stage: &Stage, arguments: &str, exit: i32) -> Value {
    stage.write(
        "report.json",
        "{\n  \"schema\": \"directory-sync/report/1\",\n  \"of\": \"an earlier run\"\n}\n",
    );
    let run = stage.run(&format!("{arguments} --report report.json"));
    assert_eq!(run.exit, exit, "{run:?}");
    let mut report: Value = serde_json::from_str(&stage.read("report.json")).unwrap();
    assert!(report["seconds"].is_number() && report["started"].as_str().unwrap().ends_with('Z'));
    for source in report["sources"].as_array_mut().unwrap() {
        assert!(source["seconds"].is_number());
        source.as_object_mut().unwrap().remove("seconds");
    }
    let fields = report.as_object_mut().unwrap();
    fields.remove("seconds");
    fields.remove("started");
    report
}

/// Takes out the counts of requests, after seeing that they add up.
fn without_requests(report: &mut Value) {
    let requests = report.as_object_mut().unwrap().remove("requests").unwrap();
    let by_operation = requests["by_operation"].as_object().unwrap();
    let sum: u64 = by_operation.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(requests["total"], sum);
    assert!(requests["retried"].is_u64());
    assert_eq!(requests.as_object().unwrap().len(), 3);
}

/// A report of a run over `users.csv` with no changes; `fields` are put over it.
fn expected(fields: Value) -> Value {
    let none = json!({"planned": 0, "applied": 0, "failed": 0, "not_started": 0});
    let mut report = json!({
        "schema": "directory-sync/report/1",
        "outcome": "in_sync",
        "exit_code": 0,
        "sources": [{"name": "csv", "kind": "csv", "read": 2, "rejected": 0, "complete": true}],
        "target": {"kind": "zitadel", "accounts": 2, "managed": 2},
        "changes": {
            "create": none, "adopt": none, "update": none, "disable": none, "enable": none, "delete": none,
            "note": none,
        },
        "unchanged": 2,
        "without_role": 0,
        "kept": 0,
        "kept_reasons": {},
        "kept_accounts": [],
        "failures": [],
        "rejected": [],
        "warnings": [],
    });
    merge(&mut report, fields);
    report
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

fn assert_report(stage: &Stage, arguments: &str, exit: i32, fields: Value) {
    let mut found = report(stage, arguments, exit);
    without_requests(&mut found);
    merge(&mut found, json!({}));
    let mut wanted = expected(fields);
    wanted["exit_code"] = exit.into();
    assert_eq!(found, wanted);
}

#[test]
fn in_sync() {
    let stage = Stage::new();
    assert_report(&stage, "", 0, json!({}));
    stage.assert_untouched();
}

#[test]
fn applied() {
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy,Clark,no number\n");
    assert_report(
        &stage,
        "",
        0,
        json!({
            "outcome": "applied",
            "sources": [{"name": "csv", "kind": "csv", "read": 3, "rejected": 0, "complete": true}],
            "changes": {"create": {"planned": 1, "applied": 1}},
            "warnings": [{"source": "csv", "at": "users.csv:4", "id": "6379406578616d706c652e6f7267", "reason": REASON}],
        }),
    );
}

#[test]
fn planned() {
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy,Clark,\n");
    let fields = json!({
        "outcome": "planned",
        "sources": [{"name": "csv", "kind": "csv", "read": 3, "rejected": 0, "complete": true}],
        "changes": {"create": {"planned": 1}},
    });
    assert_report(&stage, "plan", 0, fields.clone());
    assert_report(&stage, "--dry-run", 0, fields.clone());
    assert_report(&stage, "plan --detailed-exit-code", 10, fields);
    stage.assert_untouched();
}

#[test]
fn partial_after_rejected_records() {
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy\ndi@example.org,Di,Dent,\n");
    assert_report(
        &stage,
        "",
        1,
        json!({
            "outcome": "partial",
            "sources": [{"name": "csv", "kind": "csv", "read": 4, "rejected": 1, "complete": false}],
            "changes": {"create": {"planned": 1, "applied": 1}},
            "rejected": [{
                "source": "csv", "at": "users.csv:4", "id": null, "reason": "2 fields instead of the 4 of the header",
            }],
        }),
    );
}

#[test]
fn partial_after_failed_changes() {
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy,Clark,\n");
    let answer = r#"{"code":3,"message":"Errors.User.Profile.Empty (USER-UCej2)","details":[{"@type":"type.googleapis.com/zitadel.v1.ErrorDetail","id":"USER-UCej2","message":"Errors.User.Profile.Empty"}]}"#;
    stage
        .zitadel
        .inject(Fault::nth_write(1, FaultKind::json(400, answer)).times(9));
    assert_report(
        &stage,
        "",
        1,
        json!({
            "outcome": "partial",
            "sources": [{"name": "csv", "kind": "csv", "read": 3, "rejected": 0, "complete": true}],
            "changes": {"create": {"planned": 1, "failed": 1}},
            "failures": [{
                "id": "6379406578616d706c652e6f7267",
                "id_text": "cy@example.org",
                "name": "Cy Clark",
                "login": "cy@example.org",
                "at": "users.csv:4",
                "action": "create",
                "error": "create_user: 400 Errors.User.Profile.Empty (USER-UCej2)",
                "target_error_id": "USER-UCej2",
                "hint": null,
            }],
        }),
    );
}

#[test]
fn refused() {
    let stage = Stage::new();
    stage.configure(&format!("{}policy: {{absent: delete}}\n", stage.config()));
    stage.write(
        "users.csv",
        "email,first_name,last_name,phone\nada@example.org,Ada,Archer,\n",
    );
    stage.add_account("cy@example.org", "Cy", "Clark");
    let found = report(&stage, "", 4);
    let token = found["approve"].as_str().unwrap();
    assert_report(
        &stage,
        "",
        4,
        json!({
            "outcome": "refused",
            "error": "2 of 3 accounts (66.7 %) would be removed; `guard.max_removals` is 10 %, which always allows one",
            "approve": token,
            "sources": [{"name": "csv", "kind": "csv", "read": 1, "rejected": 0, "complete": true}],
            "target": {"accounts": 3, "managed": 3},
            "changes": {"delete": {"planned": 2}},
            "unchanged": 1,
        }),
    );
    // The refusal comes before the pending changes.
    assert_eq!(stage.run("plan --detailed-exit-code").exit, 4);
    stage.assert_untouched();
    assert_eq!(stage.run(&format!("--approve {token}")).exit, 0);
    assert_eq!(stage.zitadel.users().len(), 1);
}

#[test]
fn failed() {
    let stage = Stage::new();
    stage.reconfigure("users.csv", "nobody.csv");
    assert_report(
        &stage,
        "",
        3,
        json!({
            "outcome": "failed",
            "error": "could not read source `csv`: nobody.csv cannot be read: No such file or directory (os error 2)",
            "hint": "check `file_path`; a relative path starts at the working directory",
            "sources": [{"name": "csv", "kind": "csv", "read": 0, "rejected": 0, "complete": false}],
            "target": {"accounts": 0, "managed": 0},
            "unchanged": 0,
        }),
    );
    stage.assert_untouched();
}

/// A server may repeat a name or an entry, in any words.
#[test]
fn what_a_server_says_about_a_person_is_hidden_as_well() {
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy,Clark,\n");
    let answer =
        r#"{"code":3,"message":"user zaphod Zaphodina not found: uid=zaphod,ou=people,dc=x","details":[]}"#;
    let fault = Fault::once("POST", "/v2/users/human", FaultKind::json(400, answer)).times(99);
    stage.zitadel.inject(fault);
    for (names, is_shown) in [("hide", false), ("show", true)] {
        let variables = [("DIRECTORY_SYNC__OUTPUT__NAMES", names)];
        let run = stage.run_with("sync -vv --report report.json --html page.html", &variables);
        assert_eq!(run.exit, 1, "{run:?}");
        let all = [
            run.out,
            run.err,
            stage.read("report.json"),
            stage.read("page.html"),
        ];
        assert!(
            all.iter().take(3).any(|text| text.contains("not found")),
            "{all:?}"
        );
        for text in all {
            for personal in ["zaphod", "Zaphodina", "ou=people"] {
                assert!(is_shown || !text.contains(personal), "{names}: {text}");
            }
        }
        let told = stage.read("report.json");
        assert_eq!(told.contains("Zaphodina"), is_shown, "{told}");
    }
}
