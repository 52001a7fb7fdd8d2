//! Asks the target for commands, and writes the result there.

use super::Service;
use super::command::Commands;
use crate::cli::Command;
use crate::run::session::connect;
use crate::run::session::request::Request;
use crate::target::{Target as _, TargetError};

/// Name of the administrator's command at the target.
const COMMAND: &str = "directory-sync.command";

/// Name of the id of the last command, in the account that this tool signs in with.
const LAST_COMMAND: &str = "directory-sync.last_command";

impl Service<'_> {
    /// Asks the target for a command, if it is time.
    pub(super) async fn ask_for_a_command(&mut self) {
        let Some(every) = self.settings.run.poll.filter(|_| self.poll <= self.now()) else {
            return;
        };
        let signals = self.signals.clone();
        let asked = tokio::select! {
            asked = self.take_command() => asked,
            _ = signals.wait() => return,
        };
        self.poll = self.now() + every;
        match asked {
            Ok(()) => self.is_deaf = false,
            Err(error) => {
                self.target = None;
                if !std::mem::replace(&mut self.is_deaf, true) {
                    tracing::warn!(%error, hint = error.hint, "the target could not be asked for a command; this \
                         is reported once");
                }
            }
        }
    }

    async fn take_command(&mut self) -> Result<(), TargetError> {
        let Some(settings) = &self.settings.target else {
            return Ok(());
        };
        if self.target.is_none() {
            // Only the connection settings of the request are used.
            let request = Request::new(
                &Command::Run,
                self.global,
                &self.settings,
                self.pauses,
                self.terminal,
            );
            self.target = Some(connect::connect(request, settings)?);
        }
        let Some(target) = &self.target else {
            return Ok(());
        };
        let mut commands = match &self.commands {
            Some(commands) => commands.clone(),
            None => Commands::after(target.own_value(LAST_COMMAND).await?),
        };
        if let Some(text) = target.administrators_value(COMMAND).await? {
            match commands.take(&text) {
                Ok(None) => {}
                Ok(Some(command)) => {
                    // Before the run, so that it is not carried out twice, whatever happens.
                    target.set_own_value(LAST_COMMAND, &command.id).await?;
                    tracing::info!(id = %command.id, "the target asks for a run");
                    self.schedule.ask(command.verb);
                }
                Err(problem) => tracing::warn!(
                    "`{COMMAND}` at the target is not a command: {problem}; it should look like \
                     {{\"id\": \"42\", \"run\": \"sync\"}}"
                ),
            }
        }
        self.commands = Some(commands);
        Ok(())
    }
}
