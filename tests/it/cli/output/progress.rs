//! How far a run is: told on a terminal alone.

use pty_process::blocking::Command;

use crate::auth::terminal::screen;
use crate::cli::stage::Stage;

/// What a person sees at a terminal, and the exit code.
fn seen(stage: &Stage, words: &str) -> (i32, String) {
    let (terminal, side_of_program) = pty_process::blocking::open().unwrap();
    let command = Command::new(env!("CARGO_BIN_EXE_directory-sync"))
        .env_clear()
        .env("TERM", "xterm")
        .current_dir(stage.path(""))
        .args(words.split(' '));
    let mut child = command.spawn(side_of_program).unwrap();
    let screen = screen(&terminal);
    let status = child.wait().unwrap();
    let bytes: Vec<u8> = screen.iter().collect();
    (status.code().unwrap_or(-1), String::from_utf8(bytes).unwrap())
}

/// A second source, and a warning while the first is read.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.configure(&(stage.config() + "  guests:\n    kind: csv\n    file_path: guests.csv\n"));
    stage.write(
        "guests.csv",
        "email,first_name,last_name,phone\ncy@example.org,Cy,Clark,\n",
    );
    stage
}

#[test]
fn a_terminal_shows_what_is_read() {
    let stage = stage();
    let (exit, seen) = seen(&stage, "plan --color never");
    assert_eq!(exit, 0, "{seen}");
    for line in [
        "Reading: csv 2 records, guests 1 records",
        "Reading: zitadel 2 accounts",
    ] {
        assert!(seen.contains(line), "{line}: {seen:?}");
    }
    // The line is taken away before anything else is printed.
    let (_, rest) = seen.rsplit_once("Reading: ").unwrap();
    let (line, rest) = rest.split_once("\u{1b}[2K").unwrap_or((rest, ""));
    assert!(line.contains("accounts") && rest.contains("+ create"), "{seen:?}");
}

/// A log line does not start after the progress line.
#[test]
fn a_log_line_has_a_line_of_its_own() {
    let stage = stage();
    let (exit, seen) = seen(&stage, "plan --color never -vv");
    assert_eq!(exit, 0, "{seen}");
    for line in seen.split(['\n', '\r']).filter(|line| line.contains("Reading: ")) {
        assert!(!line.contains("DEBUG") && !line.contains("TRACE"), "{line:?}");
    }
    assert!(seen.contains("DEBUG"), "{seen:?}");
}

#[test]
fn elsewhere_nothing_is_shown() {
    let stage = stage();
    for words in ["plan", "users", "plan --log-format json"] {
        let run = stage.run(words);
        assert!(
            run.exit == 0 && !run.err.contains("Reading") && !run.out.contains("Reading"),
            "{run:?}"
        );
    }
}
