//! Undo files that cannot be written or read.

use super::*;

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
            .says("cannot write the undo file notes.txt: notes.txt is no undo file");
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
        ("plan --undo-file f", "`--undo-file` cannot be used with `plan`"),
        ("plan --verify", "`--verify` cannot be used with `plan`"),
        ("check --verify", "`--verify` cannot be used with `check`"),
        ("undo --verify f", "`--verify` cannot be used with `undo`"),
        ("check --undo-file f", "`--undo-file` cannot be used with `check`"),
        ("users --undo-file f", "`--undo-file` cannot be used with `users`"),
        ("check --report f", "`--report` cannot be used with `check`"),
        ("users --report f", "`--report` cannot be used with `users`"),
        ("undo f --detailed-exit-code", "--dry-run"),
    ] {
        lab.run(arguments).exits(2).says(said);
        assert!(!lab.path("f").exists());
    }
    assert_eq!(lab.zitadel.requests(), 0);
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

/// A manipulated file does not lead to names in messages.
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
