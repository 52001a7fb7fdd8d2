//! A process that stays, as a test sees it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use crate::safety::lab::Lab;

/// What does not happen by then does not happen.
const LIMIT: Duration = Duration::from_secs(30);

/// The running program. Its log is read line by line, so that a test waits for what it says and not for time.
pub(super) struct Stay {
    child: Child,
    lines: Receiver<String>,
    /// Everything that was said so far.
    pub(super) said: Vec<String>,
}

impl Stay {
    pub(super) fn start(lab: &Lab, arguments: &str) -> Self {
        Self::of(lab.command(&format!("run {arguments}")))
    }

    pub(super) fn of(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = read_lines(child.stderr.take().unwrap());
        Self {
            child,
            lines,
            said: Vec::new(),
        }
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn send(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Waits for a line that contains the text, and gives it.
    #[track_caller]
    pub(super) fn until(&mut self, text: &str) -> String {
        loop {
            match self.lines.recv_timeout(LIMIT) {
                Ok(line) => {
                    self.said.push(line.clone());
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(error) => panic!("{error}: not said: {text}\n{}", self.said.join("\n")),
            }
        }
    }

    /// Waits for the end of a run, and sees how it ended.
    #[track_caller]
    pub(super) fn run_ends(&mut self, outcome: &str, exit_code: u8) -> String {
        let line = self.until("run finished");
        let expected = format!("outcome=\"{outcome}\" exit_code={exit_code} ");
        assert!(line.contains(&expected), "{line}\n{}", self.said.join("\n"));
        line
    }

    /// Asks it to end, and gives the exit code with what it said last.
    pub(super) fn end(self) -> (i32, String) {
        self.send("-TERM");
        self.ended()
    }

    /// Waits for the end.
    pub(super) fn ended(mut self) -> (i32, String) {
        let status = self.child.wait().unwrap();
        self.said.extend(self.lines.iter());
        (status.code().unwrap_or(-1), self.said.join("\n"))
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        // It has ended, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_lines(stderr: ChildStderr) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}
