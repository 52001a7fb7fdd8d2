//! A person at a terminal sees whom a run concerns, and is asked before anything is changed.

use std::io::Write as _;

use pty_process::blocking::Command;

use crate::auth::terminal::{screen, until};
use crate::safety::lab::{Lab, finish, staff};

/// The output for a person who answers the question. Without an answer, no question is expected.
fn answered(lab: &Lab, command: &str, answer: Option<&str>) -> (i32, String) {
    let (mut terminal, side_of_program) = pty_process::blocking::open().unwrap();
    let command = Command::new(env!("CARGO_BIN_EXE_directory-sync"))
        .env_clear()
        .env("NO_COLOR", "1")
        .current_dir(lab.path(""))
        .args(command.split(' '))
        .args(["-c", "config.yaml"]);
    let mut child = command.spawn(side_of_program).unwrap();
    let screen = screen(&terminal);
    let mut seen = Vec::new();
    if let Some(answer) = answer {
        seen = until(&screen, "[y/N] ");
        terminal.write_all(format!("{answer}\n").as_bytes()).unwrap();
    }
    let status = child.wait().unwrap();
    seen.extend(screen.iter());
    (status.code().unwrap_or(-1), String::from_utf8(seen).unwrap())
}

#[test]
fn a_run_on_a_terminal_asks_before_it_changes_anything() {
    let lab = Lab::csv(&staff(2));
    for answer in ["", "n", "yep"] {
        let (exit, seen) = answered(&lab, "sync --metrics-file last.prom", Some(answer));
        assert!(seen.contains("Apply these 2 changes? [y/N] "), "{seen}");
        assert!(seen.contains("error: the changes were not confirmed"), "{seen}");
        assert_eq!((exit, lab.zitadel.writes().len()), (1, 0), "{seen}");
        // Metrics must not show it as a failure.
        assert!(!lab.path("last.prom").exists());
    }
    // The person at the terminal may see the names.
    assert!(
        answered(&lab, "plan", None)
            .1
            .contains("+ create  Ada Test (ada@example.com)"),
        "{}",
        answered(&lab, "plan", None).1
    );
    let (exit, seen) = answered(&lab, "sync", Some("y"));
    assert!(seen.contains("Done: 2 created"), "{seen}");
    assert_eq!((exit, lab.names().len()), (0, 2), "{seen}");
}

#[test]
fn yes_is_an_answer_in_advance() {
    let lab = Lab::csv(&staff(2));
    let (exit, seen) = answered(&lab, "sync --yes", None);
    assert!(
        seen.contains("Done: 2 created") && !seen.contains("[y/N]"),
        "{seen}"
    );
    assert_eq!(exit, 0, "{seen}");
    // Nothing to do is no question.
    assert!(answered(&lab, "sync", None).1.contains("in sync"));
}

/// In a file, names are hidden, and no question is asked.
#[test]
fn no_person_is_named_where_no_person_reads_along() {
    let lab = Lab::csv(&staff(2));
    let mut command = lab.command("sync --report report.json");
    command.env("DIRECTORY_SYNC__OUTPUT__NAMES", "auto");
    finish(command).exits(0).says("  + create  #");
    let report = std::fs::read_to_string(lab.path("report.json")).unwrap();
    for name in lab.names() {
        assert!(
            !report.contains(&name) && !report.contains(&hex::encode(&name)),
            "{report}"
        );
    }
}
