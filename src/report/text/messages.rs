//! What goes wrong, on stderr: text for people, or JSON objects where the log is JSON.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::view::{REMOVAL, styled};
use crate::cli::LogFormat;
use crate::config::ConfigErrors;
use crate::plan::Refusal;
use crate::report::{one_line, write_json};

/// One line of stderr, in the shape of the log's own.
#[derive(Serialize)]
struct Line<'a> {
    timestamp: String,
    level: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

/// Where errors go.
pub struct Messages<'a> {
    out: &'a mut dyn Write,
    format: LogFormat,
    color: bool,
}

impl<'a> Messages<'a> {
    /// Messages in the format of the log.
    pub fn new(out: &'a mut dyn Write, format: LogFormat, color: bool) -> Self {
        Self { out, format, color }
    }

    /// An error, and the way on.
    pub fn error(&mut self, what: &str, hint: Option<&str>) -> io::Result<()> {
        if self.format == LogFormat::Json {
            return self.json("ERROR", what, None, hint);
        }
        let error = styled("error:", REMOVAL, self.color);
        writeln!(self.out, "{error} {}", one_line(what))?;
        match hint {
            Some(hint) => writeln!(self.out, "hint: {}", one_line(hint)),
            None => Ok(()),
        }
    }

    /// Every mistake of a configuration.
    pub fn mistakes(&mut self, errors: &ConfigErrors) -> io::Result<()> {
        if self.format == LogFormat::Json {
            for mistake in &errors.mistakes {
                let at = mistake.origin.as_ref().map(ToString::to_string);
                self.json("ERROR", &mistake.what, at, mistake.hint.as_deref())?;
            }
            return Ok(());
        }
        for line in errors.to_string().lines() {
            writeln!(self.out, "{}", one_line(line))?;
        }
        match errors.mistakes.len() {
            1 => Ok(()),
            count => writeln!(
                self.out,
                "\n{count} mistakes in the configuration; nothing was done."
            ),
        }
    }

    /// Why a plan may not be applied, and the way on.
    pub fn refusal(&mut self, refusal: &Refusal) -> io::Result<()> {
        let hint = match &refusal.token {
            Some(token) => format!(
                "look at the plan above (`--show-values` shows every value); if it is right, run again with `--approve {token}`, which lets exactly this \
                 through, or raise the limit"
            ),
            None => "look at the sources, then run again".to_owned(),
        };
        if self.format == LogFormat::Json {
            return self.json(
                "ERROR",
                &format!("refused: {}", refusal.reasons.join("; ")),
                None,
                Some(&hint),
            );
        }
        for reason in &refusal.reasons {
            let line = format!("refused: {}", one_line(reason));
            writeln!(self.out, "{}", styled(&line, REMOVAL, self.color))?;
        }
        writeln!(self.out, "hint: {hint}")
    }

    /// Something about a record that could not be used, or is worth knowing.
    pub fn note(&mut self, line: &str) -> io::Result<()> {
        if self.format == LogFormat::Json {
            return self.json("WARN", line, None, None);
        }
        writeln!(self.out, "{}", one_line(line))
    }

    fn json(
        &mut self,
        level: &'static str,
        message: &str,
        at: Option<String>,
        hint: Option<&str>,
    ) -> io::Result<()> {
        let message = Line {
            timestamp: Timestamp::now().to_string(),
            level,
            message,
            at,
            hint,
        };
        write_json(self.out, &message)
    }
}
