//! Asks for confirmation at a terminal before changes are applied.

use std::io;
use std::thread;

use tokio::sync::oneshot;

use crate::run::session::error::RunError;
use crate::run::session::process::Process;
use crate::run::session::request::Request;
use crate::signals::Signals;

/// Asks for confirmation, if a person can answer.
///
/// # Errors
/// The answer is no, or a signal arrived instead.
pub(in crate::run) async fn ask(
    changes: usize,
    request: Request<'_>,
    process: &mut Process<'_>,
    signals: &Signals,
) -> Result<(), RunError> {
    if changes == 0 || request.global.yes || !request.terminal.can_ask {
        return Ok(());
    }
    let what = match changes {
        1 => "this change".to_owned(),
        many => format!("these {many} changes"),
    };
    write!(process.out, "Apply {what}? [y/N] ")?;
    process.out.flush()?;
    let (send, answer) = oneshot::channel();
    // In its own thread, because a blocking read of a terminal cannot be cancelled after a signal.
    thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line).map(|_| line);
        // After a signal, there is no receiver.
        let _ = send.send(read);
    });
    let answer = tokio::select! {
        answer = answer => answer,
        signal = signals.wait() => return Err(RunError::Signalled(signal)),
    };
    match answer {
        Ok(Ok(line)) if is_yes(&line) => Ok(()),
        Ok(Ok(_) | Err(_)) | Err(_) => Err(RunError::Declined),
    }
}

fn is_yes(line: &str) -> bool {
    matches!(line.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_but_yes_is_no() {
        for (line, expected) in [
            ("y\n", true),
            ("YES\r\n", true),
            ("", false),
            ("\n", false),
            ("j\n", false),
        ] {
            assert_eq!(is_yes(line), expected, "{line:?}");
        }
    }
}
