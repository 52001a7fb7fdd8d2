//! `explain`, and outputs without names.

mod accounts;
mod saved;

use serde_json::Value;

use super::stage::Stage;

const HIDE: [(&str, &str); 1] = [("DIRECTORY_SYNC__OUTPUT__NAMES", "auto")];

/// Two people without changes, a new one, one with another name, and one whom no source contains.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy,Clark,\n,No,Address,\n");
    stage.add_account("dan@example.org", "Dan", "Dent");
    stage.reconfigure(
        "    file_path: users.csv\n",
        "    file_path: users.csv\npolicy: {absent: delete}\n",
    );
    stage
}

fn decision(stage: &Stage, who: &str) -> String {
    let run = stage.run(&format!("explain {who}"));
    assert_eq!((run.exit, run.err.as_str()), (0, ""), "{run:?}");
    let decision = run.out.lines().rfind(|line| line.starts_with("Decision: "));
    decision.unwrap_or_default().to_owned()
}

#[test]
fn one_person_is_shown_from_the_record_to_the_decision() {
    let stage = stage();
    stage.write(
        "users.csv",
        "email,first_name,last_name,phone\nada@example.org,Ada,Adler,\n",
    );
    let run = stage.run("explain ADA@example.org --show-values");
    let expected = "\
ADA@example.org at organization ORGANIZATION at ZITADEL

Record: users.csv:2 (csv), active, external id 616461406578616d706c652e6f7267
  first_name (from `first_name`): \"Ada\"
  last_name (from `last_name`): \"Adler\"
  email (from `email`): \"ada@example.org\"
  phone (from `phone`): none
  preferred_language (from `preferred_language`): none
  preferred_username: \"ada@example.org\"
  localpart (from `localpart`): none
  roles: \"User\"

Account: <ada@example.org>, Ada Archer (ada@example.org), active, external id 616461406578616d706c652e6f7267
  it has the external id of the record; managed by this tool

Decision: update: last_name [policy.update]
  last_name: \"Archer\" -> \"Adler\"
";
    assert_eq!(run.out, expected, "{}", run.err);
    stage.assert_untouched();
}

#[test]
fn each_decision_names_its_rule() {
    let stage = stage();
    for (who, expected) in [
        (
            "ada@example.org",
            "Decision: nothing: the account is as the record says",
        ),
        (
            "cy@example.org",
            "Decision: create: as the record says [policy.create]",
        ),
        (
            "dan@example.org",
            "Decision: nothing: account <dan@example.org> is skipped: no source proves that its person is absent",
        ),
        (
            "users.csv:5",
            "Decision: nothing: the record was rejected, so no account is created, changed or removed because of it",
        ),
    ] {
        assert_eq!(decision(&stage, who), expected, "{who}");
    }
    let nobody = stage.run("explain eve@example.org");
    assert_eq!(nobody.exit, 1);
    assert!(
        nobody.err.starts_with(
            "error: `explain eve@example.org`: there is no such record and no such account\nhint: "
        ),
        "{nobody:?}"
    );
}

#[test]
fn a_hash_of_an_output_names_a_person_again() {
    let stage = stage();
    let hidden = stage.run_with("plan --report report.json", &HIDE);
    assert_eq!(hidden.exit, 1, "{hidden:?}");
    let line = hidden.out.lines().find(|line| line.contains("+ create")).unwrap();
    let hash = line
        .split_whitespace()
        .find(|word| word.starts_with('#'))
        .unwrap();
    for text in [&hidden.out, &stage.read("report.json")] {
        assert!(!text.contains("example.org") && !text.contains("Clark"), "{text}");
        assert!(!text.contains("6379406578616d"), "{text}");
    }
    let run = stage.run(&format!("explain {hash}"));
    assert!(run.out.contains("Record: users.csv:4 (csv), active"), "{run:?}");
    // A report says so too, whether it hides the id or not.
    for variables in [&HIDE[..], &[("DIRECTORY_SYNC__OUTPUT__NAMES", "show")]] {
        stage.run_with("plan --report report.json", variables);
        let report: Value = serde_json::from_str(&stage.read("report.json")).unwrap();
        assert_eq!(report["rejected"][0]["at"], "users.csv:5");
        let found = stage.run("explain dan@example.org --from report.json");
        assert!(found.out.starts_with("kept_accounts: "), "{found:?}");
        // What the report hides is not hidden a second time.
        let found = stage.run_with("explain dan@example.org --from report.json", &HIDE);
        let id = report["kept_accounts"][0]["id"].as_str().unwrap();
        assert_eq!(found.out.contains(id), id.starts_with('#'), "{id}: {found:?}");
    }
    let other = stage.run("explain dan@example.org --from config.yaml");
    assert_eq!(other.exit, 2, "{other:?}");
}

/// A long plan is shortened, unless all or none of it is requested.
#[test]
fn a_long_plan_is_cut_after_ten_of_each_kind() {
    let stage = Stage::new();
    let rows: String = (0..51)
        .map(|number| format!("p{number:02}@example.org,P{number:02},Person,\n"))
        .collect::<Vec<_>>()
        .concat();
    stage.add_rows(&rows);
    let lines = |arguments: &str| {
        let run = stage.run(arguments);
        run.out.lines().filter(|line| line.contains("+ create  ")).count()
    };
    assert_eq!(
        (lines("plan"), lines("plan --all"), lines("plan --summary")),
        (10, 51, 0)
    );
    let run = stage.run("plan");
    assert!(
        run.out
            .contains("\n    … and 41 more to create; `--all` shows them\n"),
        "{run:?}"
    );
}

#[test]
fn colours_come_when_they_are_asked_for() {
    let stage = stage();
    stage.write("users.csv", super::stage::PEOPLE);
    let removal = "  \u{1b}[1m\u{1b}[31m- delete  Dan Dent (dan@example.org)";
    let coloured = stage.words("plan --color always", &[]);
    assert!(coloured.contains(removal), "{coloured:?}");
    assert!(!stage.words("plan", &[]).contains('\u{1b}'));
}

/// Names on the command line are hidden in a log, like all others.
#[test]
fn a_name_on_the_command_line_is_hidden_too() {
    let stage = stage();
    for command in [
        "plan --only eve@example.org",
        "explain eve@example.org",
        "explain cy@example.org",
    ] {
        let told = stage.words(command, &HIDE);
        assert!(
            told.contains('#') && !told.contains("@example.org"),
            "{command}: {told}"
        );
    }
}
