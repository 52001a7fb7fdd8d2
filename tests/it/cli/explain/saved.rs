//! Saved plans, undo files and reports.

use serde_json::Value;

use super::super::stage::Stage;
use super::HIDE;

/// One person with another name, a new one, and one whom no source contains.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.write(
        "users.csv",
        "email,first_name,last_name,phone\nada@example.org,Ada,Adler,\nbob@example.org,Bob,Baker,\ncy@example.org,Cy,Clark,\n",
    );
    stage.add_account("dan@example.org", "Dan", "Dent");
    stage.reconfigure(
        "    file_path: users.csv\n",
        "    file_path: users.csv\npolicy: {absent: delete}\nguard: {max_removals: 100%}\n",
    );
    stage
}

#[track_caller]
fn explained(stage: &Stage, words: &str) -> String {
    let run = stage.run(&format!("explain {words}"));
    assert_eq!((run.exit, run.err.as_str()), (0, ""), "{words}: {run:?}");
    run.out
}

/// A saved plan tells of a change what the present one tells, for each way to name the person.
#[test]
fn a_saved_plan_is_explained_like_a_new_one() {
    let stage = stage();
    assert_eq!(stage.run("plan --out plan.json").exit, 0);
    let users = stage.zitadel.users();
    let account = |login: &str| {
        users
            .iter()
            .find(|user| user.username == login)
            .unwrap()
            .id
            .clone()
    };
    let (ada, dan) = (account("ada@example.org"), account("dan@example.org"));
    let hex = hex::encode("ada@example.org");
    for who in [
        "ada@example.org",
        "cy@example.org",
        "dan@example.org",
        "users.csv:2",
        &hex,
        &ada,
        &dan,
    ] {
        for options in ["", " --show-values", " --format json"] {
            let now = explained(&stage, &format!("{who}{options}"));
            let saved = explained(&stage, &format!("{who} --from plan.json{options}"));
            let expected = now
                .replacen(" at ZITADEL\n", " at ZITADEL, from plan.json\n", 1)
                .replacen("at ZITADEL\",", "at ZITADEL\",\"file\":\"plan.json\",", 1)
                .replace("none in any source", "none");
            assert_eq!(saved, expected, "{who}{options}");
            assert_ne!(saved, now);
        }
    }
    let shown = explained(&stage, "ada@example.org --from plan.json --show-values");
    let decision = "\nDecision: update: last_name [policy.update]\n  last_name: \"Archer\" -> \"Adler\"\n";
    assert!(shown.ends_with(decision), "{shown}");
    let hidden = stage.words("explain ada@example.org --from plan.json", &HIDE);
    assert!(
        hidden.contains("Decision: update: last_name") && !hidden.contains("Archer"),
        "{hidden}"
    );
    assert!(!hidden.contains("ada@"), "{hidden}");
    // Nothing happens to Bob.
    let bob = stage.run("explain bob@example.org --from plan.json");
    assert_eq!(bob.exit, 1);
    assert!(
        bob.err.starts_with(
            "error: `explain bob@example.org`: plan.json contains no change of this person or group\nhint: "
        ),
        "{bob:?}"
    );
}

/// A plan as data names what it contains: the person, the action, and the attributes.
#[test]
fn a_plan_as_data_is_read_too() {
    let stage = stage();
    let plan = stage.run("plan --format json --show-values");
    stage.write("plan.json", plan.out);
    let line = format!(
        "{}, users.csv:2, account <ada@example.org>: update\n  last_name",
        hex::encode("ada@example.org")
    );
    let told = explained(&stage, "ada@example.org --from plan.json");
    assert_eq!(told, format!("{line}\n"));
    let told = explained(&stage, "ada@example.org --from plan.json --show-values");
    assert_eq!(told, format!("{line}: \"Archer\" -> \"Adler\"\n"));
}

/// A report does not name the people whom a run changed; the undo file does.
#[test]
fn what_a_run_has_done_is_in_its_undo_file() {
    let stage = stage();
    let run = stage.run("sync --report report.json --undo-file undo.json");
    assert_eq!(run.exit, 0, "{run:?}");
    let report: Value = serde_json::from_str(&stage.read("report.json")).unwrap();
    assert_eq!(report["changes"]["update"]["applied"], 1);
    let none = stage.run("explain ada@example.org --from report.json");
    none.assert(
        1,
        "",
        "error: `explain ada@example.org`: report.json contains nothing about this person or group\n\
         hint: a report lists failed changes, rejected records and kept accounts; it only counts changes that succeeded: \
         look at the undo file of that run (`explain WHO --from UNDO_FILE`)\n",
    );
    let update = explained(&stage, "ada@example.org --from undo.json --show-values");
    assert!(
        update.ends_with("  last_name: \"Archer\" -> \"Adler\"\n"),
        "{update}"
    );
    // The account that the run created.
    let users = stage.zitadel.users();
    let cy = users
        .iter()
        .find(|user| user.username == "cy@example.org")
        .unwrap();
    let created = explained(&stage, &format!("{} --from undo.json", cy.id));
    assert!(created.contains("Record: users.csv:4 (csv)"), "{created}");
    assert!(
        created.ends_with("Decision: create: as the record says [policy.create]\n"),
        "{created}"
    );
}
