//! Lines on a terminal end at its last column. Elsewhere they are whole.

use pty_process::Size;
use pty_process::blocking::Command;

use crate::auth::terminal::screen;
use crate::cli::stage::Stage;

/// All that a person sees at a terminal of this width, without lines about progress.
fn seen(stage: &Stage, words: &str, columns: u16) -> String {
    let (terminal, side_of_program) = pty_process::blocking::open().unwrap();
    terminal.resize(Size::new(24, columns)).unwrap();
    let command = Command::new(env!("CARGO_BIN_EXE_directory-sync"))
        .env_clear()
        .env("TERM", "xterm")
        .env("NO_COLOR", "1")
        .current_dir(stage.path(""))
        .args(words.split(' '));
    let mut child = command.spawn(side_of_program).unwrap();
    let screen = screen(&terminal);
    child.wait().unwrap();
    let bytes: Vec<u8> = screen.iter().collect();
    let text = String::from_utf8(bytes).unwrap().replace("\r\n", "\n");
    let lines = text.lines().map(|line| {
        let (_, line) = line.rsplit_once("\u{1b}[2K").unwrap_or(("", line));
        format!("{}\n", line.trim_start_matches('\r'))
    });
    lines.collect()
}

/// Plans with changes and a warning. Without more rows they are refused; a rejected one keeps all accounts.
fn stage(rows: &str) -> Stage {
    let stage = Stage::new();
    stage.reconfigure("sources:\n", "policy: {absent: delete}\nsources:\n");
    stage.add_account("dan@example.org", "Dan", "Dent");
    stage.add_account("eve@example.org", "Eve", "Eden");
    stage.add_account("fay@example.org", "Fay", "Fox");
    stage.add_rows(&format!("cy@example.org,Cy,Clark,no number\n{rows}"));
    stage.write(
        "other.yaml",
        format!("{}policy: {{create: false}}\n", stage.config()),
    );
    stage
}

const REJECTED: &str = "no-address,No,Address,\n";

/// The words of a text, without times.
fn words(text: &str) -> Vec<&str> {
    let is_same = |word: &&str| !word.contains(':') && !word.ends_with(',') && word.parse::<f64>().is_err();
    text.split_whitespace().filter(is_same).collect()
}

fn assert_narrow(seen: &str, columns: usize) {
    for line in seen.lines() {
        let is_whole = line.split_whitespace().count() <= 1 || line.contains('`');
        assert!(line.chars().count() <= columns || is_whole, "{line:?} in {seen}");
    }
}

#[test]
fn every_line_fits_the_terminal() {
    let (refused, rejected) = (stage(""), stage(REJECTED));
    for (stage, command) in [
        (&refused, "plan"),
        (&rejected, "plan"),
        (&refused, "plan --show-values"),
        (&refused, "sync --dry-run --summary"),
        (&rejected, "sync --dry-run --all"),
        (&refused, "check"),
        (&rejected, "check"),
        (&refused, "explain dan@example.org"),
        (&rejected, "explain no-address"),
        (&refused, "diff-config other.yaml"),
        (&rejected, "diff-config other.yaml"),
        (
            &refused,
            "plan --config nowhere-at-all-in-this-folder.yaml --log-format text",
        ),
        (&refused, "plan --only nobody-of-this-name@example.org"),
    ] {
        assert_fits(stage, command);
    }
}

/// The same words as in a file, in lines that fit.
fn assert_fits(stage: &Stage, command: &str) {
    let mut redirected = stage.command(env!("CARGO_BIN_EXE_directory-sync"), command);
    let output = redirected.output().unwrap();
    let whole = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(whole.lines().any(|line| line.len() > 60), "{command}: {whole}");
    for columns in [60, 80] {
        let seen = seen(stage, command, columns);
        assert_narrow(&seen, columns.into());
        assert_eq!(words(&seen), words(&whole), "{command}: {seen}");
    }
}

/// Mistakes of a configuration have no source or target.
#[test]
fn a_message_without_a_run_fits_too() {
    let stage = Stage::new();
    stage.reconfigure(
        "key_file: service-user.json",
        "key_file: a/folder/that/does/not/exist/key.json",
    );
    let seen = seen(&stage, "plan", 60);
    assert_narrow(&seen, 60);
    assert!(seen.lines().any(|line| line.starts_with("    ")), "{seen}");
}

/// A continued line is part of its line.
#[test]
fn continued_lines_are_indented() {
    let seen = [stage(""), stage(REJECTED)]
        .map(|stage| seen(&stage, "plan", 60))
        .concat();
    let refusal = "refused: 3 of 5 accounts (60.0 %) would be removed;\n    `guard.max_removals` is 10 %, which always allows one\n";
    assert!(seen.contains(refusal), "{seen}");
    let starts = [
        "directory-sync ",
        "Source ",
        "Symbols: ",
        "Plan: ",
        "It takes ",
        "Dry run: ",
        "Next: ",
        "rejected: ",
        "warning: ",
        "refused: ",
        "hint: ",
        "Refused: ",
        "Guard: ",
    ];
    for line in seen
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("  "))
    {
        assert!(
            starts.iter().any(|start| line.starts_with(start)),
            "{line:?} in {seen}"
        );
    }
}

/// Programs read one document per line, and files are saved as they are.
#[test]
fn data_is_never_wrapped() {
    let stage = stage(REJECTED);
    for command in [
        "plan --format json",
        "users",
        "users --format json",
        "config show",
        "schema config",
    ] {
        let mut redirected = stage.command(env!("CARGO_BIN_EXE_directory-sync"), command);
        let whole = String::from_utf8(redirected.output().unwrap().stdout).unwrap();
        let seen = seen(&stage, command, 40);
        let long = |text: &str| text.lines().filter(|line| line.len() > 40).count();
        assert_eq!(long(&seen), long(&whole), "{command}: {seen}");
        assert!(long(&whole) > 0, "{command}: {whole}");
    }
}
