//! What an administrator sees and does, with the real program.

use std::fs;

use serde_json::Value as Json;
use testkit::people::Person;
use testkit::zitadel::{Fault, FaultKind, UserView};

use crate::crash::world::everything;
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
        .says("`directory-sync undo undo.json` takes this run back");
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
        .says("cannot be undone: 1 account: the account is made again under another id, without password")
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

/// One name in a crontab is enough: nothing that could still be needed is lost.
#[test]
fn an_earlier_undo_file_is_kept_and_a_foreign_file_is_not_replaced() {
    let lab = changed();
    lab.configure("policy: {absent: delete}\nguard: {max_removals: 2}\n");
    lab.run("sync --undo-file undo.json").exits(0);
    let first = fs::read(lab.path("undo.json")).unwrap();
    lab.run("sync --undo-file undo.json").exits(0).says("in sync");
    assert_eq!(fs::read(lab.path("undo.json")).unwrap(), first);
    for round in 0..11 {
        lab.people(&staff(11 + round % 2));
        lab.run("sync --undo-file undo.json --approve-file none").exits(0);
        if round == 0 {
            assert_eq!(fs::read(lab.path("undo.json.1")).unwrap(), first);
        }
    }
    assert!(lab.path("undo.json.9").exists());
    assert!(!lab.path("undo.json.10").exists());
    assert_eq!(mode(&lab.path("undo.json.9")), 0o600);

    fs::write(lab.path("notes.txt"), "do not lose me\n").unwrap();
    lab.people(&staff(11));
    lab.zitadel.reset_counts();
    for arguments in [
        "sync --undo-file notes.txt",
        "sync --dry-run --undo-file notes.txt",
    ] {
        lab.run(arguments)
            .exits(2)
            .says("cannot write the undo file notes.txt: what stands at notes.txt is no undo file");
    }
    lab.run("sync --undo-file missing/undo.json").exits(2);
    assert_eq!(lab.zitadel.requests(), 0);
    assert_eq!(
        fs::read_to_string(lab.path("notes.txt")).unwrap(),
        "do not lose me\n"
    );

    fs::create_dir(lab.path("undo")).unwrap();
    for count in [12, 11, 12] {
        lab.people(&staff(count));
        lab.run("sync --undo-file undo").exits(0);
    }
    let files = fs::read_dir(lab.path("undo")).unwrap().count();
    assert_eq!(files, 3);
    let left = fs::read_dir(lab.path("")).unwrap();
    let mut left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(!left.any(|name| name.contains(".tmp")));
}

/// What somebody has changed since is theirs; the rest is undone.
#[test]
fn an_account_that_somebody_has_changed_since_is_left_alone() {
    let lab = changed();
    lab.run("sync --undo-file undo.json").exits(0);
    // Ada marries, Zoe gets a phone, and somebody makes Ben's account by hand. Cleo's other name is nobody's business.
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
        .says("somebody has changed since what the run wrote")
        .says(": not taken back: another account carries its id or login name since")
        .says("Next: look into the failures above");
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

/// A run that took somebody's login name may be the wrong one, and so may its undo.
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
        .says("within something: it was cut, or not written to its end");
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

/// Whoever turns up while a run makes accounts was not there when the undo file was written.
#[test]
fn nobody_is_taken_over_who_is_not_in_the_undo_file() {
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

/// Without the file nothing is changed.
#[test]
fn a_run_whose_undo_file_cannot_be_written_changes_nothing() {
    let lab = changed();
    let links = format!("/v2/users/{}/links", account(&lab, "ben").id);
    lab.zitadel
        .inject(Fault::once("POST", &links, FaultKind::status(403)));
    lab.run("sync --undo-file undo.json").exits(3);
    assert_eq!(lab.zitadel.writes(), []);
    assert!(!lab.path("undo.json").exists());
}

/// An option that would be passed over in silence is a mistake.
#[test]
fn an_option_without_use_is_refused() {
    let lab = changed();
    for (arguments, said) in [
        ("plan --undo-file f", "`--undo-file` has no use with `plan`"),
        ("plan --verify", "`--verify` has no use with `plan`"),
        ("check --verify", "`--verify` has no use with `check`"),
        ("undo --verify f", "`--verify` has no use with `undo`"),
        ("check --undo-file f", "`--undo-file` has no use with `check`"),
        ("users --undo-file f", "`--undo-file` has no use with `users`"),
        ("check --report f", "`--report` has no use with `check`"),
        ("users --report f", "`--report` has no use with `users`"),
        ("undo f --detailed-exit-code", "--dry-run"),
    ] {
        lab.run(arguments).exits(2).says(said);
        assert!(!lab.path("f").exists());
    }
    assert_eq!(lab.zitadel.requests(), 0);
}

/// A note that somebody is missing goes back by the run that is undone, and a later one is left alone.
#[test]
fn a_note_of_an_absence_is_taken_back() {
    let lab = Lab::csv(&staff(12));
    lab.run("sync").exits(0);
    lab.configure("policy: {absent: delete, grace: {runs: 5}}\n");
    let before = everything(&lab.zitadel);
    lab.people(&staff(11));
    lab.run("sync --undo-file first.json").exits(0);
    let first = everything(&lab.zitadel);
    assert_ne!(first, before);
    lab.run("sync --undo-file second.json").exits(0);
    let second = everything(&lab.zitadel);
    lab.zitadel.reset_counts();
    lab.run("undo first.json").exits(0).says("nothing to change");
    assert_eq!(lab.zitadel.writes(), []);
    lab.run("undo second.json --undo-file redo.json").exits(0);
    assert_eq!(everything(&lab.zitadel), first);
    lab.run("undo redo.json").exits(0);
    assert_eq!(everything(&lab.zitadel), second);
    lab.run("undo second.json").exits(0);
    lab.run("undo first.json").exits(0);
    assert_eq!(everything(&lab.zitadel), before);
    // Who is back has no note any more, and none comes back.
    lab.run("sync").exits(0);
    lab.people(&staff(12));
    lab.run("sync --undo-file undo.json")
        .exits(0)
        .says("cannot be undone: 1 account: since when its person was missing");
    lab.run("undo undo.json").exits(0).says("nothing to change");
    assert_eq!(everything(&lab.zitadel), before);
}

/// Roles go back where they were, also those that no group gives any more. What the run gave is taken back in any case; what
/// it took is given back only if the configuration names it at all.
#[test]
fn roles_go_back_that_the_configuration_still_names() {
    let lab = Lab::ldap(&staff(3));
    let member = |uid: &str| Person::new(uid, "", "").dn();
    lab.slapd().change(&format!(
        "dn: cn=admins,{}\nchangetype: add\nobjectClass: groupOfNames\ncn: admins\nmember: {}\n",
        testkit::slapd::Slapd::BASE_DN,
        member("ada"),
    ));
    lab.configure_source(
        &format!(
            "    entitlements:\n      - role: Admin\n        group: cn=admins,{}\n",
            testkit::slapd::Slapd::BASE_DN
        ),
        "",
    );
    let config = fs::read_to_string(lab.path("config.yaml")).unwrap();
    let owned = config.replacen("zitadel:\n", "zitadel:\n  owned_roles: [Admin]\n", 1);
    fs::write(lab.path("config.yaml"), owned).unwrap();
    lab.run("sync").exits(0);
    // In a grant they are in no order.
    let roles = |uid: &str| {
        let mut roles = lab.account(uid).grants.remove(0).roles;
        roles.sort();
        roles
    };
    assert_eq!(
        (roles("ada"), roles("ben").len()),
        (vec!["Admin".to_owned(), "User".to_owned()], 1)
    );
    lab.slapd().change(&format!(
        "dn: cn=admins,{}\nchangetype: modify\nreplace: member\nmember: {}\n",
        testkit::slapd::Slapd::BASE_DN,
        member("ben"),
    ));
    lab.run("sync --undo-file undo.json").exits(0).says("2 updated");
    assert_eq!((roles("ada").len(), roles("ben").len()), (1, 2));
    lab.configure("");
    lab.run("undo undo.json --report report.json --undo-file back.json")
        .exits(0)
        .says("role -Admin")
        .does_not_say("role +Admin")
        .says("cannot be undone: 1 account: the role `Admin`, which the configuration does not name: if it is right, name it in")
        .says("`zitadel.owned_roles`, and undo again");
    assert_eq!((roles("ada").len(), roles("ben").len()), (1, 1));
    // An undo of the undo needs to know what the run knew, not what the configuration says by now.
    assert_eq!(
        lab.json("back.json")["binding"]["facts"]["roles"],
        serde_json::json!(["Admin", "User"])
    );
    let lost = lab.json("report.json")["cannot_be_undone"].clone();
    assert_eq!(lost[0]["account"], lab.account("ada").id.as_str());
    let config = fs::read_to_string(lab.path("config.yaml")).unwrap();
    let owned = config.replacen("zitadel:\n", "zitadel:\n  owned_roles: [Admin]\n", 1);
    fs::write(lab.path("config.yaml"), owned).unwrap();
    lab.run("undo undo.json")
        .exits(0)
        .says("role +Admin")
        .does_not_say("role -Admin");
    assert_eq!((roles("ada").len(), roles("ben").len()), (2, 1));
}

/// An account that the run made is deleted only as the run made it, to the last value that it wrote.
#[test]
fn an_account_that_was_made_and_has_changed_since_stays() {
    let lab = Lab::ldap(&staff(12));
    lab.run("sync").exits(0);
    for uid in ["xara", "yves", "zoe"] {
        lab.slapd().add(&Person::new(uid, uid, "Test"));
    }
    lab.run("sync --undo-file undo.json").exits(0).says("3 created");
    lab.slapd()
        .replace(&Person::new("xara", "", "").dn(), "displayName", &["X."]);
    lab.disable("yves");
    lab.configure("policy: {disabled: deactivate}\n");
    lab.run("sync").exits(0).says("1 updated, 1 disabled");
    lab.run("undo undo.json")
        .exits(1)
        .says("1 deleted; 2 failed")
        .says("somebody has changed since what the run wrote");
    assert_eq!(lab.names().len(), 14);
    assert_eq!(lab.account("xara").metadata["preferred_username"], "X.");
}

/// The report of the run before must not pass for that of one that could not start.
#[test]
fn a_run_that_cannot_use_its_files_reports_so() {
    let lab = changed();
    fs::write(lab.path("notes.txt"), "do not lose me\n").unwrap();
    for (arguments, said) in [
        ("undo notes.txt", "cannot use the undo file notes.txt"),
        ("apply notes.txt", "cannot use the plan notes.txt"),
        (
            "sync --undo-file notes.txt",
            "cannot write the undo file notes.txt",
        ),
    ] {
        fs::write(
            lab.path("report.json"),
            "{\"schema\": \"directory-sync/report/1\"}",
        )
        .unwrap();
        lab.run(&format!("{arguments} --report report.json")).exits(2);
        let report = lab.json("report.json");
        assert_eq!(
            (&report["outcome"], &report["exit_code"]),
            (&"failed".into(), &2.into())
        );
        let error = report["error"].as_str().unwrap();
        assert!(error.starts_with(said), "{error}");
    }
}

/// Nobody's name is printed because somebody edited the file.
#[test]
fn a_spoilt_file_is_refused_without_its_texts() {
    let lab = changed();
    lab.run("sync --undo-file undo.json").exits(0);
    lab.run("undo undo.json").exits(0);
    lab.run("plan --out plan.json").exits(0);
    for (name, command) in [("undo.json", "undo"), ("plan.json", "apply")] {
        let mut file = lab.json(name);
        file["changes"] = "Ada \"Lovelace\"".into();
        fs::write(lab.path(name), file.to_string()).unwrap();
        lab.run(&format!("{command} {name}"))
            .exits(2)
            .says("invalid type: string \"…\", expected a sequence at line 1")
            .does_not_say("Lovelace");
    }
}

/// Columns of the configuration are attributes like any other.
#[test]
fn further_attributes_are_taken_back() {
    let lab = Lab::csv(&[]);
    let plain = std::fs::read_to_string(lab.path("config.yaml")).unwrap();
    let keys = "zitadel:\n  metadata_attributes: {department: Department, room: room}\n";
    fs::write(lab.path("config.yaml"), plain.replacen("zitadel:\n", keys, 1)).unwrap();
    let people = |rows: &str| {
        let header = "email,first_name,last_name,phone,preferred_language,department,room\n";
        fs::write(lab.path("users.csv"), format!("{header}{rows}")).unwrap();
    };
    people("ada@example.org,Ada,Test,,de,17,\nben@example.org,Ben,Test,,,18,4\n");
    lab.run("sync").exits(0).says("2 created");
    let before = everything(&lab.zitadel);
    people("ada@example.org,Ada,Test,,fr_CH,,5\nben@example.org,Ben,Test,,en,18,\n");
    lab.run("sync --undo-file undo.json").exits(0).says("2 updated");
    let shown = |email: &str| {
        let account = lab.account(email);
        let held = |key: &str| account.metadata.get(key).cloned();
        (account.language.clone(), held("Department"), held("room"))
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(shown("ada@example.org"), ("fr-CH".to_owned(), None, text("5")));
    assert_eq!(shown("ben@example.org"), ("en".to_owned(), text("18"), None));
    lab.run("sync").exits(0).says("nothing to change");
    lab.run("undo undo.json").exits(0).says("2 updated");
    assert_eq!(everything(&lab.zitadel), before);
}
