//! The demo as a newcomer starts it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The demo, whose folder is made in another one.
fn demo(options: &[&str]) -> (Command, TempDir) {
    let temporary = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_demo"));
    command.args(options).env("TMPDIR", temporary.path());
    command.stdin(Stdio::null());
    (command, temporary)
}

/// The folder that the demo names; a lock file is beside it.
fn named_folder(temporary: &TempDir) -> PathBuf {
    let entries = fs::read_dir(temporary)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    assert_eq!(folders.len(), 1, "{folders:?}");
    folders.remove(0)
}

#[test]
fn each_target_is_brought_in_line_by_the_first_of_two_runs() {
    for options in [&[][..], &["--udm"]] {
        let (mut command, _temporary) = demo(options);
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{text}");
        assert_eq!(text.matches("(exit code 0)").count(), 3, "{text}");
        assert!(text.contains("1 created, 2 updated, 1 deleted"), "{text}");
        assert!(text.contains("in sync, nothing to change"), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn its_files_are_in_a_new_folder_that_only_their_owner_can_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let (mut command, temporary) = demo(&[]);
    assert!(command.output().unwrap().status.success());
    let folder = named_folder(&temporary);
    assert_eq!(mode(&folder), 0o700);
    let files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 3, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{file:?}");
    }
}

/// As in a job without a terminal.
#[test]
fn the_stand_in_goes_on_running_without_an_open_stdin() {
    let (mut command, _temporary) = demo(&["--serve"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let lines: Vec<_> = lines
        .map(Result::unwrap)
        .inspect(|line| print!("{line}"))
        .take_while(|line| !line.starts_with("Ctrl-C ends it."))
        .collect();
    let listens = lines
        .iter()
        .find_map(|line| line.split("listens on http://").nth(1));
    let address = listens
        .expect("the address of the stand-in")
        .split(". ")
        .next()
        .unwrap();
    TcpStream::connect(address).expect("the stand-in answers");
    assert_eq!(child.try_wait().unwrap(), None);
    child.kill().unwrap();
    child.wait().unwrap();
}
