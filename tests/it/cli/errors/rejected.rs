//! Records that are known to be unusable.

use serde_json::Value;

use crate::cli::stage::{PEOPLE, Stage};

/// Two people without changes, and three rejected rows.
fn stage(limit: &str) -> Stage {
    let stage = Stage::new();
    stage.add_rows(",No,Address,\n,No,Other,\n,No,Third,\n");
    stage.reconfigure(
        "sources:\n",
        &format!("guard: {{max_rejected: {limit}}}\nsources:\n"),
    );
    stage
}

#[test]
fn so_many_rejected_records_are_a_warning() {
    for (limit, exit) in [("0", 1), ("2", 1), ("3", 0), ("59%", 1), ("60%", 0), ("100%", 0)] {
        let run = stage(limit).run("sync");
        assert_eq!(run.exit, exit, "{limit}: {run:?}");
        assert_eq!(run.out.matches("\nrejected: ").count(), 3, "{run:?}");
    }
    let run = stage("3").run("sync --report report.json");
    assert!(
        run.out.contains("Done: in sync, nothing to change; 3 rejected. "),
        "{run:?}"
    );
}

/// Whatever else goes wrong counts as ever.
#[test]
fn an_allowed_record_hides_no_failure() {
    let stage = stage("100%");
    stage.zitadel.inject(testkit::zitadel::Fault::once(
        "POST",
        "/v2/users/human",
        testkit::zitadel::FaultKind::status(400),
    ));
    stage.write(
        "users.csv",
        format!("{PEOPLE}cy@example.org,Cy,Clark,\n,No,Address,\n"),
    );
    assert_eq!(stage.run("sync").exit, 1);
}

/// The `new` of each rejected record of `report.json`.
fn new(stage: &Stage) -> Vec<Option<bool>> {
    let report: Value = serde_json::from_str(&stage.read("report.json")).unwrap();
    let rejected = report["rejected"].as_array().unwrap();
    rejected
        .iter()
        .map(|note| note.get("new").and_then(Value::as_bool))
        .collect()
}

/// The previous report may show names that this one hides, or the other way round.
#[test]
fn a_known_record_is_known_with_and_without_names() {
    let stage = Stage::new();
    // The same address twice: id and reason contain it.
    let rows = "twice@example.org,Tim,Twice,\ntwice@example.org,Tom,Twice,\n\"x\"\"y@example.org\",A,B,\n";
    stage.write("users.csv", format!("{PEOPLE}{rows},No,Address,\n"));
    let run = |names| {
        stage.run_with(
            "plan --report report.json",
            &[("DIRECTORY_SYNC__OUTPUT__NAMES", names)],
        );
        stage.read("report.json")
    };
    let twice = hex::encode("twice@example.org");
    assert!(run("show").contains(&twice));
    let known = vec![Some(false); new(&stage).len()];
    assert!(known.len() > 3);
    for names in ["hide", "hide", "show", "show"] {
        let report = run(names);
        assert_eq!(report.contains(&twice), names == "show", "{report}");
        assert_eq!(new(&stage), known, "{names}: {report}");
    }
    stage.write("users.csv", format!("{PEOPLE}{rows}broken,A,B,\n"));
    let report = run("hide");
    assert_eq!(
        new(&stage).iter().filter(|new| **new == Some(true)).count(),
        1,
        "{report}"
    );
}

#[test]
fn a_report_says_what_is_new_since_the_one_before() {
    let stage = stage("0");
    stage.run("plan --report report.json");
    assert_eq!(new(&stage), [None; 3]);
    stage.write("users.csv", format!("{PEOPLE},No,Address,\nbroken,A,B,\n"));
    let run = stage.run("plan --report report.json");
    assert_eq!(new(&stage), [Some(false), Some(true)]);
    assert!(run.out.contains("rejected (new): users.csv:5"), "{run:?}");
}
