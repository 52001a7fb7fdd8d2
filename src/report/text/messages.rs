//! Errors on stderr: text for people, or JSON objects if the log is JSON.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::view::{Extent, REMOVAL, styled};
use crate::cli::LogFormat;
use crate::config::ConfigErrors;
use crate::plan::Refusal;
use crate::report::{Note, one_line, write_json};

/// One line of stderr, in the format of the log.
#[derive(Serialize)]
struct Line<'a> {
    timestamp: String,
    level: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
}

/// The same about a record.
#[derive(Serialize)]
struct RecordLine<'a> {
    timestamp: String,
    level: &'static str,
    message: &'a str,
    #[serde(flatten)]
    note: &'a Note,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
}

/// Writes errors.
pub struct Messages<'a> {
    out: &'a mut dyn Write,
    format: LogFormat,
    color: bool,
    is_journal: bool,
    trace: Option<String>,
}

/// Prefix of a line in the journal (sd-daemon(3)).
const ERROR: &str = "<3>";
const WARNING: &str = "<4>";

impl<'a> Messages<'a> {
    /// Messages in the format of the log.
    pub fn new(out: &'a mut dyn Write, format: LogFormat, color: bool) -> Self {
        Self {
            out,
            format,
            color,
            is_journal: false,
            trace: None,
        }
    }

    /// For a stderr that may be the journal.
    #[must_use]
    pub fn for_journal(self, is_journal: bool) -> Self {
        Self { is_journal, ..self }
    }

    /// Adds this trace to each JSON line.
    #[must_use]
    pub fn in_trace(self, trace: Option<String>) -> Self {
        Self { trace, ..self }
    }

    /// An error, with a hint.
    pub fn error(&mut self, what: &str, hint: Option<&str>) -> io::Result<()> {
        if self.format == LogFormat::Json {
            return self.json("ERROR", what, None, hint);
        }
        let error = styled("error:", REMOVAL, self.color);
        self.line(ERROR, &format!("{error} {}", one_line(what)))?;
        match hint {
            Some(hint) => self.line(ERROR, &format!("hint: {}", one_line(hint))),
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
            self.line(ERROR, &one_line(line))?;
        }
        match errors.mistakes.len() {
            1 => Ok(()),
            count => {
                writeln!(self.out)?;
                self.line(
                    ERROR,
                    &format!("{count} mistakes in the configuration; nothing was done."),
                )
            }
        }
    }

    /// Why a plan may not be applied, and what to do.
    pub fn refusal(&mut self, refusal: &Refusal, extent: Extent) -> io::Result<()> {
        let plan = match extent {
            Extent::Summary => {
                "the plan (without `--summary`, it is printed; `--show-values` shows every value)"
            }
            Extent::Beginning | Extent::All => "the plan above (`--show-values` shows every value)",
        };
        let hint = match &refusal.token {
            Some(token) => format!(
                "look at {plan}; if it is right, run again with `--approve {token}`, which approves exactly these \
                 changes, or raise the limit"
            ),
            None => "check the sources, then run again".to_owned(),
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
            self.line(ERROR, &styled(&line, REMOVAL, self.color))?;
        }
        self.line(ERROR, &format!("hint: {hint}"))
    }

    /// A message about one record. `what` is `rejected` or `warning`.
    pub fn record(&mut self, what: &str, note: &Note) -> io::Result<()> {
        if self.format == LogFormat::Json {
            self.begin_json(WARNING)?;
            let line = RecordLine {
                timestamp: Timestamp::now().to_string(),
                level: "WARN",
                message: what,
                note,
                traceparent: self.trace.as_deref(),
            };
            return write_json(self.out, &line);
        }
        self.note(&format!("{what}: {} ({}): {}", note.at, note.source, note.reason))
    }

    pub fn note(&mut self, line: &str) -> io::Result<()> {
        if self.format == LogFormat::Json {
            return self.json("WARN", line, None, None);
        }
        self.line(WARNING, &one_line(line))
    }

    fn line(&mut self, priority: &str, line: &str) -> io::Result<()> {
        let priority = if self.is_journal { priority } else { "" };
        writeln!(self.out, "{priority}{line}")
    }

    fn json(
        &mut self,
        level: &'static str,
        message: &str,
        at: Option<String>,
        hint: Option<&str>,
    ) -> io::Result<()> {
        self.begin_json(if level == "ERROR" { ERROR } else { WARNING })?;
        let message = Line {
            timestamp: Timestamp::now().to_string(),
            level,
            message,
            at,
            hint,
            traceparent: self.trace.as_deref(),
        };
        write_json(self.out, &message)
    }

    fn begin_json(&mut self, priority: &str) -> io::Result<()> {
        let priority = if self.is_journal { priority } else { "" };
        write!(self.out, "{priority}")
    }
}
