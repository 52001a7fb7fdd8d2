//! The password is asked for on a terminal, which does not show it.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use pty_process::blocking::{Command, Pty};
use rustix::termios::{LocalModes, tcgetattr};

use super::lab;
use crate::safety::lab::Lab;

/// What does not happen by then does not happen.
const LIMIT: Duration = Duration::from_secs(30);

/// The output that a person sees at a terminal after typing a password at the prompt.
fn typed(lab: &Lab, name: &str, password: &str) -> (i32, String) {
    let (mut terminal, side_of_program) = pty_process::blocking::open().unwrap();
    let command = Command::new(env!("CARGO_BIN_EXE_directory-sync"))
        .env_clear()
        .current_dir(lab.path(""))
        .args(["-c", "config.yaml", "auth", name]);
    assert!(shows_input(&terminal), "a terminal shows what is typed");
    let mut child = command.spawn(side_of_program).unwrap();
    let screen = screen(&terminal);
    let mut seen = until(&screen, "Password: ");
    let asked = Instant::now();
    while shows_input(&terminal) {
        assert!(asked.elapsed() < LIMIT, "the terminal still shows what is typed");
        std::thread::yield_now();
    }
    terminal.write_all(format!("{password}\n").as_bytes()).unwrap();
    let status = child.wait().unwrap();
    seen.extend(screen.iter());
    (status.code().unwrap_or(-1), String::from_utf8(seen).unwrap())
}

fn shows_input(terminal: &Pty) -> bool {
    tcgetattr(terminal)
        .unwrap()
        .local_modes
        .contains(LocalModes::ECHO)
}

/// What the terminal shows, byte by byte, until the program has ended.
pub(crate) fn screen(terminal: &Pty) -> Receiver<u8> {
    let mut terminal = File::from(terminal.as_fd().try_clone_to_owned().unwrap());
    let (sender, screen) = mpsc::channel();
    std::thread::spawn(move || {
        let mut byte = [0];
        // Linux tells the end of a terminal by an error.
        while matches!(terminal.read(&mut byte), Ok(1)) && sender.send(byte[0]).is_ok() {}
    });
    screen
}

/// What it shows up to this text.
pub(crate) fn until(screen: &Receiver<u8>, text: &str) -> Vec<u8> {
    let mut seen = Vec::new();
    while !seen.ends_with(text.as_bytes()) {
        let byte = screen.recv_timeout(LIMIT);
        seen.push(byte.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&seen))));
    }
    seen
}

#[test]
fn a_password_is_asked_for_and_not_shown() {
    let lab = lab();
    let (exit, seen) = typed(&lab, "ada@example.com", "secret of ada");
    assert_eq!(exit, 0, "{seen}");
    assert!(seen.contains("password: the directory accepts it for"), "{seen}");
    assert!(!seen.contains("secret of ada"), "{seen}");
}

#[test]
fn a_wrong_password_is_not_shown_either() {
    let lab = lab();
    let (exit, seen) = typed(&lab, "ada@example.com", "guess of mine");
    assert_eq!(exit, 1, "{seen}");
    assert!(seen.contains("PROBLEM  source `ldap`: password"), "{seen}");
    assert!(!seen.contains("guess of mine"), "{seen}");
}

/// Return alone is an empty password, with which a directory would let anybody in.
#[test]
fn an_empty_line_is_refused() {
    let lab = lab();
    let (exit, seen) = typed(&lab, "ada@example.com", "");
    assert_ne!(exit, 0, "{seen}");
    assert!(seen.contains("empty"), "{seen}");
}
