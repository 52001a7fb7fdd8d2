//! `diff-config`: who is affected by another configuration alone.

use serde_json::{Value, json};

use super::stage::{Run, Stage};

/// Ada and Bob have their accounts, Cy is new, and Dan has left.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy,Clark,\n");
    stage.add_account("dan@example.org", "Dan", "Dent");
    stage.configure(&(stage.config() + "policy: {absent: keep}\nguard: {max_removals: 2}\n"));
    stage
}

/// The other configuration: the present one with a text replaced.
fn other(stage: &Stage, from: &str, to: &str) {
    let present = stage.read("config.yaml");
    assert_eq!(present.matches(from).count(), 1, "{from}: {present}");
    stage.write("other.yaml", present.replace(from, to));
}

fn diff(stage: &Stage, more: &str) -> Run {
    let run = stage.run(&format!("diff-config other.yaml {more}"));
    assert!(stage.zitadel.writes().is_empty());
    run
}

#[test]
fn the_same_configuration_differs_in_nothing() {
    let stage = stage();
    other(&stage, "policy:", "# a comment\npolicy:");
    diff(&stage, "--detailed-exit-code").assert(
        0,
        "config.yaml: 3 people in the sources; 1 to create\n\
         other.yaml: 3 people in the sources; 1 to create\n\
         Nothing differs: 1 change is the same. Nothing was written.\n",
        "",
    );
}

/// People whom the other configuration would delete, and people whom it would not create.
#[test]
fn people_are_named_by_what_happens_to_them() {
    let stage = stage();
    other(
        &stage,
        "policy: {absent: keep}",
        "policy: {absent: delete, create: false}",
    );
    let told = "Only with config.yaml (1):\n  + create  Cy Clark (cy@example.org)  (users.csv:4)\n\n\
                Only with other.yaml (1):\n  - delete  Dan Dent (dan@example.org)  absent from all sources  (account <dan@example.org>)\n\n";
    let run = diff(&stage, "");
    assert!(run.out.starts_with(told), "{run:?}");
    assert!(
        run.out.ends_with(
            "config.yaml: 3 people in the sources; 1 to create\n\
             other.yaml: 3 people in the sources; 1 to delete\n\
             Differences: 1 only present, 1 only new; 0 changes are the same. Nothing was written.\n"
        ),
        "{run:?}"
    );
    assert_eq!((run.exit, run.err.as_str()), (0, ""));
    assert_eq!(diff(&stage, "--detailed-exit-code").exit, 10);
    let summary = diff(&stage, "--summary").out;
    assert!(
        !summary.contains("Cy") && summary.lines().count() == 3,
        "{summary}"
    );
    let hidden = stage.run_with(
        "diff-config other.yaml",
        &[("DIRECTORY_SYNC__OUTPUT__NAMES", "hide")],
    );
    for name in ["Cy", "Dan", "dan@example.org", "64616e"] {
        assert!(
            !hidden.out.replace("<dan@example.org>", "").contains(name),
            "{hidden:?}"
        );
    }
}

/// The same person with other values.
#[test]
fn a_change_that_is_another_one_is_shown_with_the_present_one() {
    let stage = Stage::new();
    stage.write(
        "users.csv",
        "email,first_name,last_name,phone\nada@example.org,Ada,Lovelace,\nbob@example.org,Bob,Baker,\n",
    );
    stage.write(
        "new.csv",
        "email,first_name,last_name,phone\nada@example.org,Adele,Lovelace,\nbob@example.org,Bob,Baker,\n",
    );
    other(&stage, "users.csv", "new.csv");
    let run = diff(&stage, "");
    assert!(
        run.out
            .contains("Different with other.yaml (1):\n  ~ update  Ada Archer (ada@example.org)  "),
        "{run:?}"
    );
    assert!(run.out.contains("\n      now: update last_name"), "{run:?}");
    let values = diff(&stage, "--show-values").out;
    assert!(
        values.contains("\"Adele\"") && values.contains("\"Lovelace\""),
        "{values}"
    );
    // Other values of the same attributes.
    stage.write(
        "new.csv",
        "email,first_name,last_name,phone\nada@example.org,Ada,Byron,\nbob@example.org,Bob,Baker,\n",
    );
    let run = diff(&stage, "");
    assert!(run.out.contains("now: the same with other values"), "{run:?}");
}

/// People whom the other configuration no longer finds are kept and reported, and so are records that it rejects.
#[test]
fn who_is_kept_or_rejected_is_reported() {
    let stage = Stage::new();
    stage.write(
        "fewer.csv",
        "email,first_name,last_name,phone\nada@example.org,Ada,Archer,\nrow\n",
    );
    other(&stage, "users.csv", "fewer.csv");
    let run = diff(&stage, "");
    assert_eq!(run.exit, 0, "{run:?}");
    assert!(
        run.out.contains("Skipped only with other.yaml (1):\n  = 626f62"),
        "{run:?}"
    );
    assert!(
        run.out
            .contains("Rejected records, only with other.yaml (1):\n  ! fewer.csv:3 (csv): "),
        "{run:?}"
    );
    assert!(
        run.out
            .contains("Differences: 1 newly skipped, 1 newly rejected; 0 changes are the same"),
        "{run:?}"
    );
}

/// The exit code of a refusal is that of `plan`.
#[test]
fn the_guard_is_asked_about_the_other_plan() {
    let stage = stage();
    for name in ["eve", "fay", "gil"] {
        stage.add_account(&format!("{name}@example.org"), name, "Test");
    }
    other(&stage, "absent: keep", "absent: delete");
    let run = diff(&stage, "--detailed-exit-code");
    assert_eq!((run.exit, run.err.as_str()), (4, ""), "{run:?}");
    assert!(run.out.contains("The guard would refuse other.yaml: "), "{run:?}");
    assert!(run.out.contains("4 to delete"), "{run:?}");
    let json: Value = serde_json::from_str(&diff(&stage, "--format json").out).unwrap();
    assert_eq!(json["schema"], "directory-sync/config-diff/1");
    assert_eq!((&json["differs"], &json["same"]), (&json!(true), &json!(1)));
    assert_eq!(json["other"]["planned"]["delete"], 4);
    assert_eq!(json["other"]["only"].as_array().unwrap().len(), 4);
    assert_eq!(json["present"]["only"], json!([]));
    assert!(
        json["other"]["refused"][0]
            .as_str()
            .unwrap()
            .contains("max_removals"),
        "{json}"
    );
    assert!(json["present"].get("refused").is_none());
}

/// Mistakes of the other file name it; another target is no configuration to compare.
#[test]
fn what_cannot_be_compared_is_refused() {
    let stage = stage();
    let run = stage.run("diff-config none.yaml");
    assert_eq!((run.exit, run.out.as_str()), (2, ""), "{run:?}");
    assert!(run.err.contains("none.yaml"), "{run:?}");
    other(&stage, "absent: keep", "absent: keeep");
    let run = diff(&stage, "");
    assert!(run.exit == 2 && run.err.contains("at other.yaml:"), "{run:?}");
    let organization = format!("organization_id: {}", stage.zitadel.organization_id());
    other(&stage, &organization, "organization_id: 4711");
    let run = diff(&stage, "");
    assert_eq!(run.exit, 2, "{run:?}");
    assert!(
        run.err.contains("different targets") && run.err.contains("4711"),
        "{run:?}"
    );
    other(&stage, "users.csv", "none.csv");
    let run = diff(&stage, "");
    assert_eq!((run.exit, run.out.as_str()), (3, ""), "{run:?}");
    assert!(
        run.err.contains("other.yaml: ") && run.err.contains("none.csv"),
        "{run:?}"
    );
    for words in [
        "diff-config",
        "diff-config other.yaml --undo-file u",
        "diff-config other.yaml --yes",
    ] {
        assert_eq!(stage.run(words).exit, 2, "{words}");
    }
}
