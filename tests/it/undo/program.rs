//! What an administrator sees and does, with the real program.

mod files;
mod values;

use std::fs;

use serde_json::Value as Json;
use testkit::people::Person;
use testkit::zitadel::{Fault, FaultKind, UserView};

use crate::crash::accounts::everything;
use crate::safety::lab::{Lab, Run, mode, staff};

/// Twelve people have accounts; since then Ada has another name, Ben has left, and Zoe is new.
fn changed() -> Lab {
    let lab = Lab::csv(&staff(12));
    lab.run("sync").exits(0);
    lab.configure("policy: {absent: delete}\n");
    let mut people = staff(12);
    people[0] = Person::new("ada", "Ada", "Lovelace");
    people[1] = Person::new("zoe", "Zoe", "Test");
    lab.people(&people);
    lab.zitadel.reset_counts();
    lab
}

fn account(lab: &Lab, uid: &str) -> UserView {
    lab.account(&Person::new(uid, "", "").email)
}

fn token(run: &Run) -> String {
    let (_, rest) = run.err.split_once("--approve ").expect("a token is offered");
    let is_token = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    rest.chars().take_while(|c| is_token(*c)).collect()
}

#[test]
fn an_undo_file_says_how_everything_was_and_what_cannot_be_undone() {
    let lab = changed();
    let before = everything(&lab.zitadel);
    let ben = account(&lab, "ben").id;
    // A dry run says so too, and writes nothing.
    lab.run("sync --dry-run --undo-file undo.json")
        .exits(0)
        .says("cannot be undone: 1 account: the account's id, password");
    assert!(!lab.path("undo.json").exists());
    lab.run("sync --undo-file undo.json --report report.json")
        .exits(0)
        .says("1 created, 1 updated, 1 deleted")
        .says("cannot be undone: 1 account: the account's id, password")
        .says("`directory-sync undo undo.json` undoes this run");
    assert_eq!(mode(&lab.path("undo.json")), 0o600);
    let (file, report) = (lab.json("undo.json"), lab.json("report.json"));
    assert_eq!(file["schema"], "directory-sync/undo/2");
    assert_eq!(file["run"], "sync");
    assert!(file["ended"].is_string());
    assert_eq!(file["cannot_be_undone"][0]["account"], ben.as_str());
    assert_eq!(report["cannot_be_undone"], file["cannot_be_undone"]);
    assert_eq!(report["undo_file"], "undo.json");
    lab.zitadel.reset_counts();
    lab.run("undo undo.json --dry-run --report report.json")
        .exits(0)
        .says("undo (dry run)")
        .says("Plan: 1 to create, 1 to update, 1 to delete; 0 unchanged")
        .says("cannot be undone: 1 account: the account is recreated with another id, without password")
        .says("Next: correct the configuration or the source before the next sync");
    let report = lab.json("report.json");
    assert_eq!(report["outcome"], "planned");
    assert_eq!(report["cannot_be_undone"][1]["account"], ben.as_str());
    assert!(
        report["hint"]
            .as_str()
            .unwrap()
            .starts_with("correct the configuration")
    );
    assert_eq!(lab.zitadel.writes(), []);
    lab.run("undo undo.json --dry-run --detailed-exit-code").exits(10);
    let plan = lab.run("undo undo.json --dry-run --format json").exits(0).out;
    let plan: Json = serde_json::from_str(plan.lines().next().unwrap()).unwrap();
    assert_eq!(plan["schema"], "directory-sync/plan-view/1");
    lab.run("undo undo.json --show-values")
        .exits(0)
        .says("last_name: \"Lovelace\" -> \"Test\"")
        .says("Done: 1 created, 1 updated, 1 deleted");
    assert_eq!(everything(&lab.zitadel), before);
    assert_ne!(account(&lab, "ben").id, ben);
    lab.zitadel.reset_counts();
    lab.run("undo undo.json")
        .exits(0)
        .says("Plan: nothing to change; 3 unchanged");
    lab.run("undo undo.json --dry-run --detailed-exit-code").exits(0);
    assert_eq!(lab.zitadel.writes(), []);
}

/// Values that were changed since stay; the rest is undone.
#[test]
fn an_account_that_was_changed_since_is_left_alone() {
    let lab = changed();
    lab.run("sync --undo-file undo.json").exits(0);
    // Ada marries, Zoe gets a phone, and an administrator creates Ben's account by hand. Cleo's other name does not
    // matter.
    let mut people = staff(12);
    people[0] = Person::new("ada", "Ada", "King");
    people[1] = Person::new("zoe", "Zoe", "Tested");
    lab.people(&people);
    lab.run("sync").exits(0);
    lab.zitadel.add_user(testkit::zitadel::UserSeed {
        email: Person::new("ben", "", "").email,
        given_name: "Benjamin".to_owned(),
        ..testkit::zitadel::UserSeed::default()
    });
    lab.zitadel.reset_counts();
    lab.run("undo undo.json --report report.json")
        .exits(1)
        .says("changed by others since the run")
        .says(": not undone: another account has its id or login name now")
        .says("Next: fix the failures listed above");
    assert_eq!(lab.zitadel.writes(), []);
    assert_eq!(lab.json("report.json")["failures"].as_array().unwrap().len(), 3);
    assert_eq!(account(&lab, "ada").family_name, "King");
    // What is right again is undone.
    people[0] = Person::new("ada", "Ada", "Lovelace");
    lab.people(&people);
    lab.run("sync").exits(0);
    lab.run("undo undo.json").exits(1).says("1 updated");
    assert_eq!(account(&lab, "ada").family_name, "Test");
}

/// A run that took a login name may be wrong, and so may its undo.
#[test]
fn an_undo_passes_the_same_guard() {
    let lab = Lab::csv(&staff(12));
    lab.run("sync --undo-file undo.json").exits(0);
    lab.zitadel.reset_counts();
    let refused = lab
        .run("undo undo.json")
        .exits(4)
        .says("12 of 12 accounts (100.0 %) would be removed; `guard.max_removals` is 10 %");
    assert_eq!(lab.zitadel.writes(), []);
    lab.run("undo undo.json --dry-run").exits(4);
    let token = token(&refused);
    lab.configure("guard: {protected: [ada@example.com]}\n");
    lab.run(&format!("undo undo.json --approve {token}")).exits(4);
    lab.configure("");
    lab.run(&format!("undo undo.json --approve {token}"))
        .exits(0)
        .says("12 deleted");
    assert_eq!(lab.names(), Vec::<String>::new());
}

/// Good for its target, organization, project and role; the rest of the configuration may have been the mistake.
#[test]
fn an_undo_file_is_good_for_its_organization_whatever_the_rest_of_the_configuration() {
    let lab = changed();
    lab.run("sync --undo-file undo.json").exits(0);
    let text = fs::read_to_string(lab.path("undo.json")).unwrap();
    let (organization, project) = (lab.zitadel.organization_id(), lab.zitadel.project_id());
    for (from, to, said) in [
        (organization.as_str(), "1", "it is for organization 1 at"),
        (project.as_str(), "2", "its run gave roles of project 2"),
        (
            "undo/2",
            "undo/1",
            "it was written by an earlier version of directory-sync: its schema is `directory-sync/undo/1`",
        ),
        (
            "undo/2",
            "undo/1",
            "undo that run with the version that wrote the file",
        ),
        ("undo/2", "undo/3", "it has the schema \"directory-sync/undo/3\""),
        ("\"changes\": [", "\"changes\": [7,", "invalid type: integer `7`"),
        (
            "\"Lovelace\"",
            "\"\"",
            "change 3: `last_name` has an empty value, or several",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(lab.path("other.json"), text.replacen(from, to, 1)).unwrap();
        lab.run("undo other.json")
            .exits(2)
            .says("cannot use the undo file other.json")
            .says(said);
    }
    fs::write(lab.path("half.json"), &text[..text.len() / 2]).unwrap();
    lab.run("undo half.json")
        .exits(2)
        .says("too early: it was truncated, or not written completely");
    lab.run("undo missing.json")
        .exits(2)
        .says("name a file that `--undo-file` wrote");
    lab.run("plan --out plan.json").exits(0);
    lab.run("undo plan.json").exits(2);
    lab.configure(
        "feature_flags: [verify_email]\npolicy: {absent: keep, update: false}\nguard: {max_missing: 3%}\n",
    );
    lab.run("undo undo.json")
        .exits(0)
        .says("1 created, 1 updated, 1 deleted");
    assert_eq!(lab.zitadel.codes(), []);
}

#[test]
fn a_plan_from_a_file_and_links_can_be_undone_too() {
    let lab = changed();
    let before = everything(&lab.zitadel);
    lab.run("plan --out plan.json").exits(0);
    lab.run("apply plan.json --undo-file undo.json").exits(0);
    assert_eq!(lab.json("undo.json")["run"], "apply");
    lab.run("undo undo.json --undo-file redo.json").exits(0);
    assert_eq!(everything(&lab.zitadel), before);
    lab.run("undo redo.json").exits(0);
    assert_eq!(account(&lab, "ada").family_name, "Lovelace");

    let lab = Lab::csv(&staff(2));
    for person in staff(2) {
        lab.zitadel.add_user(testkit::zitadel::UserSeed {
            email: person.email,
            given_name: "By".to_owned(),
            family_name: "Hand".to_owned(),
            nick_name: "Addi".to_owned(),
            ..testkit::zitadel::UserSeed::default()
        });
    }
    let before = everything(&lab.zitadel);
    lab.configure("guard: {max_adoptions_renaming: 2}\n");
    lab.run("sync --undo-file undo.json").exits(0).says("2 adopted");
    lab.run("undo undo.json").exits(4);
    lab.configure("guard: {max_removals: 2}\n");
    lab.run("undo undo.json").exits(0).says("2 updated");
    assert_eq!(everything(&lab.zitadel), before);
}

/// An account that appears while a run creates accounts is not in the undo file.
#[test]
fn no_person_is_taken_over_who_is_not_in_the_undo_file() {
    let late = |arguments: &str| {
        let lab = Lab::csv(&[]);
        lab.people(&[Person::new("zoe", "Zoe", "Test")]);
        // The list of accounts is older than this one; what is asked afterwards is not.
        lab.zitadel
            .freeze_projection_for(testkit::zitadel::ReadSide::Users, 1);
        lab.zitadel.add_user(testkit::zitadel::UserSeed {
            email: Person::new("zoe", "", "").email,
            ..testkit::zitadel::UserSeed::default()
        });
        let run = lab.run(arguments);
        (lab, run)
    };
    let (_, without) = late("sync");
    without.exits(0).says("had the login name and was adopted");
    let (lab, with) = late("sync --undo-file undo.json");
    with.exits(1).says("failed: create");
    lab.run("sync --undo-file undo.json").exits(0).says("1 adopted");
}
